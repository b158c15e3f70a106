"""The log-rank test by hand, and its answers at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.stats import logrank

TIME = [1, 2, 2, 3, 4, 4, 5, 6]
EVENT = [True, True, True, False, True, True, False, True]
GROUP = ["A", "A", "B", "B", "A", "B", "B", "A"]


def test_observed_expected_and_variance_by_hand():
    # risk sets (A, B) and deaths: t=1 (4, 4) 1; t=2 (3, 4) 2; t=4 (2, 2) 2; t=6 (1, 0) 1
    steps = [(4, 4, 1), (3, 4, 2), (2, 2, 2), (1, 0, 1)]
    expected = sum(Fraction(d * a, a + b) for a, b, d in steps)
    variance = sum(
        Fraction(d * a * b * (a + b - d), (a + b) ** 2 * (a + b - 1))
        for a, b, d in steps
        if a + b > 1
    )
    found = logrank(TIME, EVENT, GROUP)
    assert found.groups.tolist() == ["A", "B"]
    assert found.n.tolist() == [4, 4]
    assert found.observed.tolist() == [4, 2]
    np.testing.assert_allclose(found.expected[0], float(expected), rtol=1e-15)
    np.testing.assert_allclose(found.variance[0, 0], float(variance), rtol=1e-14)
    by_hand = float((4 - expected) ** 2 / variance)
    np.testing.assert_allclose(found.chi_square, by_hand, rtol=1e-13)
    assert found.degrees_of_freedom == 1


def test_strata_are_compared_within_and_then_added():
    strata = ["x", "y", "x", "y", "x", "y", "x", "y"]
    whole = logrank(TIME, EVENT, GROUP, strata=strata)
    parts = [
        logrank(
            [t for t, s in zip(TIME, strata, strict=True) if s == name],
            [e for e, s in zip(EVENT, strata, strict=True) if s == name],
            [g for g, s in zip(GROUP, strata, strict=True) if s == name],
        )
        for name in "xy"
    ]
    np.testing.assert_allclose(whole.expected, sum(part.expected for part in parts), rtol=1e-14)
    np.testing.assert_allclose(whole.variance, sum(part.variance for part in parts), rtol=1e-13)
    assert whole.n_strata == 2


def test_delayed_entry_by_hand():
    # at 2 only the first two are at risk, at 4 the last two (entered at 2 and at 3)
    found = logrank([2, 4, 5], [True, True, False], ["A", "B", "A"], entry_time=[0, 1, 3])
    assert found.expected.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(found.variance[0, 0], 0.5, rtol=1e-15)


def test_a_stratum_without_events_adds_nothing():
    without = logrank(TIME, EVENT, GROUP)
    found = logrank(
        [*TIME, 9, 9], [*EVENT, False, False], [*GROUP, "A", "B"], strata=["x"] * 8 + ["y"] * 2
    )
    assert found.chi_square == pytest.approx(without.chi_square, rel=1e-14)
    assert found.n_strata == 2


@pytest.mark.parametrize("strata", [None, ["x", "x", "y", "y"]])
def test_without_a_comparison_there_is_no_p_value(strata):
    event = [strata is not None] * 4
    found = logrank([1, 2, 3, 4], event, ["A", "A", "B", "B"], strata=strata)
    assert (found.chi_square, found.degrees_of_freedom) == (0.0, 0)
    assert np.isnan(found.p_value)


def test_a_group_that_never_meets_the_others_takes_no_degree_of_freedom():
    found = logrank(
        [*TIME, 1, 2], [*EVENT, True, True], [*GROUP, "C", "C"], strata=["x"] * 8 + ["y"] * 2
    )
    assert found.degrees_of_freedom == 1
    assert found.chi_square == pytest.approx(logrank(TIME, EVENT, GROUP).chi_square, rel=1e-12)
