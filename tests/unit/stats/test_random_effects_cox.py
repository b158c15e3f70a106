"""The random-effects Cox model at its edges."""

import numpy as np
import pytest

from chorall.errors import ConvergenceError, InputError
from chorall.stats import fit_cox, fit_random_effects_cox


def make_patients(n=400, sizes=(8, 8), spread=(0.7, 0.0), seed=4):
    generator = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    x = (generator.random((n, len(groups))) < 0.3).astype(float)
    effects = generator.normal(size=len(groups)) * np.array(spread)[groups]
    time = generator.exponential(np.exp(-x @ effects))
    return x, groups, time, generator.random(n) < 0.8


def test_coefficients_are_mean_plus_deviation():
    x, groups, time, event = make_patients()
    fit = fit_random_effects_cox(x, groups, time, event)
    assert fit.converged
    np.testing.assert_allclose(
        fit.log_hazard_ratio, fit.group_mean[groups] + fit.deviation, rtol=1e-12
    )
    assert fit.n_columns.tolist() == [8, 8]
    assert fit.log_likelihood > fit.log_likelihood_null


def test_a_variance_is_the_fixed_point_of_its_update():
    x, groups, time, event = make_patients(spread=(0.7, 0.5))
    fit = fit_random_effects_cox(x, groups, time, event, tolerance=1e-10)
    squares = np.bincount(groups, fit.deviation**2)
    np.testing.assert_allclose(fit.group_variance, squares / fit.degrees_of_freedom, rtol=1e-7)
    # the same point is that of EM: variance p = squares + trace of H^-1 over the group
    assert ((fit.degrees_of_freedom > 0) & (fit.degrees_of_freedom < 8)).all()


def test_a_group_without_differences_has_variance_zero_and_says_so():
    x, groups, time, event = make_patients(seed=5)
    fit = fit_random_effects_cox(x, groups, time, event)
    assert fit.group_variance[1] == 0
    np.testing.assert_array_equal(fit.deviation[groups == 1], 0)
    assert "group 1 is 0" in fit.warnings[0]
    # what is left of the group is one common effect: the same as a column of sums
    np.testing.assert_allclose(fit.log_hazard_ratio[8:], fit.group_mean[1], rtol=1e-12)


def test_sampling_variance_is_less_than_posterior_variance():
    x, groups, time, event = make_patients()
    fit = fit_random_effects_cox(x, groups, time, event, group_variance=[0.2, 0.2])
    difference = np.linalg.eigvalsh(fit.covariance - fit.sampling_covariance)
    assert difference.min() > -1e-10


def test_a_wide_known_variance_is_no_penalty():
    x, groups, time, event = make_patients()
    free = fit_cox(x, time, event)
    fit = fit_random_effects_cox(
        x, groups, time, event, group_variance=[1e10, 1e10], mean_groups=[]
    )
    np.testing.assert_allclose(fit.log_hazard_ratio, free.log_hazard_ratio, rtol=1e-6)
    np.testing.assert_allclose(fit.covariance, free.covariance, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(fit.degrees_of_freedom, 8, rtol=1e-6)
    assert np.isnan(fit.group_mean_standard_error).all()


def test_a_group_of_one_column_has_no_mean_of_its_own():
    x, groups, time, event = make_patients()
    groups = np.where(np.arange(16) == 15, "single", "many")
    fit = fit_random_effects_cox(x, groups, time, event)
    assert fit.groups.tolist() == ["many", "single"]
    assert fit.group_mean[1] == 0
    assert np.isnan(fit.group_mean_standard_error[1])


def test_a_fit_that_runs_out_of_updates_says_so():
    fit = fit_random_effects_cox(*make_patients(), max_iterations=1)
    assert not fit.converged
    assert "did not converge: after 1 updates" in fit.warnings[0]


def test_a_prior_keeps_a_variance_above_zero():
    x, groups, time, event = make_patients(seed=9)
    fit = fit_random_effects_cox(x, groups, time, event, prior_weight=1.0)
    assert fit.converged
    assert fit.group_variance[1] > 0.001


def test_a_mean_that_does_not_vary_is_named():
    x, groups, time, event = make_patients()
    x[:, 8:] = 0
    x[:, 8] = 1
    with pytest.raises(ConvergenceError, match="mean_groups"):
        fit_random_effects_cox(x, groups, time, event)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"groups": [1, 2]}, r"`groups` has shape \(2,\), but `x` has 16"),
        ({"x": np.empty((400, 0)), "groups": []}, "no columns"),
        ({"mean_groups": ["z"]}, "holds z; expected of: 0, 1"),
        ({"group_variance": [1.0]}, "expected 2 numbers"),
        ({"group_variance": [1.0, -1.0]}, "expected 2 numbers"),
        ({"start_variance": 0, "prior_weight": -1}, "`start_variance` is 0.*\n.*`prior_weight`"),
        ({"freedom": "wald"}, "schall, coxrfx"),
        ({"ties": "exact"}, "efron, breslow"),
        ({"event": np.zeros(400, bool)}, "`event` is never True"),
    ],
)
def test_what_cannot_be_used_is_named(change, said):
    x, groups, time, event = make_patients()
    arguments = {"x": x, "groups": groups, "time": time, "event": event, **change}
    with pytest.raises(InputError, match=said):
        fit_random_effects_cox(**arguments)
