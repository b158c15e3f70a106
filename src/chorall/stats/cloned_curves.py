"""Weighted cumulative incidence of rows, fast enough to bootstrap."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Booleans, Floats, Integers
from chorall.stats.clone_weights import CloneRows


class RowOrder(NamedTuple):
    """Where rows begin and end among the ascending times of events; found once for all weights."""

    times: Floats
    by_entry: Integers
    by_exit: Integers
    n_entered: Integers
    n_left: Integers
    event_rows: Integers
    event_place: Integers
    is_own: Booleans


class IncidenceCurve(NamedTuple):
    """Cumulative incidence of cause 1 after each of the times, and when the last row ends."""

    times: Floats
    incidence: Floats
    survival: Floats
    last: float

    def at(self, times: Floats) -> Floats:
        """Return the incidence at some times; NaN where nobody is followed any more."""
        steps = np.concatenate([[0.0], self.incidence])
        values = steps[np.searchsorted(self.times, times, side="right")]
        ended = len(self.survival) > 0 and self.survival[-1] <= 0
        return np.where((times <= self.last) | ended, values, np.nan)

    def mean_time_free(self, horizon: float) -> float:
        """Return the mean time up to the horizon not lost to cause 1."""
        known = self.times < horizon
        edges = np.concatenate([[0.0], self.times[known], [horizon]])
        lost = float((np.concatenate([[0.0], self.incidence[known]]) * np.diff(edges)).sum())
        return horizon - lost if np.isfinite(self.at(np.array([horizon]))[0]) else np.nan


def order_rows(rows: CloneRows) -> RowOrder:
    """Sort rows by entry and exit, once."""
    happened = np.flatnonzero(rows.cause > 0)
    times = np.unique(rows.exit[happened])
    by_entry, by_exit = np.argsort(rows.entry, kind="stable"), np.argsort(rows.exit, kind="stable")
    return RowOrder(
        times,
        by_entry,
        by_exit,
        np.searchsorted(rows.entry[by_entry], times, side="left"),
        np.searchsorted(rows.exit[by_exit], times, side="left"),
        happened,
        np.searchsorted(times, rows.exit[happened]),
        rows.cause[happened] == 1,
    )


def find_curve(rows: CloneRows, order: RowOrder, weights: Floats) -> IncidenceCurve:
    """Return the weighted curve of Aalen and Johansen."""
    entered, left = (
        np.concatenate([[0.0], np.cumsum(weights[place])])[count]
        for place, count in ((order.by_entry, order.n_entered), (order.by_exit, order.n_left))
    )
    n = len(order.times)
    of_event = weights[order.event_rows]
    any_cause = np.bincount(order.event_place, of_event, minlength=n)
    own = np.bincount(order.event_place, of_event * order.is_own, minlength=n)
    at_risk = np.where(any_cause > 0, entered - left, 1.0)
    # sums of many weights differ from those of few by rounding
    hazard = np.minimum(any_cause / at_risk, 1.0)
    survival = np.cumprod(1 - hazard)
    before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.cumsum(before * own / at_risk)
    last = float(rows.exit[weights > 0].max(initial=0.0))
    return IncidenceCurve(order.times, incidence, survival, last)
