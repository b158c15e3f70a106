"""Each subtype case holds, for one patient and in a table of all of them."""

from __future__ import annotations

import polars as pl
import pytest
from spec.ascii_tables import fill_table
from spec.subtype_cases import SUBTYPE_CASES, SubtypeCase

from chorall.errors import DefinitionError
from chorall.knowledge.taxonomy_schemes import find_scheme
from chorall.markers import Subtype, assign_subtype, derive_subtypes


def statuses_of(case: SubtypeCase) -> dict[str, str]:
    scheme = find_scheme(case.scheme)
    known = dict(pair.strip().rsplit(" ", 1) for pair in case.known.split(","))
    everything = {marker for entity in scheme.entities[case.lineage] for marker in entity.markers}
    # Only the base names: a fusion of X is one way to have X-r, it is named where it matters.
    hit = {f"{gene}-r" for name, said in known.items() if said == "present" for gene in
           name.split("::") if "::" in name}  # fmt: skip
    others = {marker: case.others for marker in sorted(everything) if marker not in hit}
    return others | known


def expected_doubts(case: SubtypeCase) -> tuple[str, ...]:
    if case.still_open == "all":
        return tuple(entity.name for entity in find_scheme(case.scheme).entities[case.lineage])
    return tuple(name.strip() for name in case.still_open.split(",") if name.strip())


@pytest.mark.parametrize("case", SUBTYPE_CASES, ids=lambda case: case.title)
def test_a_patient_has_the_subtype_of_its_case(case: SubtypeCase) -> None:
    found = assign_subtype(statuses_of(case), case.lineage, scheme=case.scheme)
    assert found.subtype == (None if case.subtype == "open" else case.subtype)
    assert found.cannot_be_excluded == expected_doubts(case)
    assert found.basis == case.basis


def test_the_evidence_is_what_was_found_and_the_label_is_the_scheme_s() -> None:
    found = assign_subtype({"KMT2A::AFF1": "present", "TP53": "present"}, "B", scheme="WHO-HAEM5")
    assert found == Subtype(
        scheme="WHO-HAEM5",
        subtype="kmt2a_r",
        label="B-ALL with KMT2A rearrangement",
        evidence=("KMT2A::AFF1",),
        cannot_be_excluded=(),
        basis="lesion",
        confidence="seen",
    )


def test_a_table_says_the_same_as_one_patient_at_a_time() -> None:
    people = [(f"p{i}", case.lineage) for i, case in enumerate(SUBTYPE_CASES)]
    people += [("mpal", "MPAL"), ("unknown", None)]
    patients = pl.DataFrame(
        [(who, "T", lineage) for who, lineage in people],
        schema=["patient_id", "trial_id", "lineage"],
        orient="row",
    )
    results = fill_table("marker_result", [
        {"patient_id": f"p{i}", "trial_id": "T", "phase": phase, "marker": marker, "status": said}
        for i, case in enumerate(SUBTYPE_CASES)
        for marker, status in statuses_of(case).items()
        for phase, said in (("diagnosis", status), ("relapse_1", "present"))
    ])  # fmt: skip
    table = derive_subtypes(patients, results)
    assert table.height == 2 * len(people)
    for i, case in enumerate(SUBTYPE_CASES):
        row = table.row(by_predicate=(pl.col("patient_id") == f"p{i}")
                        & (pl.col("scheme") == case.scheme), named=True)  # fmt: skip
        alone = assign_subtype(statuses_of(case), case.lineage, scheme=case.scheme)
        assert row["subtype"] == alone.subtype
        assert row["subtype_missing"] == ("not_done" if alone.subtype is None else None)
        assert (row["cannot_be_excluded"] or "") == ";".join(alone.cannot_be_excluded)
        assert sorted((row["evidence"] or "").split(";")) == sorted(alone.evidence or ("",))
        assert (row["basis"], row["confidence"]) == (alone.basis, alone.confidence or None)
    without = table.filter(pl.col("patient_id").is_in(["mpal", "unknown"]))
    assert without["subtype"].null_count() == 4
    assert set(without.select("patient_id", "subtype_missing").iter_rows()) == {
        ("mpal", "not_applicable"), ("unknown", "not_reported")}  # fmt: skip


def test_an_unknown_taxonomy_is_told_with_the_known_ones() -> None:
    with pytest.raises(DefinitionError, match="Known: WHO-HAEM5, ICC-2022"):
        assign_subtype({}, "B", scheme="FAB")
