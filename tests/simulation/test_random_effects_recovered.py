"""Group variances and means planted in the hazards are found by the random-effects Cox model."""

import numpy as np

from chorall.stats import fit_random_effects_cox

VARIANCE = np.array([0.25, 0.04, 0.0])
MEAN = np.array([0.0, 0.3, -0.2])
GROUPS = np.repeat([0, 1, 2], 30)
N_TRIALS = 8


def fit_trial(seed):
    generator = np.random.default_rng(seed)
    x = (generator.random((1500, 90)) < 0.2).astype(float)
    effects = MEAN[GROUPS] + np.sqrt(VARIANCE)[GROUPS] * generator.normal(size=90)
    time = generator.exponential(np.exp(-x @ effects))
    censoring = generator.exponential(2 * np.median(time), 1500)
    fit = fit_random_effects_cox(x, GROUPS, np.minimum(time, censoring), time <= censoring)
    covered = (fit.lower <= np.exp(effects)) & (np.exp(effects) <= fit.upper)
    return fit, covered


def test_planted_variances_and_means_are_found():
    fits, covered = zip(*(fit_trial(seed) for seed in range(N_TRIALS)), strict=True)
    assert all(fit.converged for fit in fits)
    variance = np.mean([fit.group_variance for fit in fits], axis=0)
    # a variance of 30 effects scatters by sqrt(2 / 30) of itself, over 8 trials by a tenth
    assert 0.18 < variance[0] < 0.33
    assert 0.02 < variance[1] < 0.07
    assert variance[2] < 0.01
    mean = np.mean([fit.group_mean for fit in fits], axis=0)
    np.testing.assert_allclose(mean, MEAN, atol=0.1)
    # 720 effects: 95 % less 4 standard errors of a binomial, were they independent
    assert np.mean(covered) > 0.91
