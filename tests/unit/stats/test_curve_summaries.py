"""Nelson-Aalen, restricted mean, survival given a landmark and follow-up by hand and at edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import (
    conditional_survival,
    kaplan_meier,
    nelson_aalen,
    restricted_mean,
    restricted_mean_difference,
    reverse_kaplan_meier,
)

TIME = [1, 2, 2, 3, 4, 4, 6]
EVENT = [True, True, False, True, False, True, False]


def test_nelson_aalen_by_hand():
    curve = nelson_aalen(TIME, EVENT)
    steps = [Fraction(1, 7), Fraction(1, 6), Fraction(1, 4), Fraction(1, 3), Fraction(0)]
    hazard = np.cumsum(steps)
    variance = np.cumsum([step**2 for step in steps])
    assert curve.n_at_risk.tolist() == [7, 6, 4, 3, 1]
    np.testing.assert_allclose(curve.cumulative_hazard, hazard.astype(float), rtol=1e-15)
    np.testing.assert_allclose(curve.standard_error**2, variance.astype(float), rtol=1e-14)


def test_hazard_limits_are_symmetrical_on_the_log_scale():
    curve = nelson_aalen([1, 2, 3], [False, True, True])
    assert np.isnan(curve.lower[0])
    product = curve.lower[1:] * curve.upper[1:]
    np.testing.assert_allclose(product, curve.cumulative_hazard[1:] ** 2, rtol=1e-14)
    assert curve.at([0.5, 3.5]).cumulative_hazard.tolist()[0] == 0
    assert np.isnan(curve.at(3.5).cumulative_hazard[0])


def test_restricted_mean_by_hand():
    """S is 6/7, 5/7, 15/28 and 5/14 from days 1, 2, 3 and 4; the horizon is day 5."""
    heights = [1, Fraction(6, 7), Fraction(5, 7), Fraction(15, 28), Fraction(5, 14)]
    left = [sum(heights[first:]) for first in range(1, 5)]
    terms = [Fraction(1, 7 * 6), Fraction(1, 6 * 5), Fraction(1, 4 * 3), Fraction(1, 3 * 2)]
    variance = sum(area**2 * term for area, term in zip(left, terms, strict=True))
    found = restricted_mean(TIME, EVENT, horizon=5)
    assert found.restricted_mean == pytest.approx(float(sum(heights)), rel=1e-14)
    assert found.standard_error**2 == pytest.approx(float(variance), rel=1e-13)
    assert found.n_events == 4


def test_restricted_mean_is_not_known_beyond_follow_up():
    assert np.isnan(restricted_mean(TIME, EVENT, horizon=6.5).restricted_mean)
    assert restricted_mean(TIME, EVENT, horizon=6).restricted_mean > 0
    # where everybody has had the event, the curve is known to stay 0
    assert restricted_mean([1, 3], [True, True], horizon=100).restricted_mean == 2


def test_difference_is_second_less_first():
    group = list("ABABABA")
    found = restricted_mean_difference(TIME, EVENT, group, horizon=3.5)
    rows = np.array(group) == "B"
    second = restricted_mean(np.array(TIME)[rows], np.array(EVENT)[rows], horizon=3.5)
    first = restricted_mean(np.array(TIME)[~rows], np.array(EVENT)[~rows], horizon=3.5)
    assert found.groups.tolist() == ["A", "B"]
    assert found.difference == second.restricted_mean - first.restricted_mean
    assert found.standard_error == pytest.approx(
        np.hypot(first.standard_error, second.standard_error), rel=1e-14
    )
    assert found.upper - found.difference == pytest.approx(found.difference - found.lower)


def test_strata_weigh_by_their_size_or_by_their_precision():
    time = np.array([*TIME, *TIME, 1, 2, 3, 4], float)
    event = np.array([*EVENT, *EVENT, True, True, True, True])
    group = np.array([*"AAAAAAA", *"BBBBBBB", *"AABB"])
    stratum = np.repeat(["north", "south"], [14, 4])
    options = {"horizon": 3.0, "strata": stratum}
    by_size = restricted_mean_difference(time, event, group, **options)
    own = by_size.restricted_mean[:, 1] - by_size.restricted_mean[:, 0]
    assert own[0] == 0
    np.testing.assert_allclose(by_size.stratum_share, [14 / 18, 4 / 18])
    assert by_size.difference == pytest.approx(own[1] * 4 / 18)
    precise = restricted_mean_difference(time, event, group, pooling="inverse-variance", **options)
    inverse = 1 / np.sum(by_size.restricted_mean_error**2, axis=1)
    np.testing.assert_allclose(precise.stratum_share, inverse / inverse.sum(), rtol=1e-14)
    assert precise.standard_error == pytest.approx(1 / np.sqrt(inverse.sum()), rel=1e-14)


def test_differences_that_cannot_be_formed_are_refused():
    with pytest.raises(InputError, match="holds 3 groups; expected exactly two"):
        restricted_mean_difference(TIME, EVENT, list("ABCABCA"), horizon=3)
    with pytest.raises(InputError, match="stratum 1"):
        restricted_mean_difference(TIME, EVENT, list("ABABABB"), horizon=3, strata=[0] * 6 + [1])
    with pytest.raises(InputError, match="no variance to weigh it by"):
        restricted_mean_difference(
            TIME, EVENT, list("ABABABA"), horizon=0.5, pooling="inverse-variance"
        )
    for horizon in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="`horizon`"):
            restricted_mean(TIME, EVENT, horizon=horizon)


def test_conditional_survival_is_a_ratio_of_the_curve():
    curve = kaplan_meier(TIME, EVENT)
    found = conditional_survival(TIME, EVENT, given=2).at([1, 2])
    ratio = curve.at([3, 4]).survival / curve.at(2).survival
    np.testing.assert_allclose(found.survival, ratio, rtol=1e-15)
    # those alive after day 2: of four one dies at 3, of three one at 4
    np.testing.assert_allclose(found.survival, [3 / 4, 1 / 2], rtol=1e-15)


def test_a_landmark_beyond_follow_up_is_refused():
    with pytest.raises(InputError, match="nobody is followed beyond"):
        conditional_survival(TIME, EVENT, given=6)
    with pytest.raises(InputError, match="`given` is -1"):
        conditional_survival(TIME, EVENT, given=-1)


def test_follow_up_counts_deaths_as_censored():
    curve = reverse_kaplan_meier(TIME, EVENT)
    assert curve.n_events.tolist() == [0, 1, 0, 1, 1]
    np.testing.assert_allclose(curve.survival, [1, 5 / 6, 5 / 6, 5 / 9, 0], rtol=1e-15)
    assert curve.median.estimate == 6
