"""Which columns of a design matrix can be estimated at all, given strata."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

CONSTANT_SHARE: Final = 1e-20
"""A column whose variance within strata is below this share of its mean square is constant."""

DETERMINED_SHARE: Final = 1e-10
"""A column of whose variance no more than this is left beside earlier columns is determined."""


def find_informative(
    time: NDArray[np.float64], event: NDArray[np.bool_], strata: NDArray[np.int64] | None
) -> NDArray[np.bool_]:
    """Find rows that are at risk at some event of their stratum; the others say nothing.

    Parameters
    ----------
    time : ndarray of float, shape (n,)
        Follow-up.
    event : ndarray of bool, shape (n,)
        True where the event happened.
    strata : ndarray of int, shape (n,), or None
        Codes from 0.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where follow-up reaches the first event of the stratum.
    """
    codes = np.zeros(len(time), dtype=np.int64) if strata is None else strata
    first = np.full(int(codes.max(initial=0)) + 1, np.inf)
    np.minimum.at(first, codes[event], time[event])
    return np.asarray(time >= first[codes], dtype=bool)


def find_eventless(
    values: NDArray[np.float64], event: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find two-valued columns of which one value has no event.

    Parameters
    ----------
    values : ndarray of float, shape (n, p)
        Without NaN.
    event : ndarray of bool, shape (n,)
        True where the event happened.

    Returns
    -------
    columns : ndarray of bool, shape (p,)
        True where the coefficient has no finite estimate for that reason.
    rows : ndarray of bool, shape (n,)
        True where the row has such a value. In the limit of the likelihood these rows leave all
        risk sets, so the other coefficients are those of the fit without them.
    """
    columns = np.zeros(values.shape[1], dtype=bool)
    rows = np.zeros(len(values), dtype=bool)
    for j, column in enumerate(values.T):
        low, high = column.min(initial=np.inf), column.max(initial=-np.inf)
        if low == high or not ((column == low) | (column == high)).all():
            continue
        for value in (low, high):
            members = column == value
            if not event[members].any():
                columns[j] = True
                rows |= members
    return columns, rows


def find_estimable(
    values: NDArray[np.float64], strata: NDArray[np.int64] | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find columns that vary within strata and are not determined by earlier ones.

    Parameters
    ----------
    values : ndarray of float, shape (n, p)
        Without NaN.
    strata : ndarray of int, shape (n,), or None
        Codes from 0. A column that differs only between strata says nothing within them.

    Returns
    -------
    estimable : ndarray of bool, shape (p,)
        True where a coefficient can be estimated; of columns that determine one another, the
        earlier ones are kept, as R's coxph does.
    constant : ndarray of bool, shape (p,)
        True where the column does not vary within any stratum.
    """
    centred = _centre_within(values, strata)
    cross = centred.T @ centred
    squares = np.diag(cross).copy()
    # Centring a constant leaves rounding of the size of the constant, not of zero.
    constant = squares <= CONSTANT_SHARE * np.square(values).sum(axis=0)
    scale = np.where(constant, 1.0, np.sqrt(np.where(constant, 1.0, squares)))
    return _sweep(cross / np.outer(scale, scale), ~constant), constant


def _centre_within(
    values: NDArray[np.float64], strata: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    if strata is None:
        return values - values.mean(axis=0) if len(values) else values
    size = np.maximum(np.bincount(strata), 1)
    sums = [np.bincount(strata, weights=column) for column in values.T]
    means = np.array(sums).reshape(values.shape[1], len(size)).T / size[:, None]
    return np.asarray(values - means[strata], dtype=np.float64)


def _sweep(correlation: NDArray[np.float64], candidate: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Take columns in order; what remains of each beside those taken must not vanish."""
    remaining = correlation.copy()
    kept = np.zeros(len(candidate), dtype=bool)
    for j in np.flatnonzero(candidate):
        if remaining[j, j] <= DETERMINED_SHARE:
            continue
        kept[j] = True
        remaining -= np.outer(remaining[:, j], remaining[j]) / remaining[j, j]
    return kept
