"""Doubly robust risks and cloned strategies against R: glm, lm, jackknife, coxph, survfit."""

import numpy as np
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.models.discontinuity import fit_discontinuity
from chorall.stats import compare_cloned_strategies, doubly_robust_risk

# both sides climb until rounding stops them
ITERATED = 1e-8
HORIZON = 12.0

PATIENTS = read_patients()
ORACLE = dict(read_oracle("causal").select("what", "value").iter_rows())
X = PATIENTS.select("x1", "x3").to_numpy().astype(float)
TIME, CAUSE = PATIENTS["time"].to_numpy().astype(float), PATIENTS["cause"].to_numpy()
TREATED = (PATIENTS["x2"] > 0).to_numpy()


def test_augmented_weights_on_pseudo_values():
    found = doubly_robust_risk(
        X, TREATED, TIME, CAUSE, horizon=HORIZON, strata=PATIENTS["stratum"].to_numpy()
    )
    assert found.risk[0] == pytest.approx(ORACLE["risk_treated"], abs=ITERATED)
    assert found.risk[1] == pytest.approx(ORACLE["risk_untreated"], abs=ITERATED)
    assert found.risk_difference == pytest.approx(ORACLE["difference"], abs=ITERATED)
    assert found.difference_error == pytest.approx(ORACLE["error"], abs=ITERATED)


def test_clones_censored_and_weighted():
    start = np.where(TREATED, PATIENTS["entry_time"].to_numpy() + 1.0, np.inf)
    found = compare_cloned_strategies(
        X, TIME, CAUSE, start, windows=[(0, 4), None], horizon=HORIZON, interval=1, times=[6]
    )
    for place, strategy in enumerate(("soon", "never")):
        expected = [ORACLE[f"{strategy}_{at}"] for at in (6, 12)]
        assert found.risk[place] == pytest.approx(expected, abs=ITERATED)
        assert found.time_free[place] == pytest.approx(ORACLE[f"{strategy}_free"], abs=ITERATED)


def test_a_jump_at_a_cut():
    found = fit_discontinuity(PATIENTS["x2"].to_numpy(), TIME, 1.5)
    assert found.jump == pytest.approx(ORACLE["jump"], rel=ITERATED)
    assert found.error == pytest.approx(ORACLE["jump_error"], rel=ITERATED)
    assert found.below == pytest.approx(ORACLE["jump_below"], rel=ITERATED)
