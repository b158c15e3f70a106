"""Cumulative incidence by hand, and its answers at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import cumulative_incidence, kaplan_meier

# eight patients: at 2 both causes and a censoring fall together
TIME = [1, 2, 2, 2, 4, 5, 5, 8]
CAUSE = [1, 1, 2, 0, 2, 1, 1, 0]
AT_RISK = [8, 7, 4, 3, 1]
EVENTS = [[1, 1, 0, 2, 0], [0, 1, 1, 0, 0]]


def add_up_by_hand():
    """Estimates as fractions, and Aalen's variance as the plain double sum over s <= t."""
    survival, incidence, variance = Fraction(1), [Fraction(0)] * 2, [[], []]
    steps, estimates = [], [[], []]
    for column, n in enumerate(AT_RISK):
        d = [EVENTS[0][column], EVENTS[1][column]]
        before, survival = survival, survival * Fraction(n - sum(d), n)
        incidence = [f + before * Fraction(k, n) for f, k in zip(incidence, d, strict=True)]
        steps.append((before, survival, list(incidence), d, n))
        for kind in range(2):
            estimates[kind].append(incidence[kind])
            variance[kind].append(sum(find_part(step, kind, incidence[kind]) for step in steps))
    return estimates, variance


def find_part(step, kind, now):
    before, after, incidence, d, n = step
    total = Fraction(0)
    for other in range(2):
        if d[other]:
            tie = 1 - Fraction(d[other] - 1, n - 1) if d[other] > 1 else Fraction(1)
            own = 1 if other == kind else 0
            total += (
                (own - (now - incidence[kind]) / after) ** 2
                * before**2
                * tie
                * Fraction(d[other], n * n)
            )
    return total


def test_incidence_and_aalen_variance_by_hand():
    curves = cumulative_incidence(TIME, CAUSE)
    estimates, variance = add_up_by_hand()
    assert curves.n_at_risk.tolist() == AT_RISK
    assert curves.n_events.tolist() == EVENTS
    assert curves.n_censored.tolist() == [0, 1, 0, 0, 1]
    for kind in range(2):
        np.testing.assert_allclose(
            curves.cumulative_incidence[kind], [float(f) for f in estimates[kind]], rtol=1e-15
        )
        np.testing.assert_allclose(
            curves.standard_error[kind] ** 2, [float(v) for v in variance[kind]], rtol=1e-12
        )


def test_limits_lie_on_the_log_log_scale_of_the_incidence():
    curves = cumulative_incidence(TIME, CAUSE)
    estimate, error = curves.cumulative_incidence[0, 1], curves.standard_error[0, 1]
    shift = 1.959963984540054 * error / (estimate * np.log(estimate))
    expected = np.exp(-np.exp(np.log(-np.log(estimate)) + np.array([-shift, shift])))
    np.testing.assert_allclose([curves.lower[0, 1], curves.upper[0, 1]], expected, rtol=1e-12)
    assert curves.lower[0, 1] < estimate < curves.upper[0, 1]


def test_one_cause_is_one_minus_kaplan_meier():
    event = np.array(CAUSE) > 0
    curve = kaplan_meier(TIME, event)
    curves = cumulative_incidence(TIME, event.astype(int))
    np.testing.assert_allclose(curves.cumulative_incidence[0], 1 - curve.survival, atol=1e-15)


def test_absent_causes_can_be_asked_for():
    curves = cumulative_incidence([1, 2], [1, 0], n_causes=3)
    assert curves.cumulative_incidence.shape == (3, 2)
    assert curves.cumulative_incidence[1:].tolist() == [[0, 0], [0, 0]]
    with pytest.raises(InputError, match="goes up to 2, beyond `n_causes` = 1"):
        cumulative_incidence([1, 2], [1, 2], n_causes=1)


def test_no_events():
    curves = cumulative_incidence([1, 2], [0, 0])
    assert curves.cumulative_incidence.tolist() == [[0.0, 0.0]]
    assert curves.survival.tolist() == [1.0, 1.0]
    assert np.isnan(curves.lower).all()


def test_one_patient_with_the_event():
    curves = cumulative_incidence([3], [2])
    assert curves.cumulative_incidence.tolist() == [[0.0], [1.0]]
    assert curves.survival.tolist() == [0.0]


def test_reading_before_and_after_follow_up():
    curves = cumulative_incidence(TIME, CAUSE)
    found = curves.at([0.5, 2, 8, 9])
    assert found.cumulative_incidence.shape == (2, 4)
    assert found.cumulative_incidence[:, 0].tolist() == [0, 0]
    assert found.survival[0] == 1.0
    assert np.isnan(found.cumulative_incidence[:, 3]).all()
    ended = cumulative_incidence([1, 2], [1, 2]).at(50)
    assert ended.cumulative_incidence.tolist() == [[0.5], [0.5]]


def test_delayed_entry_by_hand():
    curves = cumulative_incidence([2, 4, 5], [1, 2, 0], entry_time=[0, 2, 1])
    assert curves.n_at_risk.tolist() == [2, 2, 1]
    assert curves.cumulative_incidence.tolist() == [[0.5, 0.5, 0.5], [0.0, 0.25, 0.25]]
