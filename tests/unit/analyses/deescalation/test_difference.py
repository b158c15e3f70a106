"""Non-inferiority: published arithmetic, a difference by hand, and what half an event is for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.special import chdtrc

from chorall.analyses.deescalation.difference import (
    HARM,
    NON_INFERIOR,
    NOT_COMPARED,
    NOT_SHOWN,
    Arms,
    judge_difference,
    measure_difference,
)


def test_aieop_bfm_2000_is_not_non_inferior() -> None:
    # DFS at 4 years 91.8 (SE 1.1) against 95.8 (0.8) %, margin 4 points, one-sided 95 % (S27)
    error = float(np.hypot(0.011, 0.008))
    lower, upper, word = judge_difference(0.918 - 0.958, error, margin=0.04, one_sided=0.95)
    assert error == pytest.approx(0.0136, abs=5e-5)
    assert round(100 * lower, 2) == -6.24
    assert upper < 0
    assert word == HARM
    # without the claim of harm the margin alone decides: it is crossed
    assert lower < -0.04


def test_cccg_2015_is_non_inferior() -> None:
    # the one-sided 95 % bound of the loss of event-free survival was 0.02 on a margin of 0.05 (S34)
    error = 0.02 / 1.6448536
    assert judge_difference(0.0, error, margin=0.05, one_sided=0.95)[2] == NON_INFERIOR


@pytest.mark.parametrize(
    ("difference", "error", "word"),
    [
        (0.0, 0.01, NON_INFERIOR),
        (0.0, 0.03, NOT_SHOWN),
        (-0.03, 0.01, HARM),
        (-0.06, 0.04, NOT_SHOWN),
        (np.nan, 0.01, NOT_COMPARED),
        (0.0, np.nan, NOT_COMPARED),
    ],
)
def test_the_word(difference: float, error: float, word: str) -> None:
    assert judge_difference(difference, error, margin=0.04)[2] == word


def test_the_lower_limit_on_the_margin_is_not_enough() -> None:
    lower = judge_difference(0.0, 0.02, margin=0.04)[0]
    assert judge_difference(0.0, 0.02, margin=-lower)[2] == NOT_SHOWN


def arms(trial: str, standard: list[float], reduced: list[float]) -> Arms:
    """Events at the years given; an infinite one is censored at 9."""
    years = np.array(standard + reduced)
    return Arms(
        trial,
        np.where(np.isfinite(years), years, 9.0),
        np.isfinite(years),
        np.arange(len(years)) >= len(standard),
    )


def test_the_difference_of_two_trials_by_hand() -> None:
    never = float("inf")
    first = arms("A", [1, never, never, never], [1, 2, never, never])
    second = arms("B", [1, never], [never, never, never, 2, 2, 3])
    # A: 2/4 - 3/4, weight 4*4/8 = 2; B: 3/6 - 1/2, weight 2*6/8 = 3/2
    weights = (Fraction(2), Fraction(3, 2))
    difference = (weights[0] * Fraction(-1, 4) + weights[1] * 0) / sum(weights)
    # without censoring Greenwood's variance is p (1 - p) / n
    variances = (
        Fraction(3, 4) * Fraction(1, 4) / 4 + Fraction(1, 2) * Fraction(1, 2) / 4,
        Fraction(1, 2) * Fraction(1, 2) / 2 + Fraction(1, 2) * Fraction(1, 2) / 6,
    )
    spread = sum(w**2 * v for w, v in zip(weights, variances, strict=True)) / sum(weights) ** 2
    found = measure_difference([first, second], np.array([5.0]))
    assert found.difference[0] == pytest.approx(float(difference))
    assert found.standard_error[0] == pytest.approx(float(spread) ** 0.5)
    assert found.reduced[0] - found.standard[0] == pytest.approx(found.difference[0])
    # Cochran's Q of -1/4 and 0: (1/4)^2 / (v1 + v2), one degree of freedom
    q = Fraction(1, 16) / sum(variances)
    assert found.heterogeneity_p_value[0] == pytest.approx(float(chdtrc(1, float(q))))


def test_contrasts_stay_within_trials() -> None:
    # every reduced child is of the trial with the worse outlook; within trials nothing differs
    never = float("inf")
    good = arms("A", [never] * 90 + [1] * 10, [never] * 9 + [1])
    bad = arms("B", [never] * 5 + [1] * 5, [never] * 50 + [1] * 50)
    found = measure_difference([good, bad], np.array([5.0]))
    assert found.difference[0] == pytest.approx(0.0, abs=1e-12)


def test_an_arm_without_events_is_not_certain() -> None:
    never = float("inf")
    found = measure_difference([arms("A", [never] * 30, [never] * 30)], np.array([5.0]))
    half = Fraction(1, 2) / 31
    assert found.standard_error[0] == pytest.approx(float(2 * half * (1 - half) / 30) ** 0.5)
    assert judge_difference(0.0, float(found.standard_error[0]), margin=0.04)[2] == NOT_SHOWN


def test_an_arm_that_has_failed_as_a_whole_is_not_certain_either() -> None:
    both = [arms("A", [1.0] * 9, [2.0] * 9), arms("B", [1.0] * 9, [2.0] * 9)]
    found = measure_difference(both, np.array([5.0]))
    assert found.standard_error[0] > 0
    assert found.heterogeneity_p_value[0] == pytest.approx(1.0)


def test_beyond_follow_up_nothing_is_said() -> None:
    found = measure_difference([arms("A", [1, float("inf")], [2, float("inf")])], np.array([9.5]))
    assert np.isnan(found.difference[0])
