"""Relapse with its careful limits, pooled, and the stratified difference of survival, against R."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.analyses.deescalation.difference import Arms, measure_difference
from chorall.analyses.deescalation.limits import RiskAtHorizon, measure_risk
from chorall.analyses.deescalation.together import pool_risks

R = read_oracle("deescalation")
PATIENTS = read_patients()
STRATA = ("north", "south", "west")
HORIZON = 12.0
# the two programmes stop climbing at different places, as in test_oracle_pooling
GLMM_TOLERANCE = 1e-4


def expect(what: str, group: str | None = None) -> dict[str, float]:
    rows = R.filter(what=what) if group is None else R.filter(what=what, group=group)
    return rows.row(0, named=True)


def measure(stratum: str) -> RiskAtHorizon:
    own = PATIENTS.filter(stratum=stratum)
    return measure_risk(
        own["time"].to_numpy().astype(float), own["cause"].to_numpy(), None, HORIZON
    )


@pytest.mark.parametrize("stratum", STRATA)
def test_one_trial(stratum: str) -> None:
    found = measure(stratum)
    for what, value in (
        ("relapse", found.risk),
        ("effective", found.effective_n),
        ("lower", found.lower),
        ("upper", found.upper),
    ):
        assert value == pytest.approx(expect(what, stratum)["value"], rel=1e-9), what


def test_all_trials() -> None:
    pooled = pool_risks([measure(stratum) for stratum in STRATA], 0.95)
    for what, value in (
        ("pooled", pooled.risk),
        ("pooled_lower", pooled.lower),
        ("pooled_upper", pooled.upper),
    ):
        assert value == pytest.approx(expect(what)["value"], abs=GLMM_TOLERANCE), what


def test_the_difference() -> None:
    arms = []
    for stratum in STRATA:
        own = PATIENTS.filter(stratum=stratum)
        reduced = own.select(pl.col("x2") > 0).to_series().to_numpy()
        time = own["time"].to_numpy().astype(float)
        arms.append(Arms(stratum, time, (own["cause"] > 0).to_numpy(), reduced))
    found = measure_difference(arms, np.array([HORIZON]))
    expected = expect("difference")
    assert found.difference[0] == pytest.approx(expected["value"], rel=1e-9)
    assert found.standard_error[0] == pytest.approx(expected["error"], rel=1e-9)
