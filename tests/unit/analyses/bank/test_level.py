"""The level of a bank: mean predictions against what was observed, trial by trial."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import beta

from chorall.analyses.bank.fit import read_bank_data
from chorall.models.bank.batch import predict_many
from chorall.models.bank.noise import make_noise
from chorall.models.bank.simulate_course import Now, simulate
from chorall.models.bank.strategy import read_strategy
from chorall.stats import kaplan_meier

YEARS = 3.0
BY_AGE = {"SYN-PAED-1": 0.02, "SYN-AYA-1": 0.055, "SYN-ADULT-1": 0.025}
"""Trials of the same age do differ here, and a trial not seen lies at their mean."""

TRIALS = tuple(BY_AGE)

OF_TRIAL = 0.04
QUANTITIES = {"OS": "overall_survival", "EFS": "event_free_survival"}


def observe(pool, trial, endpoint):
    """Return Kaplan and Meier's survival of one trial."""
    own = pool.table("patient").filter(pl.col("trial_id") == trial).select("patient_id")
    rows = pool.table("endpoint").filter(pl.col("endpoint") == endpoint).join(own, on="patient_id")
    return kaplan_meier(rows["exit_day"], rows["cause"] > 0).at([YEARS * 365.25]).survival[0]


def foretell(bank, pool, trial, now):
    """Return the mean prediction of day 0, with MRD not known yet."""
    data, _ = read_bank_data(pool)
    values = data.values[data.trial == trial]
    values[:, [feature.kind == "mrd" for feature in data.features]] = np.nan
    strategy = read_strategy(bank, "as_observed")
    return predict_many(bank, values, strategy, years=(YEARS,), now=now)


@pytest.mark.parametrize("trial", TRIALS)
def test_children_have_the_level_of_children_and_adults_that_of_adults(bank, bank_pool, trial):
    """All children are in one trial: what a trial explains must not be taken from their age."""
    found = foretell(bank, bank_pool, trial, Now())
    for endpoint, quantity in QUANTITIES.items():
        observed = observe(bank_pool, trial, endpoint)
        assert found[quantity].mean() == pytest.approx(observed, abs=BY_AGE[trial]), endpoint


@pytest.mark.parametrize("trial", TRIALS)
def test_a_patient_treated_as_in_a_trial_has_its_level(bank, bank_pool, trial):
    found = foretell(bank, bank_pool, trial, Now(trial=trial))
    for endpoint, quantity in QUANTITIES.items():
        observed = observe(bank_pool, trial, endpoint)
        assert found[quantity].mean() == pytest.approx(observed, abs=OF_TRIAL), endpoint


@pytest.mark.parametrize("trial", TRIALS)
@pytest.mark.parametrize("is_named", [False, True])
def test_as_many_fail_induction_as_did(bank, bank_pool, trial, is_named):
    """Of children a race by the day foretold three times as many as failed."""
    data, _ = read_bank_data(bank_pool)
    own = data.trial == trial
    stays = data.stays
    ends = own[stays.patient] & (stays.origin == "induction") & (stays.target != "")
    counted = {
        target: int((stays.target[ends] == target).sum())
        for target in ("induction_failure", "death")
    }
    found = foretell_induction(bank, data.values[own], Now(trial=trial if is_named else ""))
    for target, n in counted.items():
        low, high = beta.ppf([0.025, 0.975], [n, n + 1], [ends.sum() - n + 1, ends.sum() - n])
        assert low < found[target] < high, target


def foretell_induction(bank, values, now):
    """Return the mean chance of failure and of death in induction, of every third patient."""
    draws, strategy = 40, read_strategy(bank, "as_observed")
    completed = bank.law.draw_many(values[::3], make_noise(bank, draws).features)
    courses = [
        simulate(bank, completed[:, row], [strategy], now, draws, [0, 12])[0]
        for row in range(completed.shape[1])
    ]
    return {
        "induction_failure": np.mean([course.failure[:, 1] for course in courses]),
        "death": np.mean([course.deaths["induction"][:, 1] for course in courses]),
    }
