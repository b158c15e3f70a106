"""How many patients are at risk, and how many have which outcome, at each distinct time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats._tally import tally_whole_times
from chorall.stats.arrays import Floats, Integers
from chorall.stats.risk_table import count_entered

# whole times (days) are counted without a sort while the table is not much larger than the data
FEW_CELLS = 4096


class OutcomeTable(NamedTuple):
    """Counts at t distinct exit times.

    Attributes
    ----------
    time : ndarray of shape (t,)
        Distinct times, ascending.
    n_at_risk : ndarray of int64, shape (t,)
        Patients with entry_time < t <= time.
    counts : ndarray of int64, shape (n_outcomes, t)
        Patients who leave with each outcome.
    """

    time: Floats
    n_at_risk: Integers
    counts: Integers


def tabulate_outcomes(
    time: Floats, outcome: Integers, n_outcomes: int, entry_time: Floats | None
) -> OutcomeTable:
    """Count outcomes 0 to `n_outcomes` - 1 at each distinct time; times are compared exactly."""
    distinct, counts = count_whole_times(time, outcome, n_outcomes) or count_sorted_times(
        time, outcome, n_outcomes
    )
    n_leaving = counts.sum(axis=0)
    n_left_before = np.cumsum(n_leaving) - n_leaving
    n_at_risk = count_entered(distinct, len(time), entry_time) - n_left_before
    return OutcomeTable(distinct, n_at_risk, counts)


def count_whole_times(
    time: Floats, outcome: Integers, n_outcomes: int
) -> tuple[Floats, Integers] | None:
    """Return distinct times and counts by addressing each day; None where times are not whole."""
    latest = time.max()
    if latest * n_outcomes > len(time) + FEW_CELLS:
        return None
    by_day = tally_whole_times(
        np.ascontiguousarray(time), np.ascontiguousarray(outcome), n_outcomes, int(latest) + 1
    )
    if by_day is None:
        return None
    days = np.flatnonzero(by_day.any(axis=1))
    return days.astype(np.float64), np.ascontiguousarray(by_day[days].T)


def count_sorted_times(time: Floats, outcome: Integers, n_outcomes: int) -> tuple[Floats, Integers]:
    """Return distinct times and counts by sorting the times of each outcome."""
    ordered = np.sort(time)
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    distinct = ordered[first]
    counts = np.empty((n_outcomes, len(distinct)), dtype=np.int64)
    counts[0] = np.diff(first, append=len(time))
    for kind in range(1, n_outcomes):
        reached = np.searchsorted(np.sort(time[outcome == kind]), distinct, side="right")
        counts[kind] = np.diff(reached, prepend=0)
        counts[0] -= counts[kind]
    return distinct, counts
