"""Median follow-up of every endpoint and trial, by hand."""

import polars as pl
import pytest

from chorall.analyses.follow_up import measure_follow_up
from chorall.analyses.overview import overview

YEAR = 365.25


@pytest.fixture
def pool(make_pool):
    columns = ("patient_id", "endpoint", "time", "cause", "event_type", "entry_day")
    outcomes = pl.DataFrame(
        [
            # OS in Z: censored at 365, 730 and 1461; survival of "not censored" 2/3, 1/3, 0
            ("P0", "OS", 100, 1, "death", 0),
            ("P1", "OS", 365, 0, "censored", 0),
            ("P2", "OS", 730, 0, "censored", 0),
            ("P3", "OS", 1461, 0, "censored", 0),
            # a death that censors ends no follow-up: the same median as with competing death
            ("P0", "relapse_rate_km", 100, 0, "death", 0),
            ("P1", "relapse_rate_km", 365, 0, "censored", 0),
            ("P2", "relapse_rate_km", 730, 0, "censored", 0),
            ("P3", "relapse_rate_km", 1461, 0, "censored", 0),
            ("P0", "CIR", 100, 2, "death", 0),
            ("P1", "CIR", 365, 0, "censored", 0),
            ("P2", "CIR", 730, 0, "censored", 0),
            ("P3", "CIR", 1461, 0, "censored", 0),
            # late entry in A: P5 is at risk of censoring after day 500 only
            ("P4", "OS", 400, 0, "censored", 0),
            ("P5", "OS", 800, 0, "censored", 500),
            ("P6", "OS", 900, 1, "death", 0),
        ],
        schema=columns,
        orient="row",
    )
    ids = [f"P{i}" for i in range(7)]
    return make_pool(
        patients=pl.DataFrame({"patient_id": ids, "trial_id": ["Z"] * 4 + ["A"] * 3}),
        outcomes=outcomes,
    )


def test_median_follow_up_by_hand(pool):
    found = measure_follow_up(pool)
    assert found.select("endpoint", "trial_id").rows() == [
        ("OS", "Z"), ("OS", "A"), ("CIR", "Z"), ("relapse_rate_km", "Z")
    ]  # fmt: skip
    # OS in A: 1 of 2 at risk censored at 400 leaves 1/2, flat until 800: midway, as R prints it.
    expected = [730 / YEAR, 600 / YEAR, 730 / YEAR, 730 / YEAR]
    assert found["median_follow_up_years"].to_list() == pytest.approx(expected)


def test_events_competing_and_censored_are_counted(pool):
    counts = measure_follow_up(pool).select("n_patients", "n_events", "n_competing", "n_censored")
    assert counts.rows() == [(4, 1, 0, 3), (3, 1, 0, 2), (4, 0, 1, 3), (4, 0, 0, 4)]


def test_the_overview_holds_the_same_figures(pool):
    result = overview(pool)
    assert result.follow_up.equals(measure_follow_up(pool))
    assert result.rows["n_events"].to_list() == [1, 1]


def test_a_lower_level_gives_narrower_limits(pool):
    wide, narrow = (measure_follow_up(pool, conf_level=level).row(0, named=True)
                    for level in (0.95, 0.2))  # fmt: skip
    assert wide["lower"] <= narrow["lower"] <= wide["median_follow_up_years"]
    assert wide["median_follow_up_years"] == narrow["median_follow_up_years"]
    assert wide["lower"] < narrow["lower"]
