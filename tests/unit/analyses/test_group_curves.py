import numpy as np
import pytest

from chorall.analyses.group_curves import MOST_STEPS, Curve, begin_at_zero, thin_curve


def make_curve(n: int) -> Curve:
    time = np.sort(np.random.default_rng(3).exponential(1000, n))
    return begin_at_zero(1, time, *((np.linspace(1, 0.2, n), 1.0),) * 3)


def test_a_curve_begins_at_time_zero_once():
    values = np.array([0.5])
    assert begin_at_zero(1, np.array([2.0]), *((values, 1.0),) * 3).time.tolist() == [0, 2]
    assert begin_at_zero(1, np.array([0.0]), *((values, 1.0),) * 3).time.tolist() == [0]


def test_times_without_a_step_are_dropped_but_not_the_end_of_follow_up():
    estimate = np.array([1.0, 0.8, 0.8, 0.6, 0.6, 0.6])
    thin = thin_curve(Curve(1, np.arange(6.0), estimate, estimate, estimate))
    assert thin.time.tolist() == [0, 1, 3, 5]


@pytest.mark.parametrize("n", [5, MOST_STEPS - 1, MOST_STEPS, 5000])
def test_a_thin_curve_is_short_and_moves_no_point(n):
    curve = make_curve(n)
    thin = thin_curve(curve)
    assert len(thin.time) <= MOST_STEPS
    assert (thin.time[0], thin.time[-1]) == (curve.time[0], curve.time[-1])
    places = np.searchsorted(curve.time, thin.time)
    assert (curve.time[places] == thin.time).all()
    assert (curve.estimate[places] == thin.estimate).all()


def test_a_thin_curve_is_exact_at_the_end_of_every_cell():
    curve = make_curve(5000)
    thin = thin_curve(curve)
    for day in np.linspace(0, curve.time[-1], MOST_STEPS - 1):
        whole = curve.estimate[np.searchsorted(curve.time, day, side="right") - 1]
        assert thin.estimate[np.searchsorted(thin.time, day, side="right") - 1] == whole
