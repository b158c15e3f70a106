"""Analyses group and adjust by the subtype; who has none is open, never the rest."""

from __future__ import annotations

import polars as pl
import pytest

from chorall.analyses.incidence import incidence
from chorall.analyses.prognosis import prognosis
from chorall.analyses.subtype_counts import subtypes
from chorall.analyses.subtypes import list_subtypes
from chorall.errors import InputError

N = 60
KINDS = ("bcr_abl1", "b_other", None)


@pytest.fixture
def pool(make_pool):
    """Sixty patients, a third each BCR::ABL1, B-other and open; IKZF1_del in every second one."""
    ids = [f"P{i:02}" for i in range(N)]
    patients = pl.DataFrame({"patient_id": ids, "trial_id": ["Z"] * N, "lineage": ["B"] * N})
    statuses = pl.DataFrame({
        "patient_id": ids,
        "marker": ["IKZF1_del"] * N,
        "status": ["present" if i % 2 else "absent" for i in range(N)],
    })  # fmt: skip
    outcomes = pl.DataFrame({
        "patient_id": ids,
        "endpoint": ["OS"] * N,
        "time": [100 + 37 * i % 1000 for i in range(N)],
        "cause": [int(i % 3 != 1) for i in range(N)],
    })  # fmt: skip
    found = pl.DataFrame({
        "patient_id": ids * 2,
        "trial_id": ["Z"] * 2 * N,
        "scheme": ["ICC-2022"] * N + ["WHO-HAEM5"] * N,
        "subtype": [KINDS[i % 3] for i in range(N)] + ["low_hypodiploidy"] * N,
        "basis": ["lesion"] * 2 * N,
    })  # fmt: skip
    return make_pool(
        patients=patients, statuses=statuses, outcomes=outcomes, others={"subtype": found}
    )


def test_incidence_by_subtype_counts_the_open_apart(pool):
    rows = incidence(pool, by=["subtype"]).rows
    assert rows.select("group", "n_present", "n_tested").rows() == [
        ("bcr_abl1", 10, 20),
        ("b_other", 10, 20),
        ("open", 10, 20),
    ]


def test_subtypes_are_counted_only_where_they_are_asked_for(pool):
    assert "subtype" not in incidence(pool).rows["by"].to_list()


def test_prognosis_adjusted_for_subtype_leaves_the_open_out_and_says_so(pool):
    result = prognosis(pool, adjust=["subtype"], endpoints=["OS"])
    assert result.adjusted_for == ("subtype",)
    assert any("40 of 60" in warning and "subtype 20" in warning for warning in result.warnings)


def test_every_subtype_has_its_place_and_open_is_last():
    names = list_subtypes()
    assert names[0] == "bcr_abl1"
    assert names[-1] == "open"
    assert len(set(names)) == len(names)
    assert names.index("b_other") < names.index("tlx1") < names.index("t_other")


COUNTS = pl.DataFrame({
    "patient_id": [f"P{i}" for i in range(6)],
    "trial_id": ["Z"] * 6,
    "lineage": ["B", "B", "B", "B", "T", None],
})  # fmt: skip


@pytest.fixture
def counted(make_pool):
    """Six patients: two BCR::ABL1, one each Ph-like (unverified), B-other, ETP, without lineage."""
    found = pl.DataFrame({
        "patient_id": COUNTS["patient_id"],
        "trial_id": COUNTS["trial_id"],
        "scheme": ["ICC-2022"] * 6,
        "subtype": ["bcr_abl1", "bcr_abl1", "bcr_abl1_like", "b_other", "etp", None],
        "basis": ["lesion", "lesion", "surrogate", "exclusion", "call", "none"],
        "confidence": ["seen", "seen", "unverified", None, "unverified", None],
    })  # fmt: skip
    return make_pool(patients=COUNTS, others={"subtype": found})


def test_subtypes_are_counted_with_their_confidence(counted):
    result = subtypes(counted)
    assert result.analysis == "subtypes"
    assert result.rows.select("scheme", "subtype", "confidence", "n_patients").rows() == [
        ("ICC-2022", "bcr_abl1", "seen", 2),
        ("ICC-2022", "bcr_abl1_like", "unverified", 1),
        ("ICC-2022", "b_other", None, 1),
        ("ICC-2022", "etp", "unverified", 1),
        ("ICC-2022", "open", None, 1),
    ]
    assert any("from memory: bcr_abl1_like, etp" in warning for warning in result.warnings)
    assert "order of precedence" in result.warnings[0]


def test_unverified_subtypes_can_be_switched_off_and_are_open_then(counted):
    result = subtypes(counted, include_unverified=False)
    assert result.rows.select("subtype", "n_patients").rows() == [
        ("bcr_abl1", 2),
        ("b_other", 1),
        ("open", 3),
    ]
    assert any("2 patients" in warning and "open" in warning for warning in result.warnings)


def test_an_unknown_taxonomy_is_refused(counted):
    with pytest.raises(InputError, match=r"`WHO`; did you mean `WHO-HAEM5`"):
        subtypes(counted, schemes=["WHO"])
    assert subtypes(counted, schemes=["WHO-HAEM5"]).rows.is_empty()
