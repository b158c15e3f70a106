"""Standardised differences by hand, as fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from chorall.analyses.baseline.differences import compare_means, compare_shares, find_largest


def test_means_by_hand() -> None:
    # means 2 and 5, variances 1 and 9: 3 / sqrt(5)
    found = compare_means(np.array([1.0, 2.0, 3.0]), np.array([2.0, 5.0, 8.0]))
    assert found == pytest.approx(3 / math.sqrt(5), rel=1e-12)


def test_two_shares_by_hand() -> None:
    # 3 of 10 and 5 of 10: (1/5) / sqrt((21/100 + 25/100) / 2)
    found = compare_shares(np.array([3, 7]), np.array([5, 5]))
    assert found**2 == pytest.approx(float(Fraction(1, 25) / Fraction(23, 100)), rel=1e-12)


def test_three_shares_by_hand() -> None:
    # Shares (1/2, 1/4, 1/4) and (1/4, 1/2, 1/4). Without the first level the mean covariance is
    # [[7, -3], [-3, 6]] / 32 and the difference (-1/4, 0), so that the square is
    # (1/16) (6/32) / (33/1024) = 4/11.
    found = compare_shares(np.array([4, 2, 2]), np.array([3, 6, 3]))
    assert found**2 == pytest.approx(float(Fraction(4, 11)), rel=1e-12)


def test_the_order_of_levels_and_groups_does_not_matter() -> None:
    first, second = np.array([4, 2, 2, 0]), np.array([3, 6, 3, 1])
    expected = compare_shares(first, second)
    for order in ([1, 0, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1]):
        assert compare_shares(second[order], first[order]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([5, 5], [50, 50], 0.0),  # as many of each: no difference, whatever the size
        ([5, 0], [7, 0], 0.0),
        ([5, 0], [0, 5], math.nan),  # nothing in common: no spread to measure by
        ([0, 0], [5, 5], math.nan),  # nothing known
        ([1, 1, 0], [0, 0, 2], math.nan),
    ],
)
def test_edges_of_shares(first: list[int], second: list[int], expected: float) -> None:
    found = compare_shares(np.array(first), np.array(second))
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1.0], [1.0, 2.0], math.nan),
        ([2.0, 2.0], [2.0, 2.0], 0.0),
        ([2.0, 2.0], [3.0, 3.0], math.nan),
    ],
)
def test_edges_of_means(first: list[float], second: list[float], expected: float) -> None:
    found = compare_means(np.array(first), np.array(second))
    assert found == pytest.approx(expected, nan_ok=True)


def test_the_largest_of_all_pairs_is_told_with_its_groups() -> None:
    groups = [np.array([0.0, 2.0]), np.array([1.0, 3.0]), np.array([5.0, 7.0]), np.array([])]
    value, between = find_largest(groups, ["a", "b", "c", "empty"], compare_means)
    assert (value, between) == (pytest.approx(5 / math.sqrt(2)), "a and c")


def test_one_pair_that_cannot_be_compared_leaves_the_largest_open() -> None:
    groups = [np.array([1, 1]), np.array([2, 1]), np.array([3, 0]), np.array([0, 3])]
    value, between = find_largest(groups, list("abcd"), compare_shares)
    assert math.isnan(value)
    assert between == ""
