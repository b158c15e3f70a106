"""The order and the scale of Cox data."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered
from chorall.stats._cox_rows import standardise_rows
from chorall.stats.arrays import ArrayLike, Floats, Integers, Labels
from chorall.stats.checks import check_labels
from chorall.stats.number_arrays import LARGEST_NUMBER

Positions: TypeAlias = NDArray[np.intp]
LAST_SHORT_DAY = 2**16 - 1


def number_strata(strata: ArrayLike | None, n: int) -> tuple[Labels, Integers]:
    """Return the sorted labels of the strata and the number of each patient's stratum."""
    if strata is None:
        return np.array([None]), np.zeros(n, dtype=np.int64)
    values = np.asarray(strata)
    if n and values.shape == (n,) and np.can_cast(values.dtype, np.int64) and values.dtype != bool:
        # counting is several times faster than the sort of np.unique
        lowest = int(values.min())
        if int(values.max()) - lowest <= n and not np.ma.is_masked(strata):
            shifted = values.astype(np.int64) - lowest
            present = np.bincount(shifted) > 0
            numbers = (np.cumsum(present) - 1)[shifted]
            return np.flatnonzero(present) + lowest, numbers
    return check_labels(strata, n, "strata")


def sort_rows(keys: Floats, codes: Integers, n_strata: int) -> Positions:
    """Return the order by stratum and, within it, by ascending key."""
    order = argsort_days(keys)
    if n_strata > 1:
        # a stable sort of short integers is a radix sort
        short = codes.astype(np.uint16 if n_strata < 2**16 else np.int64)
        order = order[np.argsort(short[order], kind="stable")]
    return order.astype(np.intp, copy=False)


def argsort_days(keys: Floats) -> Positions:
    """Return the stable ascending order of the keys; quickly when they are whole days."""
    if keys.size and keys.max() - (lowest := keys.min()) <= LAST_SHORT_DAY:
        short = (keys - lowest).astype(np.uint16)
        if np.array_equal(short + lowest, keys):
            # a radix sort; the order of ties is the same in any unit of time
            return np.argsort(short, kind="stable")
    return np.argsort(keys, kind="stable")


def scale_columns(x: Floats, order: Positions, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return sorted columns of mean 0 and standard deviation 1, the means and the deviations.

    A column without any keeps a deviation of 1: it is refused unless a ridge holds it at 0.
    """
    # take gathers rows several times faster than []
    rows = np.ascontiguousarray(x.take(order, axis=0))
    centre, scale, variance = standardise_rows(rows, weights)
    check_not_tiny(rows, variance)
    return rows, centre, scale


def check_not_tiny(rows: Floats, variance: Floats) -> None:
    """Raise for columns of centred rows that vary, but too little to be squared."""
    suspects = np.flatnonzero(variance < LARGEST_NUMBER**-2)
    tiny = suspects[rows[:, suspects].any(axis=0)]
    raise_gathered(
        InputError,
        "`x` has columns that vary too little to be computed with",
        [f"column {column} varies by less than {1 / LARGEST_NUMBER:g}" for column in tiny],
        "Columns count from 0. Give another unit.",
    )


def sort_entries(
    entry_time: Floats | None, codes: Integers, order: Positions, n_strata: int
) -> tuple[Floats, Positions]:
    """Return entry times in data order, and the rows by stratum and descending entry time."""
    if entry_time is None:
        return np.empty(0), np.empty(0, dtype=np.intp)
    sorted_entries = entry_time[order]
    return sorted_entries, sort_rows(-sorted_entries, codes[order], n_strata)
