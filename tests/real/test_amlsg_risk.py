"""Risk groups in the AMLSG trials: incidences of every cause and carried-over risks as in R."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from chorall.analyses import build_risk_rule, risk
from chorall.analyses.risk import RiskResult
from chorall.tables.store import Pool

R_PRINTS = 1e-9
RULE = """
id = "own_age"
name = "age 60 or more, or TP53"
completeness = "FULL"
[[groups]]
id = "younger"
in_words = "below 60, TP53 absent"
[[groups]]
id = "older"
in_words = "60 or more, or TP53"
[[rules]]
group = "older"
when = "age_years >= 60 or TP53"
[[rules]]
group = "younger"
[source]
keys = []
cites = "made up for tests"
confidence = "seen"
"""
# cmprsk::cuminc(time, cause) of R 4.2 at 1826.25 days, first events of EFS split by kind
INCIDENCES = {
    "younger": (0.3154264920, 0.0713439609, 0.0543884386, 0.2554900650),
    "older": (0.3049745664, 0.0558125777, 0.1289821902, 0.3989805967),
}
AT_LANDMARK = {"younger": (1019, 0.3757877932), "older": (253, 0.3929711804)}
CARRIED = {
    ("AMLHD98A", "younger"): 0.3521602335, ("AMLHD98A", "older"): 0.3271134789,
    ("AMLHD98B", "younger"): 0.3156939106, ("AMLHD98B", "older"): 0.2808290582,
    ("AMLSG0704", "younger"): 0.2749176700, ("AMLSG0704", "older"): 0.2948917749,
}  # fmt: skip


@pytest.fixture(scope="module")
def found(amlsg_pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> RiskResult:
    file: Path = tmp_path_factory.mktemp("rule") / "own.toml"
    file.write_text(RULE, "utf-8")
    return risk(amlsg_pool, classifiers=["own_age"], rules=[file], n_resamples=20)


def test_every_cause_has_the_incidence_of_r(found: RiskResult) -> None:
    causes = ("relapse", "death in remission", "death in induction", "induction failure")
    rows = found.rows.filter(view="day 0", trial_id="all")
    for group, expected in INCIDENCES.items():
        for cause, value in zip(causes, expected, strict=True):
            line = rows.filter(group=group, cause=cause)
            assert line["risk"][0] == pytest.approx(value, abs=R_PRINTS)
    any_event = rows.filter(cause="any event")
    assert any_event["n_patients"].to_list() == [1214, 326]
    assert any_event["n_events"].sum() == 1144


def test_the_landmark_is_that_of_r(found: RiskResult) -> None:
    rows = found.rows.filter(view="day 29", trial_id="all", cause="relapse")
    for group, (n, value) in AT_LANDMARK.items():
        line = rows.filter(group=group)
        assert line["n_patients"][0] == n
        assert line["risk"][0] == pytest.approx(value, abs=R_PRINTS)


def test_risks_are_carried_over_from_the_two_other_trials(found: RiskResult) -> None:
    rows = found.calibration.filter(view="day 0")
    for (trial, group), value in CARRIED.items():
        line = rows.filter(trial_id=trial, group=group)
        assert line["predicted"][0] == pytest.approx(value, abs=R_PRINTS)


def test_order_within_trials_is_that_of_r(found: RiskResult) -> None:
    # concordance(Surv(ifelse(competing, 1e6, time), relapse) ~ group + strata(trial))
    line = found.performance.filter(view="day 0", trial_id="all", measure="concordance")
    assert line["estimate"][0] == pytest.approx(0.497235231611, abs=R_PRINTS)


def test_a_rule_of_two_trials_orders_the_third(amlsg_pool: Pool) -> None:
    rule = build_risk_rule(
        amlsg_pool, items=["age_years", "TP53", "complex_karyotype", "NRAS"], moment="diagnosis",
        target="event", targets=[0.6, 0.85], test_trials=["AMLSG0704"], n_resamples=20,
    )  # fmt: skip
    assert rule.train_trials == ("AMLHD98A", "AMLHD98B")
    weights = rule.weights.filter(rule="all tests").select("item", "weight")
    of = dict(weights.iter_rows())
    assert of["complex_karyotype"] > 0.4 < of["TP53"]
    test = pl.col("role") == "test"
    order = rule.performance.filter(test, pl.col("measure") == "concordance")
    assert (order["lower"] > 0.5).all()
    high = rule.rows.filter(test, pl.col("group") == "high", pl.col("rule") == "all tests")
    low = rule.rows.filter(test, pl.col("group") == "low", pl.col("rule") == "all tests")
    assert high["lower"][0] > low["upper"][0]
