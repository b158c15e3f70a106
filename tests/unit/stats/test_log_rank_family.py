"""Weighted log-rank tests and trend, by hand and at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import logrank, logrank_trend, weighted_logrank

TIME = [1, 2, 2, 3, 4, 4, 5, 6]
EVENT = [True, True, True, False, True, True, False, True]
GROUP = ["A", "A", "B", "B", "A", "B", "B", "A"]
# at the event times 1, 2, 4, 6: at risk (A, B), deaths (A, B), survival before
STEPS = [(4, 4, 1, 0, Fraction(1)), (3, 4, 1, 1, Fraction(7, 8)), (2, 2, 1, 1, Fraction(5, 8)),
         (1, 0, 1, 0, Fraction(5, 16))]  # fmt: skip


@pytest.mark.parametrize(("rho", "gamma"), [(0, 0), (1, 0), (0, 1), (1, 2)])
def test_weighted_test_by_hand(rho, gamma):
    difference, variance = Fraction(0), Fraction(0)
    for a, b, da, db, before in STEPS:
        weight, d, n = before**rho * (1 - before) ** gamma, da + db, a + b
        difference += weight * (da - Fraction(d * a, n))
        if n > 1:
            variance += weight**2 * Fraction(d * a * b * (n - d), n**2 * (n - 1))
    found = weighted_logrank(TIME, EVENT, GROUP, rho=rho, gamma=gamma)
    assert found.chi_square == pytest.approx(float(difference**2 / variance), rel=1e-12)
    assert found.observed[0] - found.expected[0] == pytest.approx(float(difference), rel=1e-12)
    assert found.degrees_of_freedom == 1
    trend = logrank_trend(TIME, EVENT, GROUP, rho=rho, gamma=gamma)
    # group B has the higher score: more events in A is a falling trend
    assert trend.z == pytest.approx(-float(difference) / float(variance) ** 0.5, rel=1e-12)
    assert trend.p_value == pytest.approx(found.p_value, rel=1e-10)


def test_powers_of_zero_are_the_logrank_test():
    strata = [1, 1, 2, 2, 1, 2, 1, 2]
    plain = logrank(TIME, EVENT, GROUP, strata=strata)
    found = weighted_logrank(TIME, EVENT, GROUP, strata=strata)
    np.testing.assert_allclose(found.variance, plain.variance, rtol=1e-14)
    assert found.chi_square == pytest.approx(plain.chi_square, rel=1e-14)
    assert found.observed.tolist() == plain.observed.tolist()


def test_trend_depends_on_the_spacing_of_scores_only():
    group = [3, 1, 2, 2, 1, 3, 1, 2]
    first = logrank_trend(TIME, EVENT, group)
    second = logrank_trend(TIME, EVENT, group, scores=[1e6, 1e6 + 2, 1e6 + 4])
    assert second.z == pytest.approx(first.z, rel=1e-9)
    assert first.scores.tolist() == [1, 2, 3]


def test_without_a_comparison_there_is_no_trend():
    found = logrank_trend([1, 2], [True, True], ["A", "B"], strata=["x", "y"])
    assert np.isnan(found.z)
    assert np.isnan(found.p_value)
    assert np.isnan(weighted_logrank([1, 2], [False, False], ["A", "B"], rho=1).p_value)


@pytest.mark.parametrize(
    ("test", "change", "said"),
    [
        (weighted_logrank, {"rho": -1, "gamma": np.nan}, "`rho` is -1.*\n.*`gamma` is nan"),
        (logrank_trend, {"scores": [1.0]}, "`scores` must hold 2"),
        (logrank_trend, {"scores": [1.0, 1.0]}, "all the same"),
        (logrank_trend, {"group": ["A"] * 8}, "one group only"),
    ],
)
def test_what_cannot_be_used_is_named(test, change, said):
    arguments = {"time": TIME, "event": EVENT, "group": GROUP, **change}
    with pytest.raises(InputError, match=said):
        test(**arguments)
