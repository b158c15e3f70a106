"""Derived markers: what follows from other markers, and what does not."""

from __future__ import annotations

import polars as pl
import pytest
from spec.ascii_tables import TRIAL, fill_table, read_rows
from spec.derived_cases import DERIVED_CASES, DerivedCase

from chorall.markers import derive_marker_results


def derive(table: str) -> pl.DataFrame:
    """Return marker_result of patients whose statuses the source asserts."""
    rows = read_rows(table)
    people = [row["patient"] for row in rows]
    said = [
        {"patient_id": row["patient"], "trial_id": TRIAL, "phase": "diagnosis", "marker": marker,
         "status": status, "evidence": "rule"}
        for row in rows
        for marker, status in row.items()
        if marker != "patient" and status != "-"
    ]  # fmt: skip
    return derive_marker_results(
        patients=pl.DataFrame({"patient_id": people, "trial_id": [TRIAL] * len(people)}),
        assays=fill_table("assay", []),
        coverage=fill_table("assay_coverage", []),
        runs=fill_table("assay_run", []),
        findings=fill_table("finding", []),
        asserted=fill_table("marker_result", said).drop("basis", "rules_out", "evidence_missing"),
    )


@pytest.mark.parametrize("case", DERIVED_CASES, ids=lambda case: case.title)
def test_what_follows_is_what_the_table_says(case: DerivedCase) -> None:
    derived = derive(case.known)
    for row in read_rows(case.expected):
        own = derived.filter(pl.col("patient_id") == row["patient"])
        found = dict(own.select("marker", "status").rows())
        assert {name: found[name] for name in row if name != "patient"} == {
            name: status for name, status in row.items() if name != "patient"
        }


def test_a_derived_status_says_that_it_is_and_from_what() -> None:
    derived = derive("patient | NRAS | KRAS\na | absent | absent\nb | not_reported | not_reported")
    shown = derived.filter(pl.col("marker") == "N/KRAS").select("basis", "evidence", "rules_out")
    assert shown.rows() == [("derived", "NRAS;KRAS", True), ("none", None, False)]


def test_a_combination_is_frequent_among_those_tested_for_all_its_parts() -> None:
    """One part found and the other not tested: present, but in no denominator."""
    derived = derive("patient | NOTCH1 | FBXW7\na | present | not_tested\nb | present | absent")
    shown = derived.filter(pl.col("marker") == "NOTCH1/FBXW7").select("status", "rules_out")
    assert shown.rows() == [("present", False), ("present", True)]


def test_a_combination_is_there_only_where_the_pool_has_all_its_parts() -> None:
    assert "N/KRAS" not in derive("patient | NRAS\na | present")["marker"].to_list()


def test_a_marker_that_the_source_states_itself_stays_as_stated() -> None:
    derived = derive("patient | NRAS | KRAS | N/KRAS\na | present | absent | absent")
    shown = derived.filter(pl.col("marker") == "N/KRAS").select("status", "basis")
    assert shown.rows() == [("absent", "source_asserted")]


@pytest.mark.parametrize(
    ("changes", "scope", "expected"),
    [
        (["p.P80R"], "complete", "present"),
        (["p.Pro80Arg"], "partial", "present"),
        (["p.V26G"], "complete", "absent"),
        (["p.V26G"], "partial", "inconclusive"),
        ([None], "complete", "inconclusive"),
        (["p.V26G", None], "complete", "inconclusive"),
        (["p.V26G", "p.P80R"], "complete", "present"),
        ([], "complete", "absent"),
        ([], "partial", "inconclusive"),
    ],
)
def test_one_mutation_is_found_by_its_protein_change(
    changes: list[str | None], scope: str, expected: str
) -> None:
    who = {"patient_id": "a", "trial_id": TRIAL, "run_id": "r", "assay_id": "x"}
    run = {**who, "phase": "diagnosis", "performed": "yes", "quality": "passed"}
    cover = {"assay_id": "x", "target": "PAX5", "marker": "PAX5", "scope": scope,
             "negative_capable": True}  # fmt: skip
    found = [{**who, "marker": "PAX5", "call": "present", "hgvs_p": change} for change in changes]
    derived = derive_marker_results(
        patients=pl.DataFrame({"patient_id": ["a"], "trial_id": [TRIAL]}),
        assays=fill_table("assay", [{"assay_id": "x", "trial_id": TRIAL, "no_run": "not_tested"}]),
        coverage=fill_table("assay_coverage", [cover]),
        runs=fill_table("assay_run", [run]),
        findings=fill_table("finding", found),
        asserted=fill_table("marker_result", []).drop("basis", "rules_out", "evidence_missing"),
    )
    assert dict(derived.select("marker", "status").rows())["PAX5_P80R"] == expected


def test_a_trial_that_does_not_describe_its_mutations_has_no_negatives_of_one_of_them() -> None:
    """Else the frequency of P80R would be counted on the patients without any mutation alone."""
    people = {"a": [None], "b": [], "c": ["p.P80R"]}
    who = {name: {"patient_id": name, "trial_id": TRIAL, "run_id": name, "assay_id": "x"}
           for name in people}  # fmt: skip
    ran = {"phase": "diagnosis", "performed": "yes", "quality": "passed"}
    cover = {"assay_id": "x", "target": "PAX5", "marker": "PAX5", "scope": "complete",
             "negative_capable": True}  # fmt: skip
    found = [
        {**who[name], "marker": "PAX5", "call": "present", "hgvs_p": change}
        for name, changes in people.items()
        for change in changes
    ]
    derived = derive_marker_results(
        patients=pl.DataFrame({"patient_id": list(people), "trial_id": [TRIAL] * 3}),
        assays=fill_table("assay", [{"assay_id": "x", "trial_id": TRIAL, "no_run": "not_tested"}]),
        coverage=fill_table("assay_coverage", [cover]),
        runs=fill_table("assay_run", [{**who[name], **ran} for name in people]),
        findings=fill_table("finding", found),
        asserted=fill_table("marker_result", []).drop("basis", "rules_out", "evidence_missing"),
    )
    shown = derived.filter(pl.col("marker") == "PAX5_P80R").select("status", "rules_out")
    assert shown.rows() == [("inconclusive", False), ("not_reported", False), ("present", False)]
