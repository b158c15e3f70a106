"""Weights for late entry: the chance to have come under observation by a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import Booleans, Counts, Floats, Integers

# a part of 1 may be missed by so much when it is a ratio of sums of weights
ROUNDING = 1e-12
GAP = (
    "`entry_time` leaves a time at which everybody under observation has only just entered, "
    "while others left before it: what links the two periods is not known, and the weights "
    "are not defined. Begin follow-up later (a later origin), choose an earlier horizon, or "
    "join strata."
)


class EntryCurve(NamedTuple):
    """The product-limit estimate of having entered, among `members` of n patients.

    It runs backwards in time: at each of the v distinct entry times the chance to have entered
    falls, going back, by `share`, the part of the `n_present` observed just after it who had only
    just entered. A patient is at risk after the entry; who leaves at an entry time has left.
    `position` is the row of the entry and `n_seen` the number of entry times before the exit of
    each member. `is_only` is True without strata: then entries after a horizon do not matter.
    """

    members: Integers
    time: Floats
    position: Integers
    n_seen: Integers
    n_present: Counts
    share: Floats
    is_only: bool

    def find_used(self, horizon: float) -> Booleans:
        """Tell which entry times count at a horizon."""
        used = np.arange(len(self.time)) > 0
        return np.asarray(used & (self.time <= horizon) if self.is_only else used)

    def check_links(self, horizon: float) -> None:
        """Raise when nobody links two periods of follow-up before a horizon."""
        if np.any(self.find_used(horizon) & (self.share >= 1 - ROUNDING)):
            raise InputError(GAP)

    def find_chance(self, times: Floats, horizon: float, *, before: bool) -> Floats:
        """Return the chance to have entered before each of `times` (or by it)."""
        factor = np.where(self.find_used(horizon), 1 - self.share, 1.0)
        from_here = np.concatenate([np.cumprod(factor[::-1])[::-1], [1.0]])
        row = np.searchsorted(self.time, times, side="left" if before else "right")
        return np.asarray(from_here[row], dtype=np.float64)


def estimate_entry_curve(
    time: Floats,
    entry_time: Floats,
    members: Integers,
    weights: Floats | None = None,
    *,
    is_only: bool,
) -> EntryCurve:
    """Return the curve of having entered among the members, case-weighted if asked."""
    exits, entries = time[members], entry_time[members]
    counted = np.ones(len(members)) if weights is None else weights[members]
    grid, position = np.unique(entries, return_inverse=True)
    entering = np.bincount(position, counted, minlength=len(grid))
    n_seen = np.searchsorted(grid, exits, side="left")
    # who left before the entry time of a row or at it is counted from that row on
    leaving = np.bincount(n_seen, counted, minlength=len(grid) + 1)[: len(grid)]
    n_present = np.cumsum(entering) - np.cumsum(leaving)
    return EntryCurve(
        members, grid, position.astype(np.int64), n_seen.astype(np.int64), n_present,
        entering / n_present, is_only,
    )  # fmt: skip


def find_entry_influence(curve: EntryCurve, exits: Floats, terms: Floats, horizon: float) -> Floats:
    """Return what each member adds to a weighted mean by way of the estimated entry weights.

    `exits` and `terms` are those of the members. The derivative of the product is exact.
    """
    until = np.minimum(exits, np.nextafter(horizon, np.inf))
    # a term has the chance to have entered before its time: entries at it or later count
    first = np.searchsorted(curve.time, until, side="left")
    moved = np.cumsum(np.bincount(first, terms, minlength=len(curve.time) + 1))[:-1]
    used = curve.find_used(horizon)
    safe = np.where(used, curve.n_present * (1 - curve.share), 1.0)
    factor = np.where(used, moved / safe, 0.0)
    seen = np.concatenate([[0.0], np.cumsum(factor * curve.share)])
    return np.asarray(factor[curve.position] - seen[curve.n_seen] + seen[curve.position])
