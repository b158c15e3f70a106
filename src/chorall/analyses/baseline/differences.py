"""Standardised differences between groups: how far apart they are, whatever their size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray


def compare_means(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the standardised difference of two means.

    Parameters
    ----------
    first, second : ndarray of float, shape (n,) and (m,)
        Known values of the two groups, without NaN.

    Returns
    -------
    float
        ``abs(mean1 - mean2) / sqrt((var1 + var2) / 2)`` with sample variances; NaN where a group
        has fewer than two values, or where neither varies and the means differ.

    Notes
    -----
    Austin 2009, doi:10.1002/sim.3697. R: ``tableone::ExtractSmd``.
    """
    if min(len(first), len(second)) < 2:
        return math.nan
    apart = abs(float(first.mean() - second.mean()))
    spread = math.sqrt((float(first.var(ddof=1)) + float(second.var(ddof=1))) / 2)
    if spread == 0:
        return 0.0 if apart == 0 else math.nan
    return apart / spread


def compare_shares(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Return the standardised difference of two distributions over the same levels.

    Parameters
    ----------
    first, second : ndarray of int, shape (n_levels,)
        Counts of the known values.

    Returns
    -------
    float
        With two levels ``abs(p1 - p2) / sqrt((p1 (1 - p1) + p2 (1 - p2)) / 2)``; with more the
        Mahalanobis distance of the shares without the first level, under the mean of the two
        multinomial covariances. NaN where a group has no known value, or where the groups have no
        level in common, so that there is nothing to measure the distance by.

    Notes
    -----
    Austin 2009, doi:10.1002/sim.3697; Yang and Dalton 2012 for more than two levels.
    """
    if not (first.sum() and second.sum()):
        return math.nan
    there = (first + second) > 0
    shares = [group[there] / group.sum() for group in (first, second)]
    apart = (shares[0] - shares[1])[1:]
    if not np.any(apart):
        return 0.0
    covariance = sum(np.diag(p) - np.outer(p, p) for p in (share[1:] for share in shares)) / 2
    solved = np.linalg.lstsq(covariance, apart, rcond=None)[0]
    if not np.allclose(covariance @ solved, apart, rtol=0, atol=1e-9):
        return math.nan
    return math.sqrt(float(apart @ solved))


def find_largest(
    groups: Sequence[NDArray[Any]], names: Sequence[str], compare: Callable[..., float]
) -> tuple[float, str]:
    """Return the largest difference of any two groups, and between which.

    Parameters
    ----------
    groups : sequence of ndarray
        What `compare` takes, one for each group.
    names : sequence of str
        Of the groups.
    compare : callable
        `compare_means` or `compare_shares`.

    Returns
    -------
    tuple of float and str
        A group in which nothing is known is left out. NaN and an empty text where no pair is left,
        or where one cannot be compared: the largest is then not known.
    """
    there = [(group, name) for group, name in zip(groups, names, strict=True) if len(group)]
    found = [
        (compare(first, second), f"{one} and {other}")
        for (first, one), (second, other) in combinations(there, 2)
    ]
    if not found or any(math.isnan(value) for value, _ in found):
        return math.nan, ""
    return max(found, key=lambda pair: pair[0])
