"""Calibration, decision curves and reclassification by hand, and their answers at the edges."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import calibration, decision_curve, kaplan_meier, reclassification


def simulate(n, seed, slope=1.0, shift=0.0):
    """Draw patients whose true hazard at the horizon 1 is that of the prediction, distorted."""
    rng = np.random.default_rng(seed)
    log_hazard = rng.normal(-0.5, 0.8, n)
    time = rng.exponential(1 / np.exp(shift + slope * log_hazard))
    censoring = rng.uniform(0.2, 3, n)
    risk = 1 - np.exp(-np.exp(log_hazard))
    return risk, np.minimum(time, censoring), time <= censoring


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.6, 0.4)])
def test_the_true_line_is_found(slope, shift):
    found = calibration(*simulate(20_000, 1, slope, shift), 1.0)
    assert found.slope == pytest.approx(slope, abs=3.5 * found.slope_error)
    assert found.slope_error < 0.05
    if shift == 0:
        assert found.intercept == pytest.approx(0, abs=3.5 * found.intercept_error)
        assert found.ratio_lower < 1.01
        assert found.mean_absolute_error < 0.02
    line = 1 - np.exp(-np.exp(shift) * (-np.log1p(-found.curve_predicted)) ** slope)
    assert np.abs(found.curve_observed - line).max() < 0.05
    assert found.warnings == ()


def test_ratio_and_groups_by_hand():
    risk, time, event = [0.2, 0.2, 0.4, 0.4], [1, 3, 2, 1], [True, False, True, False]
    found = calibration(risk, time, event, 2, n_groups=2)
    # 1 of 4 at 1, then 1 of 2 at 2
    assert found.observed == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert found.observed_expected_ratio == pytest.approx(0.625 / 0.3)
    greenwood = (3 / 8) * np.sqrt(1 / 12 + 1 / 2)
    assert found.ratio_upper / found.observed_expected_ratio == pytest.approx(
        np.exp(1.959963984540054 * greenwood / 0.625)
    )
    np.testing.assert_allclose(found.group_predicted, [0.2, 0.4])
    np.testing.assert_allclose(found.group_observed, [0.5, 1.0])
    assert found.group_n.tolist() == [2, 2]


def test_limits_of_the_observed_risk_are_those_of_kaplan_meier():
    risk, time, event = simulate(200, 3)
    found = calibration(risk, time, event, 1.0)
    at = kaplan_meier(time, event).at(1.0)
    assert found.observed_lower == pytest.approx(1 - at.upper[0], rel=1e-12)


def test_one_prediction_for_all_has_no_slope():
    found = calibration([0.3] * 5, [1, 2, 3, 4, 5], [True, False, True, False, True], 3)
    assert np.isnan([found.slope, found.mean_absolute_error]).all()
    assert not np.isnan(found.intercept)
    assert len(found.warnings) == 2
    assert found.group_n.tolist() == [5]


def test_without_events_only_the_ratio_is_known():
    found = calibration([0.3, 0.4, 0.5], [2, 3, 4], [False] * 3, 1)
    assert found.observed_expected_ratio == 0
    assert np.isnan([found.intercept, found.slope, found.ratio_upper]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"risk": [0.0, 0.5, 0.5]}, "0 or 1, which no model can mean"),
        ({"horizon": 9}, "nobody was followed that long"),
        ({"n_knots": 7}, "3, 4 or 5 knots"),
        ({"n_groups": 0}, "at least one group"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(change, message):
    arguments = {"risk": [0.3, 0.4, 0.5], "time": [1, 2, 3], "event": [True, True, False]}
    with pytest.raises(InputError, match=message):
        calibration(**({"horizon": 2} | arguments | change))


def test_net_benefit_by_hand():
    # above 0.5: 3 of 5 patients, 2 of them with the event by 2; everybody: 3 of 5
    risk, time = [0.9, 0.8, 0.7, 0.2, 0.1], [1, 2, 5, 2, 6]
    found = decision_curve(risk, time, [True] * 5, 2, [0.5, 0.95, 0.0])
    np.testing.assert_allclose(found.net_benefit, [2 / 5 - 1 / 5, 0, 3 / 5], atol=1e-15)
    np.testing.assert_allclose(found.net_benefit_all[0], 3 / 5 - 2 / 5)
    avoided = [0.0, (0 - (0.6 - 19 * 0.4)) / 19]
    np.testing.assert_allclose(found.interventions_avoided[:2], avoided, atol=1e-12)
    assert np.isnan(found.interventions_avoided[2])
    assert found.positive_fraction.tolist() == [0.6, 0, 1]


def test_a_risk_on_the_threshold_is_acted_on():
    found = decision_curve([0.5, 0.4], [1, 2], [True, True], 1.5, [0.5])
    assert found.positive_fraction[0] == 0.5
    assert found.true_positive_rate[0] == 0.5


def test_net_benefit_is_not_known_when_none_of_the_positives_was_followed():
    found = decision_curve([0.9, 0.1], [1, 5], [False, True], 3, [0.5])
    assert np.isnan(found.net_benefit[0])
    with pytest.raises(InputError, match="not at least 0 and below 1"):
        decision_curve([0.9, 0.1], [1, 5], [False, True], 3, [1.0])


def test_reclassification_by_hand():
    old, new = [0.1, 0.1, 0.5, 0.5, 0.5], [0.5, 0.1, 0.1, 0.5, 0.3]
    found = reclassification(old, new, [1, 9, 9, 1, 1], [True] * 5, 2, 0.3)
    assert found.n.tolist() == [[1, 1], [1, 2]]
    np.testing.assert_array_equal(found.observed, [[0, 1], [0, 1]])
    np.testing.assert_allclose(found.new_predicted, [[0.1, 0.5], [0.1, 0.4]])
    assert (found.moved_up_fraction, found.moved_down_fraction) == (0.2, 0.2)
    observed = (found.moved_up_observed, found.moved_down_observed, found.stayed_observed)
    assert observed == (1, 0, pytest.approx(2 / 3))


def test_nobody_in_a_cell_means_nothing_known():
    found = reclassification([0.1, 0.2], [0.1, 0.2], [1, 2], [True, False], 1, [0.5, 0.6])
    assert np.isnan(found.observed).sum() == 8
    assert np.isnan([found.moved_up_observed, found.moved_down_observed]).all()
    with pytest.raises(InputError, match="not above the one before"):
        reclassification([0.1, 0.2], [0.1, 0.2], [1, 2], [True, False], 1, [0.5, 0.5])


@pytest.mark.parametrize("happened", [True, False])
def test_outcomes_that_are_all_the_same_have_no_intercept_slope_or_curve(happened):
    # at their maximum the coefficients are infinite: what the steps have reached is no estimate
    risk = np.linspace(0.1, 0.9, 24)
    time = np.full(24, 3.0 if happened else 5.0)
    found = calibration(risk, time, np.ones(24, bool), 4.0, n_groups=3)
    assert found.observed == happened
    assert np.isnan([found.intercept, found.intercept_error, found.slope, found.slope_error]).all()
    assert np.isnan(found.curve_observed).all()
    assert len(found.warnings) == 3
