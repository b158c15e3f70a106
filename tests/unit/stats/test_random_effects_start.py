"""A random-effects Cox fit that starts where another one ended."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import fit_random_effects_cox

GROUPS = np.array(["a"] * 4 + ["b"] * 5 + ["c"])


@pytest.fixture(scope="module")
def patients():
    random = np.random.default_rng(3)
    x = random.normal(size=(300, 10))
    hazard = np.exp(x @ np.array([1, -1, 0.5, 0, 0.3, 0.2, 0.4, 0.3, 0.1, -0.6]))
    time = random.exponential(1 / hazard)
    return x, time, random.random(300) < 0.8


def fit(patients, kept, **options):
    x, time, event = (one[kept] for one in patients)
    return fit_random_effects_cox(x, GROUPS, time, event, tolerance=1e-7, **options)


def test_the_end_is_the_same_with_fewer_steps(patients):
    everybody, others = np.ones(300, bool), np.arange(300) != 17
    start = fit(patients, everybody)
    cold, warm = fit(patients, others), fit(patients, others, start=start)
    np.testing.assert_allclose(warm.log_hazard_ratio, cold.log_hazard_ratio, atol=1e-6)
    np.testing.assert_allclose(warm.group_variance, cold.group_variance, rtol=1e-5)
    np.testing.assert_allclose(warm.covariance, cold.covariance, atol=1e-7)
    assert warm.log_likelihood_null == pytest.approx(cold.log_likelihood_null, rel=1e-12)
    assert warm.n_newton_steps < cold.n_newton_steps
    assert np.abs(start.log_hazard_ratio - cold.log_hazard_ratio).max() > 1e-3


def test_variances_that_are_known_stay(patients):
    everybody = np.ones(300, bool)
    start, known = fit(patients, everybody), [0.5, 0.0, 1.0]
    cold, warm = (
        fit(patients, everybody, group_variance=known, start=one) for one in (None, start)
    )
    assert warm.group_variance.tolist() == known
    np.testing.assert_allclose(warm.log_hazard_ratio, cold.log_hazard_ratio, atol=1e-8)


def test_a_group_without_variance_may_gain_one(patients):
    """The start has no variance of `a`, whose columns differ: it may not stay there."""
    everybody = np.ones(300, bool)
    start = fit(patients, everybody, group_variance=[0.0, 0.1, 0.1])
    warm, cold = fit(patients, everybody, start=start), fit(patients, everybody)
    np.testing.assert_allclose(warm.group_variance, cold.group_variance, rtol=1e-4)


def test_a_fit_of_other_groups_is_refused(patients):
    start = fit(patients, np.ones(300, bool), mean_groups=[])
    with pytest.raises(InputError, match="`start`"):
        fit(patients, np.ones(300, bool), start=start)
