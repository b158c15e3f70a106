"""Weights of those with a competing event: the chance still to be under observation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import Booleans, Floats, Integers

CENSORED, OF_INTEREST, COMPETING = 0, 1, 2


class ObservationCurve(NamedTuple):
    """W(t), the product over times before t of the chance to stay under observation.

    It falls at censoring times (1 - dN / Y) and, with delayed entry, rises at entry times,
    1 / (1 - dE / R), because late entrants stand for those who were not yet observed.
    """

    time: Floats
    weight_after: Floats
    last_time: float

    def weigh(self, times: Floats) -> Floats:
        """Return W just before each of `times`; 0 beyond the last follow-up of the group."""
        position = np.searchsorted(self.time, times, side="left")
        weights = np.concatenate([[1.0], self.weight_after])[position]
        return np.where(times > self.last_time, 0.0, weights)


def estimate_observation(
    time: Floats, kind: Integers, entry_time: Floats | None, label: str
) -> ObservationCurve:
    """Estimate W of one censoring group, relative to its first competing event.

    Y, at risk of being censored at t, counts entry_time < t <= time: those who have an event
    at t included, as cmprsk does. R, at risk of having just entered at v, counts
    entry_time <= v < time.
    """
    competing = time[kind == COMPETING]
    if not competing.size:
        return ObservationCurve(np.empty(0), np.empty(0), float(time.max()))
    grid, factor = find_stay(time, kind == CENSORED, entry_time)
    if entry_time is not None:
        entries, rise = find_entry_shares(time, entry_time)
        needed = entries >= competing.min()
        entries, rise = entries[needed], rise[needed]
        if (rise == 0).any():
            raise_gap(label)
        grid = np.concatenate([grid, entries])
        factor = np.concatenate([factor, 1 / rise])
    # nobody waits before the first competing event: what happened until then cancels out
    factor = np.where(grid < competing.min(), 1.0, factor)
    order = np.argsort(grid, kind="stable")
    weight: Floats = np.cumprod(factor[order], dtype=np.float64)
    return ObservationCurve(grid[order], weight, float(time.max()))


def find_stay(time: Floats, censored: Booleans, entry_time: Floats | None) -> tuple[Floats, Floats]:
    """Return the distinct censoring times and the part 1 - dN / Y that is not censored there."""
    grid, n_censored = np.unique(time[censored], return_counts=True)
    # a stable sort of what is sorted by and large takes one look
    n_left = np.searchsorted(np.sort(time, kind="stable"), grid, side="left")
    n_entered = (
        len(time) if entry_time is None else np.searchsorted(np.sort(entry_time), grid, side="left")
    )
    return grid, (n_entered - n_left - n_censored) / (n_entered - n_left)


def find_entry_shares(time: Floats, entry_time: Floats) -> tuple[Floats, Floats]:
    """Return the distinct entry times and the part 1 - dE / R that was there before."""
    grid, n_entering = np.unique(entry_time, return_counts=True)
    n_left = np.searchsorted(np.sort(time), grid, side="right")
    n_entered = np.searchsorted(np.sort(entry_time), grid, side="right")
    return grid, (n_entered - n_left - n_entering) / (n_entered - n_left)


def raise_gap(label: str) -> None:
    """Raise because nobody bridges two pieces of follow-up."""
    raise InputError(
        f"delayed entry{label} leaves a time at which everybody under observation has only just "
        "entered, while patients with a competing event before it still count: their weights "
        "are not defined. Begin follow-up later (a later origin), or join `censoring_strata`."
    )
