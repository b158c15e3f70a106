"""Who is at risk when: the table under every curve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import ArrayLike, Counts, Floats, Integers
from chorall.stats.checks import (
    add_bad_places,
    check_lengths,
    check_times,
    raise_problems,
    read_numbers,
)


class RiskTable(NamedTuple):
    """Distinct exit times and who is at risk just before each."""

    time: Floats
    position: Integers
    n_at_risk: Integers


def tabulate_risk(time: Floats, entry_time: Floats | None) -> RiskTable:
    """Return the t distinct times, the row of each patient's time and the t numbers at risk.

    A patient is at risk at t when entry_time < t <= time. Times are compared exactly.
    """
    distinct, position, n_leaving = np.unique(time, return_inverse=True, return_counts=True)
    n_left_before = np.cumsum(n_leaving) - n_leaving
    n_at_risk = count_entered(distinct, len(time), entry_time) - n_left_before
    return RiskTable(distinct, position.astype(np.int64), n_at_risk.astype(np.int64))


def count_entered(times: Floats, n: int, entry_time: Floats | None) -> Integers:
    """Return how many of `n` patients entered before each of `times`."""
    if entry_time is None:
        return np.full(len(times), n, dtype=np.int64)
    return np.searchsorted(np.sort(entry_time), times, side="left").astype(np.int64)


def count_rows(table: RiskTable, chosen: Counts) -> Integers:
    """Return how many of the `chosen` patients leave at each time of the table."""
    counts = np.bincount(table.position[chosen], minlength=len(table.time))
    return counts.astype(np.int64)


def sum_weights(table: RiskTable, weights: Floats) -> Floats:
    """Return the sum of weights that leaves at each time of the table."""
    sums = np.bincount(table.position, weights=weights, minlength=len(table.time))
    return sums.astype(np.float64)


def sum_weights_at_risk(table: RiskTable, weights: Floats, entry_time: Floats | None) -> Floats:
    """Return the sum of weights at risk at each time of the table."""
    # summed from the end: the last risk sets, the small ones, carry no rounding of the large ones
    not_left = np.cumsum(sum_weights(table, weights)[::-1])[::-1]
    if entry_time is None:
        return not_left
    order = np.argsort(entry_time, kind="stable")[::-1]
    not_entered = np.concatenate([[0.0], np.cumsum(weights[order])])
    n_not_entered = len(weights) - count_entered(table.time, len(weights), entry_time)
    return np.asarray(not_left - not_entered[n_not_entered], dtype=np.float64)


def count_at_risk(
    time: ArrayLike, at: ArrayLike, *, entry_time: ArrayLike | None = None
) -> Integers:
    """Count the patients at risk just before given times: the numbers under a plot.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing.
    at : array_like of shape (m,)
        Times to count at, in the same unit.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`.

    Returns
    -------
    ndarray of int64, shape (m,)
        Number of patients with entry_time < at <= time. A patient whose follow-up ends
        at a given time is still at risk there. Without delayed entry all count at time 0.

    Raises
    ------
    InputError
        When an argument is missing, negative or of the wrong length.

    See Also
    --------
    kaplan_meier : The curve above the numbers.
    """
    problems: list[str] = []
    times = read_numbers(time, "time", problems)
    asked = read_numbers(at, "at", problems)
    entries = None if entry_time is None else read_numbers(entry_time, "entry_time", problems)
    raise_problems(problems)
    check_lengths(time=times, entry_time=entries)
    add_bad_places(problems, "at", np.isnan(asked), "missing")
    raise_problems(problems)
    check_times(times, entries)
    n_left = np.searchsorted(np.sort(times), asked, side="left")
    return np.asarray(count_entered(asked, len(times), entries) - n_left, dtype=np.int64)
