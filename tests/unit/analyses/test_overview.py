import polars as pl
import pytest

from chorall.analyses.overview import overview


@pytest.fixture
def result(make_pool):
    ids = [f"P{i}" for i in range(7)]
    trials = pl.DataFrame({
        "trial_id": ["Z", "A", "E"],
        "group": ["UKALL", "GMALL", "HOVON"],
        "accrual_from_year": [2003, None, None],
        "accrual_to_year": [2011, 2020, None],
    })  # fmt: skip
    outcomes = pl.DataFrame({
        "patient_id": ids[:4],
        "endpoint": "OS",
        "time": [100, 365, 730, 1461],
        "cause": [1, 0, 0, 0],
    })  # fmt: skip
    statuses = pl.DataFrame({
        "patient_id": ids,
        "marker": "TP53",
        "status": ["present", "absent", "not_tested", "failed", "absent", "inconclusive", "absent"],
    })  # fmt: skip
    quarantine = pl.DataFrame({"trial_id": ["A"] * 3}).with_columns(
        pl.lit("x").alias(name) for name in ("file", "rule_id", "column", "reason", "detail")
    )
    quality = pl.DataFrame({
        "check_id": ["late", "early"],
        "trial_id": ["A", "Z"],
        "kind": "plausibility",
        "severity": ["serious", "notice"],
        "status": "failed",
        "n_rows": 3,
        "n_bad": 2,
        "message": "Look again.",
    })  # fmt: skip
    pool = make_pool(
        patients=pl.DataFrame({
            "patient_id": ids,
            "trial_id": ["Z"] * 4 + ["A"] * 3,
            "age_years": [1.0, 15.9, 16.0, None, 25.9, 26.0, 70.0],
        }),
        statuses=statuses,
        outcomes=outcomes,
        others={
            "trial": trials,
            "quarantine": quarantine.with_columns(source_row=2, whole_row=True),
            "quality": quality,
        },
    )  # fmt: skip
    return overview(pool)


def test_there_is_one_line_per_trial_in_the_order_of_the_consortium(result):
    assert result.rows["trial_id"].to_list() == ["Z", "A", "E"]
    assert result.rows["group"].to_list() == ["UKALL", "GMALL", "HOVON"]
    assert result.rows["accrual"].to_list() == ["2003-2011", "until 2020", None]


def test_ages_are_split_at_16_and_26_and_the_unknown_are_told(result):
    ages = result.rows.select("n_children", "n_young_adults", "n_adults", "n_age_unknown")
    assert ages.rows() == [(2, 1, 0, 1), (0, 1, 2, 0), (0, 0, 0, 0)]
    assert result.rows["n_patients"].to_list() == [4, 3, 0]
    assert result.rows["median_age"].to_list() == [15.9, 26.0, None]


def test_follow_up_is_the_reverse_kaplan_meier(result):
    """At risk of censoring at 365, 730, 1461: 3, 2, 1; 2/3 then 1/3, so the median is day 730."""
    assert result.rows["n_events"].to_list() == [1, None, None]
    assert result.rows["median_follow_up_years"].to_list() == [
        pytest.approx(730 / 365.25),
        None,
        None,
    ]
    assert "No overall survival" in result.warnings[0]
    assert "A, E" in result.warnings[0]


def test_quarantine_is_counted_by_trial(result):
    assert result.rows["n_quarantined"].to_list() == [0, 3, 0]


def test_coverage_is_present_plus_absent(result):
    assert result.coverage.rows() == [("TP53", "Z", 4, 2, 1, 0.5), ("TP53", "A", 3, 2, 0, 2 / 3)]


def test_serious_failed_checks_are_warnings_and_notices_are_not(result):
    assert result.quality.height == 2
    assert result.warnings[1:] == ("Quality check late failed in A: 2 of 3 rows. Look again.",)
