"""Times, codes and predictors at the edge of what floating point and memory hold."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import (
    cumulative_incidence,
    fit_cox,
    fit_elastic_net_cox,
    fit_fine_gray,
    fit_random_effects_cox,
    predict_cox_survival,
    restricted_mean,
    restricted_mean_difference,
    transition_probabilities,
)

TIME = np.array([4.0, 2.0, 3.0, 5.0, 1.0, 6.0, 2.0, 7.0])
EVENT = np.array([True, True, False, True, True, False, True, True])
CAUSE = EVENT * np.array([1, 2, 1, 1, 2, 1, 1, 2])
GROUP = np.array([0, 1, 1, 0, 1, 0, 0, 1])
X = np.array([[0.0, 1], [1, 0.5], [0, 2], [1, -1], [1, 0], [0, 0.25], [0, 0], [1, 2]])


@pytest.mark.parametrize("unit", [1e300, 1e-300, 5e-324])
def test_restricted_means_are_scaled_with_the_unit_of_time(unit):
    usual = restricted_mean(TIME, EVENT, horizon=5)
    found = restricted_mean(TIME * unit, EVENT, horizon=5 * unit)
    # the least numbers of all are whole multiples of 5e-324
    rounding = 0.5 if unit == 5e-324 else 1e-12
    assert found.restricted_mean / unit == pytest.approx(usual.restricted_mean, abs=rounding)
    assert found.standard_error / unit == pytest.approx(usual.standard_error, abs=rounding)


@pytest.mark.parametrize("unit", [1e300, 1e-300])
@pytest.mark.parametrize("pooling", ["size", "inverse-variance"])
def test_their_difference_is_scaled_with_the_unit_of_time(unit, pooling):
    usual = restricted_mean_difference(TIME, EVENT, GROUP, horizon=4, pooling=pooling)
    found = restricted_mean_difference(TIME * unit, EVENT, GROUP, horizon=4 * unit, pooling=pooling)
    assert found.difference / unit == pytest.approx(usual.difference, rel=1e-12)
    assert found.standard_error / unit == pytest.approx(usual.standard_error, rel=1e-12)
    assert found.p_value == pytest.approx(usual.p_value, rel=1e-12)


@pytest.mark.parametrize("code", [9999, 2**31 - 1, 2**63 - 1])
def test_a_missing_code_is_no_cause_and_no_state(code):
    with pytest.raises(InputError, match=f"`n_causes` goes up to {code}"):
        cumulative_incidence([1, 2, 3], [1, 0, code])
    with pytest.raises(InputError, match=f"`n_causes` goes up to {code}"):
        cumulative_incidence([1, 2, 3], [1, 0, 1], n_causes=code)
    with pytest.raises(InputError, match=f"states go up to {code}"):
        transition_probabilities([0, 0], [1, 2], [1, 1], [code, 0])
    with pytest.raises(InputError, match=f"states go up to {code}"):
        transition_probabilities([0, 0], [1, 2], [1, 1], [2, 0], n_states=code)


def test_all_events_at_one_time_leave_the_elastic_net_without_a_first_penalty():
    everybody = np.ones(8, bool)
    with pytest.raises(InputError, match="no largest penalty to start from"):
        fit_elastic_net_cox(X, np.full(8, 5.0), everybody)
    path = fit_elastic_net_cox(X, np.full(8, 5.0), everybody, penalties=[0.1, 0.01])
    np.testing.assert_array_equal(path.log_hazard_ratio, np.zeros((2, 2)))


@pytest.mark.parametrize("unit", [1e-300, 1e-160])
def test_covariates_that_vary_too_little_are_named_and_refused(unit):
    x = X * [1, unit]
    for fit in (
        lambda: fit_cox(x, TIME, EVENT),
        lambda: fit_cox(x, TIME, EVENT, ridge=1.0),
        lambda: fit_fine_gray(x, TIME, CAUSE),
        lambda: fit_elastic_net_cox(x, TIME, EVENT),
        lambda: fit_random_effects_cox(x, ["a", "b"], TIME, EVENT),
    ):
        with pytest.raises(InputError, match="column 1 varies by less than 1e-100"):
            fit()


def test_a_cox_prediction_beyond_floating_point_is_certain_death_or_life():
    fit = fit_cox(X, TIME, EVENT)
    far = np.sign(fit.log_hazard_ratio) * [1e6, 1e6]
    found = predict_cox_survival(fit, [far, -far], [0.5, 3.0, 99.0])
    np.testing.assert_array_equal(found.survival, [[1, 0, np.nan], [1, 1, np.nan]])
    np.testing.assert_array_equal(found.standard_error, [[0, 0, np.nan], [0, 0, np.nan]])
    np.testing.assert_array_equal(found.cumulative_hazard[0, :2], [0, np.inf])
    by_offset = predict_cox_survival(fit, X[:2], 3.0, offset=[1e5, -1e5])
    np.testing.assert_array_equal(by_offset.survival, [[0], [1]])


def test_a_fine_gray_prediction_beyond_floating_point_is_certain():
    fit = fit_fine_gray(X, TIME, CAUSE)
    far = np.sign(fit.log_hazard_ratio) * [1e6, 1e6]
    found = fit.predict([far, -far], [0.5, 4.0])
    np.testing.assert_array_equal(found.cumulative_incidence, [[0, 1], [0, 0]])
    np.testing.assert_array_equal(found.standard_error, np.zeros((2, 2)))
