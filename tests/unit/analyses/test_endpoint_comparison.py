"""Two definitions side by side: counts by trial, and the patients in whom they differ."""

import json

import polars as pl
import pytest

import chorall as ch
from chorall.analyses.endpoint_comparison import compare_endpoints
from chorall.errors import DefinitionError, InputError


@pytest.fixture
def pool(make_pool):
    """Trial Z names EFS_UKALL as its own, A names none; P1 fails, P2 has another status."""
    columns = ("patient_id", "endpoint", "time", "cause")
    outcomes = pl.DataFrame(
        [
            ("P0", "EFS", 400, 1),
            ("P1", "EFS", 29, 1),
            ("P2", "EFS", 33, 1),
            ("P3", "EFS", 800, 0),
            ("P4", "EFS", 500, 1),
            ("P0", "EFS_UKALL", 400, 1),
            ("P1", "EFS_UKALL", 90, 1),
            ("P2", "EFS_UKALL", 900, 0),
            ("P4", "EFS_UKALL", 500, 1),
        ],
        schema=columns,
        orient="row",
    )
    ids = [f"P{i}" for i in range(5)]
    return make_pool(
        patients=pl.DataFrame({"patient_id": ids, "trial_id": ["Z"] * 4 + ["A"]}),
        outcomes=outcomes,
        others={
            "trial": pl.DataFrame(
                {"trial_id": ["Z", "A"], "event_free_survival": ["EFS_UKALL", None]}
            )
        },
    )


def test_patients_whose_status_or_day_differs_are_counted_and_listed(pool):
    result = compare_endpoints(pool, "EFS_UKALL", "EFS")
    named = ["trial_id", "n_both", "n_only_a", "n_only_b", "events_a", "events_b"]
    assert result.rows.select(named).rows() == [("Z", 3, 0, 1, 2, 3), ("A", 1, 0, 0, 1, 1)]
    differing = ["n_same", "n_status_differs", "n_day_differs"]
    assert result.rows.select(differing).rows() == [(1, 1, 1), (1, 0, 0)]
    listed = ["patient_id", "difference", "exit_day_a", "cause_a", "exit_day_b", "cause_b"]
    assert result.patients.select(listed).rows() == [
        ("P1", "day", 90, 1, 29, 1),
        ("P2", "status", 900, 0, 33, 1),
        ("P3", "only_b", None, None, 800, 0),
    ]


def test_the_own_definition_of_each_trial_is_compared_with_the_common_one(pool):
    result = compare_endpoints(pool)
    names = result.rows.select("trial_id", "definition_a", "definition_b").rows()
    assert names == [("Z", "EFS_UKALL", "EFS")]
    assert result.rows["n_status_differs"].to_list() == [1]
    assert result.warnings == ("No event-free survival of their own is named: A.",)


def test_an_endpoint_is_the_same_as_itself(pool):
    result = compare_endpoints(pool, "event_free_survival", "EFS")
    assert result.patients.is_empty()
    assert result.rows["n_same"].to_list() == result.rows["n_both"].to_list() == [4, 1]


def test_swapping_the_sides_swaps_the_counts(pool):
    one = compare_endpoints(pool, "EFS", "EFS_UKALL")
    other = compare_endpoints(pool, "EFS_UKALL", "EFS")
    assert one.rows["events_a"].equals(other.rows["events_b"])
    assert one.rows["n_only_a"].equals(other.rows["n_only_b"])
    assert one.patients["patient_id"].equals(other.patients["patient_id"])


def test_it_can_be_shown_and_written(pool):
    result = ch.compare_endpoints(pool, "EFS", "EFS_UKALL")
    assert "Day differs" in result._repr_html_()
    assert json.loads(json.dumps(result.to_dict()))["analysis"] == "compare-endpoints"


def test_what_cannot_be_compared_is_refused(pool, consortium, tmp_path):
    from unit.analyses.pool_builder import build_pool

    with pytest.raises(InputError, match=r"unknown endpoint[\s\S]*`EFZ`; did you mean `EFS`"):
        compare_endpoints(pool, "EFZ")
    with pytest.raises(DefinitionError, match="event_free_survival = "):
        compare_endpoints(build_pool(tmp_path / "other", **consortium), "own")
