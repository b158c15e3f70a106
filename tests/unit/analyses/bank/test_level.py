"""The level of a bank: mean predictions against what was observed, trial by trial."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from chorall.analyses.bank.fit import read_bank_data
from chorall.models.bank.batch import predict_many
from chorall.models.bank.simulate_course import Now
from chorall.models.bank.strategy import read_strategy
from chorall.stats import kaplan_meier

YEARS = 3.0
TRIALS = ("SYN-PAED-1", "SYN-AYA-1", "SYN-ADULT-1")
BY_AGE = 0.045
"""Trials of the same age do differ here, and a trial not seen lies at their mean."""

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
        assert found[quantity].mean() == pytest.approx(observed, abs=BY_AGE), endpoint


@pytest.mark.parametrize("trial", TRIALS)
def test_a_patient_treated_as_in_a_trial_has_its_level(bank, bank_pool, trial):
    found = foretell(bank, bank_pool, trial, Now(trial=trial))
    for endpoint, quantity in QUANTITIES.items():
        observed = observe(bank_pool, trial, endpoint)
        assert found[quantity].mean() == pytest.approx(observed, abs=OF_TRIAL), endpoint
