"""Who is at risk in the four cells of marker and arm at each time, for many markers at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Booleans, Floats, Integers
from chorall.stats.checks import CauseFollowUp

N_CELLS = 4
"""Cell 2 * marker + arm: absent control, absent treated, present control, present treated."""

# cells of the largest array that is laid out at once
LARGEST_BLOCK = 4_000_000


class CellCounts(NamedTuple):
    """Counts at t times in the four cells of m markers.

    `n_at_risk`, `n_events` (cause 1) and `n_competing` have shape (4, t, m); `time` holds the times
    with an event of any cause, `last` (4, m) the last time of follow-up in each cell.
    """

    time: Floats
    n_at_risk: Floats
    n_events: Floats
    n_competing: Floats
    last: Floats
    n: Floats


def iterate_blocks(n: int, n_markers: int) -> Iterator[slice]:
    """Yield slices of markers that keep the arrays small."""
    width = max(1, LARGEST_BLOCK // max(1, N_CELLS * n))
    for start in range(0, n_markers, width):
        yield slice(start, min(start + width, n_markers))


def count_cells(follow_up: CauseFollowUp, markers: Integers, arm: Integers) -> CellCounts:
    """Count the cells.

    Parameters
    ----------
    follow_up : CauseFollowUp
        Of n patients.
    markers : ndarray of int, shape (n, m)
        1 present, 0 absent, -1 unknown: in no cell.
    arm : ndarray of int, shape (n,)
        1 treated, 0 control.
    """
    order = np.argsort(follow_up.time, kind="stable")
    time = follow_up.time[order]
    cells = lay_out_cells(markers[order], arm[order])
    starts = np.flatnonzero(np.r_[True, np.diff(time) > 0])
    distinct = time[starts]
    left = np.add.reduceat(cells, starts, axis=1)
    at_risk = np.cumsum(left[:, ::-1], axis=1)[:, ::-1]
    if follow_up.entry_time is not None:
        at_risk = at_risk - count_not_entered(cells, follow_up.entry_time[order], distinct)
    cause = follow_up.cause[order]
    happened = np.add.reduceat((cause > 0).astype(np.int64), starts) > 0
    own, other = (
        np.add.reduceat(cells * which[None, :, None], starts, axis=1)[:, happened]
        for which in (cause == 1, cause > 1)
    )
    reached = np.where(cells > 0, time[None, :, None], 0.0).max(axis=1)
    return CellCounts(distinct[happened], at_risk[:, happened], own, other, reached, left.sum(1))


def lay_out_cells(markers: Integers, arm: Integers) -> Floats:
    """Return 1 where a patient is in a cell, shape (4, n, m)."""
    code = np.where(markers < 0, -1, 2 * markers + arm[:, None])
    cells: Booleans = code[None] == np.arange(N_CELLS)[:, None, None]
    return cells.astype(np.float64)


def count_not_entered(cells: Floats, entry_time: Floats, distinct: Floats) -> Floats:
    """Return how many of each cell come under observation at or after each distinct time."""
    order = np.argsort(entry_time, kind="stable")
    total = np.concatenate(
        [np.zeros((N_CELLS, 1, cells.shape[2])), np.cumsum(cells[:, order], axis=1)], axis=1
    )
    entered = np.searchsorted(entry_time[order], distinct, side="left")
    return np.asarray(total[:, -1:] - total[:, entered], dtype=np.float64)
