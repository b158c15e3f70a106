"""Kaplan-Meier by hand, and its answers at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.stats import kaplan_meier

# eight patients: two die together at 3, one is censored at the time of a death (5)
TIME = [1, 3, 3, 4, 5, 5, 7, 9]
EVENT = [True, True, True, False, True, False, True, False]
AT_RISK = [8, 7, 5, 4, 2, 1]
DEATHS = [1, 2, 0, 1, 1, 0]


def survive_by_hand():
    survival, variance_sum = [Fraction(1)], [Fraction(0)]
    for n, d in zip(AT_RISK, DEATHS, strict=True):
        survival.append(survival[-1] * Fraction(n - d, n))
        variance_sum.append(variance_sum[-1] + Fraction(d, n * (n - d) if n > d else 1))
    return survival[1:], variance_sum[1:]


def test_survival_and_greenwood_by_hand():
    curve = kaplan_meier(TIME, EVENT)
    survival, variance_sum = survive_by_hand()
    assert curve.time.tolist() == [1, 3, 4, 5, 7, 9]
    assert curve.n_at_risk.tolist() == AT_RISK
    assert curve.n_events.tolist() == DEATHS
    assert curve.n_censored.tolist() == [0, 0, 1, 1, 0, 1]
    np.testing.assert_allclose(curve.survival, [float(s) for s in survival], rtol=1e-15)
    by_hand = [float(s * s * v) for s, v in zip(survival, variance_sum, strict=True)]
    np.testing.assert_allclose(curve.standard_error**2, by_hand, rtol=1e-14)


def test_delayed_entry_by_hand():
    # at 2 only the first patient is at risk with the third; the second enters at 2 and counts later
    curve = kaplan_meier([2, 4, 5], [True, True, False], entry_time=[0, 2, 1])
    assert curve.n_at_risk.tolist() == [2, 2, 1]
    np.testing.assert_allclose(curve.survival, [1 / 2, 1 / 4, 1 / 4], rtol=1e-15)


def test_a_weight_of_two_is_two_patients():
    weighted = kaplan_meier([1, 2, 3], [True, False, True], weights=[2, 1, 1])
    doubled = kaplan_meier([1, 1, 2, 3], [True, True, False, True])
    np.testing.assert_allclose(weighted.survival, doubled.survival, rtol=1e-15)
    np.testing.assert_allclose(weighted.standard_error, doubled.standard_error, rtol=1e-14)


def test_weights_that_do_not_add_up_exactly_still_reach_zero():
    curve = kaplan_meier([1, 2, 2], [True, True, True], weights=[0.1, 0.2, 0.3])
    assert curve.survival[-1] == 0.0


def test_an_event_at_time_zero_counts():
    curve = kaplan_meier([0, 1], [True, False])
    assert curve.at(0).survival.tolist() == [0.5]


def test_reading_between_before_and_after():
    curve = kaplan_meier(TIME, EVENT)
    found = curve.at([0, 0.5, 3, 3.5, 9, 9.5, np.nan])
    survival, _ = survive_by_hand()
    expected = [1, 1, survival[1], survival[1], survival[-1], np.nan, np.nan]
    np.testing.assert_allclose(found.survival, np.array(expected, dtype=float), rtol=1e-15)
    assert found.standard_error[0] == 0.0
    assert (found.lower[0], found.upper[0]) == (1.0, 1.0)
    assert np.isnan(found.upper[5])


def test_a_curve_that_reached_zero_stays_there():
    curve = kaplan_meier([1, 2], [True, True])
    assert curve.at([2, 100]).survival.tolist() == [0.0, 0.0]


def test_no_events_leave_survival_at_one():
    curve = kaplan_meier([1, 2, 2], [False, False, False])
    assert curve.survival.tolist() == [1.0, 1.0]
    assert curve.standard_error.tolist() == [0.0, 0.0]
    assert np.isnan(curve.lower).all()
    assert np.isnan(curve.median.estimate)


@pytest.mark.parametrize("event", [True, False])
def test_one_patient(event):
    curve = kaplan_meier([5.0], [event])
    assert curve.survival.tolist() == [0.0 if event else 1.0]
    assert curve.median.estimate == 5.0 if event else np.isnan(curve.median.estimate)


def test_everybody_at_one_time():
    curve = kaplan_meier([4] * 5, [True, True, False, False, False])
    assert curve.n_at_risk.tolist() == [5]
    np.testing.assert_allclose(curve.survival, [3 / 5], rtol=1e-15)


@pytest.mark.parametrize(
    ("time", "event", "median"),
    [
        ([1, 2, 3, 4], [True] * 4, 2.5),  # 0.5 exactly from 2 to 3: the middle
        ([1, 2, 3], [True] * 3, 2.0),
        (
            [1, 2, 6, 8],
            [True, True, False, False],
            5.0,
        ),  # flat to the end of follow-up: (2 + 8) / 2
        ([1, 2, 3], [True, False, False], np.nan),
    ],
)
def test_median_follows_the_rule_of_quantile_survfit(time, event, median):
    np.testing.assert_equal(kaplan_meier(time, event).median.estimate, median)
