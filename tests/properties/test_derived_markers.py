"""Whatever is known: a derived marker is absent only where no unknown could make it present."""

from __future__ import annotations

from itertools import product

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.test_derived_markers import derive

from chorall.tables.words import MARKER_STATUSES

STATUSES = st.sampled_from(MARKER_STATUSES)
INPUTS = ("NRAS", "KRAS", "PTPN11", "FLT3", "NF1", "KMT2A::AFF1", "KMT2A::MLLT3", "KMT2A-r", "PAX5")


def status_of(said: dict[str, str], marker: str) -> str:
    heading = " | ".join(["patient", *said])
    table = derive(f"{heading}\na | {' | '.join(said.values())}")
    return str(table.filter(pl.col("marker") == marker)["status"].item())


@settings(max_examples=40, deadline=None)
@given(said=st.fixed_dictionaries(dict.fromkeys(INPUTS, STATUSES)))
def test_nothing_unknown_becomes_absent(said: dict[str, str]) -> None:
    table = derive(f"{' | '.join(['patient', *said])}\na | {' | '.join(said.values())}")
    found = dict(table.select("marker", "status").rows())
    for marker, parts in {"RAS_pathway": INPUTS[:5], "N/KRAS": INPUTS[:2]}.items():
        statuses = [said[part] for part in parts]
        assert (found[marker] == "present") == ("present" in statuses)
        assert (found[marker] == "absent") == (set(statuses) == {"absent"})
    fusions = [said["KMT2A::AFF1"], said["KMT2A::MLLT3"]]
    assert (found["KMT2A-r"] == "absent") == (
        said["KMT2A-r"] == "absent" and "present" not in fusions
    )
    for own in ("KMT2A::AFF1", "KMT2A::MLLT3", *INPUTS[:5], "PAX5"):
        assert found[own] == said[own]
    assert found["PAX5_P80R"] not in ("present", "absent")
    assert all(row["rules_out"] for row in table.to_dicts() if row["status"] == "absent")


def test_resolving_an_unknown_part_never_contradicts_what_was_known() -> None:
    """All 36 pairs of statuses, each unknown resolved both ways."""
    for first, second in product(MARKER_STATUSES, repeat=2):
        before = status_of({"NOTCH1": first, "FBXW7": second}, "NOTCH1/FBXW7")
        if before not in ("present", "absent"):
            continue
        choices = [
            (status,) if status in ("present", "absent") else ("present", "absent")
            for status in (first, second)
        ]
        for notch1, fbxw7 in product(*choices):
            after = status_of({"NOTCH1": notch1, "FBXW7": fbxw7}, "NOTCH1/FBXW7")
            assert after == before
