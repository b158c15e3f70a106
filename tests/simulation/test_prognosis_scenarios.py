"""The scenarios of the simulator get the words they deserve: grades, warnings, and silence."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

import chorall as ch
from chorall.analyses.prognosis import prognosis
from chorall.analyses.prognosis_result import PrognosisResult

NO_EFFECT_GRADES = {"not shown", "not assessable", "single-trial", "heterogeneous"}


@cache
def analyse(scenario: str, patients: int, seed: int, *more: str) -> PrognosisResult:
    """Return the relapse figures of eight trials."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "sim"
        ch.simulate(place, patients=patients, trials=8, seed=seed, scenario=scenario)
        pool = ch.build_pool(place / "consortium.toml", Path(folder) / "pool")
        return prognosis(
            pool,
            endpoints=["CIR"],
            detail="estimates",
            adjust=["age_spline", "sex", "wbc", *more],
        )


def flagged(result: PrognosisResult, words: str) -> list[str]:
    return result.summary.filter(pl.col("warnings").str.contains(words))["marker"].to_list()


def test_where_nothing_matters_nothing_is_replicated():
    # in the law subtypes shift MRD, and MRD matters: without it they are associated with relapse
    result = analyse("null", 2500, 3, "mrd")
    assert set(result.summary["grade"]) <= NO_EFFECT_GRADES
    assessed = result.summary.filter(pl.col("n_pooled") > 1)
    differing = assessed.filter(grade="heterogeneous").height
    # Cochran's test at 0.10 of some 35 markers: 9 or more by chance in fewer than 1 of 100 pools
    assert assessed.height > 25
    assert differing <= 9
    assert not any("goes with the event" in line for line in result.warnings)


def test_effects_that_differ_by_trial_are_called_heterogeneous():
    result = analyse("heterogeneous", 4000, 5)
    grades = dict(result.summary.select("marker", "grade").iter_rows())
    assert grades["IKZF1_del"] == "heterogeneous"
    (row,) = result.summary.filter(marker="IKZF1_del").to_dicts()
    assert row["i2"] > 0.5
    assert row["prediction_upper"] / row["prediction_lower"] > 3


def test_testing_that_follows_relapse_is_warned_of_for_the_markers_of_the_panel():
    result = analyse("informative-testing", 2500, 5)
    found = flagged(result, "tested more often in patients with the event")
    assert {"TP53", "CREBBP", "NRAS"} <= set(found)
    assert any("goes with the event" in line for line in result.warnings)


def test_effects_that_end_are_flagged_with_the_two_periods_to_read():
    result = analyse("non-proportional", 6000, 5)
    found = flagged(result, "changes over time")
    assert {"IKZF1_del", "high_hyperdiploidy"} <= set(found)
    (row,) = result.summary.filter(marker="IKZF1_del").to_dicts()
    assert row["early_lower"] > 1
    assert row["late_lower"] < 1 < row["late_upper"]
