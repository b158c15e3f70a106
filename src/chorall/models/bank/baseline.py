"""The baseline of a transition, for predictions that are a mean over draws.

A prediction averages over effects that are not known exactly, trials that differ and inputs that
are missing. The mean of hazard ratios drawn is larger than the ratio at the mean, and who is drawn
with a high one leaves first. The baseline is therefore Breslow's with the hazard ratio of each
patient at risk averaged over what a prediction would draw, given that the patient is still there:
the mean prediction of the bank's patients then follows what was observed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from chorall.models.bank.risk_rows import RiskRows

Floats = NDArray[np.float64]

N_NODES: Final = 7
PASSES: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class DrawnRatio:
    """Each patient's hazard ratio as a prediction draws it: log-normal, in `N_NODES` points.

    Attributes
    ----------
    ratios : ndarray of shape (n, k)
    shares : ndarray of shape (k,)
        Their weights; the sum is 1.
    """

    ratios: Floats
    shares: Floats

    def find_mean(self, own: slice | NDArray[np.int64], hazard: float) -> Floats:
        """Return the mean ratio of some of whom the cumulative baseline hazard left there."""
        ratios = self.ratios[own]
        left = np.exp(-hazard * ratios)
        return np.asarray(((left * ratios) @ self.shares) / (left @ self.shares))

    def expect_events(self, before: Floats, after: Floats) -> Floats:
        """Return each one's expected events while the cumulative baseline hazard grew."""
        stays = [(self.shares * np.exp(-one[:, None] * self.ratios)).sum(axis=1)
                 for one in (before, after)]  # fmt: skip
        return np.asarray(np.log(stays[0] / stays[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """An interval with events, and who is at risk in it, whatever the hazard ratios are.

    Attributes
    ----------
    number : int
        Of the interval.
    inside : ndarray of int64, shape (k,)
        Rows at risk at some time of it, by time.
    counts, leaving : ndarray of int64, shape (d,)
        By day with events: their number, and how many of `inside` have an earlier time.
    late, entering : ndarray of int64, shape (l,) and (d,)
        Which of `inside` enter on the first such day or later, the earlier first; and by day, how
        many of these enter before it.
    """

    number: int
    inside: NDArray[np.int64]
    counts: NDArray[np.int64]
    leaving: NDArray[np.int64]
    late: NDArray[np.int64]
    entering: NDArray[np.int64]

    def grow(self, weight: Floats) -> float:
        """Return the increase of the cumulative hazard, given the mean ratios of `inside`."""
        at_risk = _sum_from(self.leaving, weight)
        if len(self.late):
            at_risk = at_risk - _sum_from(self.entering, weight[self.late])
        return float((self.counts / at_risk).sum())


def draw_ratio(risk: Floats, variance: Floats) -> DrawnRatio:
    """Return the ratios of patients whose log hazard ratio has this mean and variance."""
    nodes, shares = hermegauss(N_NODES)
    ratios = np.exp(risk[:, None] + np.sqrt(variance)[:, None] * nodes)
    return DrawnRatio(ratios, shares / shares.sum())


def list_periods(rows: RiskRows, edges: Floats) -> tuple[Period, ...]:
    """Return the intervals with events, in order; they serve for any hazard ratios."""
    order = np.argsort(rows.time, kind="stable")
    time, entry, event = rows.time[order], rows.entry_time[order], rows.event[order]
    bounds = np.searchsorted(time, edges, side="right")
    last_entry = entry.max(initial=0.0)
    found = []
    for number, (first, last) in enumerate(pairwise(bounds)):
        events = time[first:last][event[first:last]]
        if not len(events):
            continue
        starts = np.flatnonzero(np.diff(events, prepend=-np.inf))
        days, counts = events[starts], np.diff(starts, append=len(events))
        own, late = slice(first, None), np.empty(0, np.int64)
        if last_entry >= days[0]:
            own = first + np.flatnonzero(entry[first:] <= edges[number + 1])
            late = np.flatnonzero(entry[own] >= days[0])
            late = late[np.argsort(entry[own][late], kind="stable")]
        leaving, entering = (np.searchsorted(one, days) for one in (time[own], entry[own][late]))
        found.append(Period(number, order[own], counts, leaving, late, entering))
    return tuple(found)


def find_baseline(
    rows: RiskRows, drawn: DrawnRatio, edges: Floats, periods: Sequence[Period] | None = None
) -> Floats:
    """Return the cumulative hazard of all trials together at the ends of the intervals.

    Parameters
    ----------
    rows : RiskRows
        Everybody who was in the state.
    drawn : DrawnRatio
        Their hazard ratios. Without variance the baseline is Breslow's, and without effects Nelson
        and Aalen's.
    edges : ndarray of shape (g + 1,)
        Ends of the intervals in days, from 0.
    periods : sequence of Period or None
        From `list_periods`, where it has been asked already.
    """
    grown_in = np.zeros(len(edges))
    total = 0.0
    for period in list_periods(rows, edges) if periods is None else periods:
        grown = 0.0
        for _ in range(PASSES):  # the middle of the interval is known once its end is
            grown = period.grow(drawn.find_mean(period.inside, total + grown / 2))
        total += grown
        grown_in[period.number + 1] = grown
    return np.asarray(np.cumsum(grown_in))


def expect_events(rows: RiskRows, drawn: DrawnRatio, hazard: Floats, edges: Floats) -> Floats:
    """Return the events expected of each one while at risk, within the time that edges span."""
    before, after = (np.interp(one, edges, hazard) for one in (rows.entry_time, rows.time))
    return drawn.expect_events(before, after)


def find_effective_risk(rows: RiskRows, drawn: DrawnRatio, hazard: Floats, edges: Floats) -> Floats:
    """Return the log hazard ratio that, were it certain, would expect as many events of each."""
    before, after = (np.interp(one, edges, hazard) for one in (rows.entry_time, rows.time))
    expected = drawn.expect_events(before, after)
    certain = drawn.find_mean(slice(None), 0.0)
    grown = after > before
    found = np.divide(expected, after - before, out=certain, where=grown & (expected > 0))
    return np.asarray(np.log(found))


def _sum_from(places: NDArray[np.int64], weight: Floats) -> Floats:
    """Return the sum of the weights from each place on."""
    below = np.concatenate([[0.0], np.cumsum(weight)])
    return np.asarray(below[-1] - below[places])
