"""The limits of the Fine-Gray model and of restricted mean differences cover the truth."""

import numpy as np
import pytest
from scipy.stats import binom, chi2

from chorall.stats import fit_fine_gray, restricted_mean_difference

N_RUNS, N_PATIENTS = 300, 250
LOG_HAZARD_RATIO = np.array([0.6, -0.3])
SHARE = 0.5
# a count of covering intervals outside these has a chance of 1 in 10,000 if they cover 95 %
LOWEST, HIGHEST = binom.ppf([5e-5, 1 - 5e-5], N_RUNS, 0.95)


def find_incidence(time, x):
    """Cumulative incidence of cause 1: the model of Fine and Gray's own simulations."""
    return 1 - (1 - SHARE * (1 - np.exp(-time))) ** np.exp(x @ LOG_HAZARD_RATIO)


def draw_patients(generator, *, delayed):
    """Patients whose censoring depends on their group, and who may enter late."""
    n = 3 * N_PATIENTS if delayed else N_PATIENTS
    x = np.column_stack([generator.integers(0, 2, n), generator.normal(size=n)]).astype(float)
    ever = find_incidence(np.inf, x)
    of_interest = generator.random(n) < ever
    # invert the incidence among those who will have cause 1
    part = (1 - generator.random(n) * ever) ** np.exp(-x @ LOG_HAZARD_RATIO)
    time = np.where(of_interest, -np.log(1 - (1 - part) / SHARE), generator.exponential(1.0, n))
    group = generator.integers(0, 2, n)
    censoring = generator.uniform(0.3, np.where(group == 0, 2.0, 5.0), n)
    cause = np.where(time <= censoring, np.where(of_interest, 1, 2), 0)
    follow_up = np.minimum(time, censoring)
    if not delayed:
        return x, follow_up, cause, group, None
    entry = np.where(generator.random(n) < 0.4, 0.0, generator.uniform(0, 0.8, n))
    seen = np.flatnonzero(entry < follow_up)[:N_PATIENTS]
    return x[seen], follow_up[seen], cause[seen], group[seen], entry[seen]


@pytest.mark.parametrize("delayed", [False, True])
def test_limits_of_the_fine_gray_model_cover(delayed):
    generator = np.random.default_rng(20240229)
    new = np.array([[1.0, 0.5]])
    covered, predicted = np.zeros(2, int), 0
    for _ in range(N_RUNS):
        x, time, cause, group, entry = draw_patients(generator, delayed=delayed)
        fit = fit_fine_gray(x, time, cause, censoring_strata=group, entry_time=entry)
        truth = np.exp(LOG_HAZARD_RATIO)
        covered += (fit.lower <= truth) & (truth <= fit.upper)
        found = fit.predict(new, 1.2)
        predicted += found.lower[0, 0] <= find_incidence(1.2, new)[0] <= found.upper[0, 0]
    assert all(LOWEST <= count <= HIGHEST for count in [*covered, predicted]), (covered, predicted)


def draw_waiting_at_opposite_ends(generator, n):
    """Patients whose competing events are early, at opposite ends of x in two censoring groups."""
    group, competing = generator.integers(0, 2, n), generator.random(n) < 0.5
    end = np.where(group == 0, 1.0, -1.0)
    x = np.where(competing, end, 0.0) + generator.normal(0, 0.3, n)
    time = np.where(competing, generator.uniform(0, 0.2, n), generator.uniform(1, 2, n))
    censoring = np.where(generator.random(n) < 0.7, generator.uniform(0.2, 1, n), 3.0)
    cause = np.where(time <= censoring, np.where(competing, 2, 1), 0)
    return x[:, None], np.minimum(time, censoring), cause, group


def test_the_covariance_with_censoring_groups_is_that_of_repeated_samples():
    """Here the covariance of cmprsk::crr is half as large: its limits cover in 85 of 100."""
    generator = np.random.default_rng(5)
    estimates, variances = [], []
    for _ in range(N_RUNS):
        x, time, cause, group = draw_waiting_at_opposite_ends(generator, 2000)
        fit = fit_fine_gray(x, time, cause, censoring_strata=group)
        estimates.append(fit.log_hazard_ratio[0])
        variances.append(fit.covariance[0, 0])
    ratio = np.mean(variances) / np.var(estimates, ddof=1)
    lowest, highest = chi2.ppf([5e-5, 1 - 5e-5], N_RUNS - 1) / (N_RUNS - 1)
    assert 1 / highest <= ratio <= 1 / lowest


@pytest.mark.parametrize("pooling", ["size", "inverse-variance"])
def test_limits_of_a_stratified_restricted_mean_difference_cover(pooling):
    generator = np.random.default_rng(8)
    # mean up to 2 of an exponential time of mean m is m (1 - exp(-2 / m))
    means = np.array([1.0, 1.5])
    truth = np.diff(means * (1 - np.exp(-2 / means)))[0]
    covered = 0
    for _ in range(N_RUNS):
        group, stratum = generator.integers(0, 2, (2, N_PATIENTS))
        event_time = generator.exponential(means[group])
        censoring = generator.uniform(0.5, 6, N_PATIENTS)
        found = restricted_mean_difference(
            np.minimum(event_time, censoring), event_time <= censoring, group,
            strata=stratum, horizon=2.0, pooling=pooling,
        )  # fmt: skip
        covered += found.lower <= truth <= found.upper
    assert LOWEST <= covered <= HIGHEST
