import polars as pl
import pytest

from chorall.analyses.attrition import SECOND_READING, count_attrition
from chorall.tables.store import Pool

DELIVERIES = [
    {"trial_id": "A", "file": "a.csv", "n_rows": 20, "n_set_aside": 5, "n_pooled": 11,
     "n_quarantined": 4},
    {"trial_id": "A", "file": "b.csv", "n_rows": 3, "n_set_aside": 0, "n_pooled": 3,
     "n_quarantined": 0},
    {"trial_id": "B", "file": "b.csv", "n_rows": 7, "n_set_aside": 7, "n_pooled": 0,
     "n_quarantined": 0},
]  # fmt: skip
REFUSED = [  # trial, file, row, reason, whole row
    ("A", "a.csv", 2, "bad_date", True),
    ("A", "a.csv", 2, "out_of_range", True),
    ("A", "a.csv", 3, "bad_date", True),
    ("A", "a.csv", 4, "duplicate_patient", True),
    ("A", "a.csv", 5, "bad_date", False),
    ("", "b.csv", 9, "unclaimed", True),
]


@pytest.fixture
def pool(make_pool):
    """Six patients: one without outcome, one never tested, one tested after a failed run."""
    ids = [f"P{i}" for i in range(6)]
    names = ("trial_id", "file", "source_row", "reason", "whole_row")
    quarantine = pl.DataFrame(REFUSED, schema=names, orient="row").with_columns(
        rule_id=pl.lit("R1"), column=pl.lit(""), detail=pl.lit("x")
    )
    made = make_pool(
        patients=pl.DataFrame({"patient_id": ids, "trial_id": ["A"] * 5 + ["B"]}),
        statuses=pl.DataFrame({
            "patient_id": [*ids[:5], ids[2]],
            "marker": ["TP53"] * 5 + ["NRAS"],
            "status": ["present", "absent", "failed", "not_tested", "inconclusive", "absent"],
        }),
        outcomes=pl.DataFrame({
            "patient_id": [*ids[1:], ids[0]],
            "endpoint": ["OS"] * 5 + ["EFS"],
            "time": 100,
            "cause": 0,
        }),
        others={"quarantine": quarantine},
    )  # fmt: skip
    return Pool(made.path, made.manifest | {"deliveries": DELIVERIES, "unclaimed": {"b.csv": 1}})


def sums(frame, *keys):
    found = frame.group_by(*keys).agg(pl.col("n").sum())
    return {row[:-1] if len(keys) > 1 else row[0]: row[-1] for row in found.iter_rows()}


def test_every_step_is_counted_by_hand(pool):
    found = sums(count_attrition(pool), "trial_id", "step")
    assert found == {
        ("A", "delivered"): 23, ("A", "set_aside"): 5, ("A", "quarantined"): 4, ("A", "pooled"): 14,
        ("B", "delivered"): 7, ("B", "set_aside"): 7, ("B", "pooled"): 0,
        (None, "unclaimed"): 1,
        ("A", "in_pool"): 5, ("A", "without_endpoint"): 1, ("A", "with_endpoint"): 4,
        ("A", "not_tested"): 2, ("A", "tested"): 2,
        ("B", "in_pool"): 1, ("B", "without_endpoint"): 0, ("B", "with_endpoint"): 1,
        ("B", "not_tested"): 1, ("B", "tested"): 0,
    }  # fmt: skip


def test_a_row_with_two_reasons_counts_once_and_the_rest_is_named(pool):
    lines = count_attrition(pool).filter(step="quarantined")
    assert sums(lines, "reason") == {"bad_date": 2, "duplicate_patient": 1, SECOND_READING: 1}


def test_a_pool_without_accounts_says_nothing_of_rows(pool):
    bare = Pool(
        pool.path, {key: pool.manifest[key] for key in pool.manifest if key != "deliveries"}
    )
    assert count_attrition(bare)["unit"].unique().to_list() == ["patient"]


def adds_up(frame):
    for trial in frame["trial_id"].drop_nulls().unique():
        get = {"quarantined": 0} | sums(frame.filter(trial_id=trial), "step")
        assert get["delivered"] == get["set_aside"] + get["quarantined"] + get["pooled"]
        assert get["in_pool"] == get["without_endpoint"] + get["with_endpoint"]
        assert get["with_endpoint"] == get["tested"] + get["not_tested"]
    return True


def test_the_numbers_add_up(pool):
    assert adds_up(count_attrition(pool))
