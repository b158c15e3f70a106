"""Analyses group and adjust by the subtype; who has none is open, never the rest."""

from __future__ import annotations

import polars as pl
import pytest

from chorall.analyses.incidence import incidence
from chorall.analyses.prognosis import prognosis
from chorall.analyses.subtypes import list_subtypes

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
