"""Chained equations, coxph and Rubin's rules against mice with many imputations."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle

from chorall.stats import combine_imputations, find_own_hazard, fit_cox, impute_chained

# as many imputations as in R leave out of a difference of 4 Monte-Carlo errors one in 16,000
MONTE_CARLO_ERRORS = 4.0
N_IMPUTATIONS = 200


@cache
def combine(number: str):
    """Impute, fit each data set, combine; terms in the order of R."""
    patients = read_oracle("chained_patients").cast(pl.Float64)
    names = ("marker", "wbc", "subtype")
    x = patients.select(names).fill_null(float("nan")).to_numpy()
    age, trial, time = (patients[name].to_numpy() for name in ("age", "trial", "time"))
    event = patients["event"].to_numpy() == 1
    fixed = np.column_stack([trial, age, event, find_own_hazard(time, event, strata=trial)])
    found = impute_chained(
        x, ["binary", number, "categorical"], fixed=fixed, n_imputations=N_IMPUTATIONS,
        n_iterations=5, seed=17,
    )  # fmt: skip
    fits = []
    for marker, wbc, subtype in found.values.transpose(0, 2, 1):
        covariates = np.column_stack([age, marker, wbc, subtype == 1, subtype == 2])
        fits.append(fit_cox(covariates, time, event, strata=trial))
    return combine_imputations(
        [fit.log_hazard_ratio for fit in fits], [fit.standard_error for fit in fits]
    )


@pytest.mark.parametrize(("number", "in_r"), [("pmm", "pmm"), ("normal", "norm")])
def test_mice_gives_the_same_within_monte_carlo_error(number, in_r) -> None:
    rows = read_oracle("chained_imputation").filter(number=in_r, levels="sequence")
    found = combine(number)
    chance = np.sqrt(found.between_variance / N_IMPUTATIONS + rows["monte_carlo"].to_numpy() ** 2)
    apart = (found.estimate - rows["estimate"].to_numpy()) / chance
    assert np.abs(apart).max() < MONTE_CARLO_ERRORS, apart
    # chance is small beside what is estimated: the comparison could fail
    assert (chance < 0.06 * found.standard_error).all()
    # standard errors: a variance between 200 draws has a relative error of 10 %
    np.testing.assert_allclose(found.standard_error, rows["standard_error"].to_numpy(), rtol=0.06)
    np.testing.assert_allclose(found.within_variance, rows["within"].to_numpy(), rtol=0.02)


def test_levels_in_a_sequence_are_near_the_multinomial_model() -> None:
    """Another model of the subtype: its own terms move by a sixth of an error."""
    rows = read_oracle("chained_imputation").filter(number="pmm", levels="polyreg")
    found = combine("pmm")
    apart = np.abs(found.estimate - rows["estimate"].to_numpy()) / found.standard_error
    assert (apart[:3] < 0.06).all(), apart
    assert (apart[3:] < 0.2).all(), apart


def test_the_samples_are_hard_for_complete_cases() -> None:
    """Missingness goes with the outcome: complete cases are a different answer, by R as well."""
    rows = read_oracle("chained_imputation")
    complete = rows.filter(number="complete cases")
    imputed = rows.filter(number="pmm", levels="sequence")
    apart = complete["estimate"].to_numpy() - imputed["estimate"].to_numpy()
    assert (np.abs(apart) > 2 * imputed["monte_carlo"].to_numpy()).all()
