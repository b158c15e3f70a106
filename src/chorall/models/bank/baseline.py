"""The baseline of a transition, for predictions that are a mean over draws.

A prediction averages over effects that are not known exactly, trials that differ and inputs that
are missing. The mean of hazard ratios drawn is larger than the ratio at the mean, and who is drawn
with a high one leaves first. The baseline is therefore Breslow's with the hazard ratio of each
patient at risk averaged over what a prediction would draw, given that the patient is still there:
the mean prediction of the bank's patients then follows what was observed.
"""

from __future__ import annotations

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

    def find_mean(self, own: NDArray[np.bool_], hazard: float) -> Floats:
        """Return the mean ratio of some of whom the cumulative baseline hazard left there."""
        left = self.shares * np.exp(-hazard * self.ratios[own])
        return np.asarray((left * self.ratios[own]).sum(axis=1) / left.sum(axis=1))

    def expect_events(self, before: Floats, after: Floats) -> Floats:
        """Return each one's expected events while the cumulative baseline hazard grew."""
        stays = [(self.shares * np.exp(-one[:, None] * self.ratios)).sum(axis=1)
                 for one in (before, after)]  # fmt: skip
        return np.asarray(np.log(stays[0] / stays[1]))


def draw_ratio(risk: Floats, variance: Floats) -> DrawnRatio:
    """Return the ratios of patients whose log hazard ratio has this mean and variance."""
    nodes, shares = hermegauss(N_NODES)
    ratios = np.exp(risk[:, None] + np.sqrt(variance)[:, None] * nodes)
    return DrawnRatio(ratios, shares / shares.sum())


def find_baseline(rows: RiskRows, drawn: DrawnRatio, edges: Floats) -> Floats:
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
    """
    total = np.zeros(len(edges))
    for place, (start, end) in enumerate(pairwise(edges)):
        total[place + 1] = total[place]
        events = rows.event & (rows.time > start) & (rows.time <= end)
        if events.any():
            inside = (rows.time > start) & (rows.entry_time <= end)
            grown = 0.0
            for _ in range(PASSES):  # the middle of the interval is known once its end is
                weight = drawn.find_mean(inside, total[place] + grown / 2)
                grown = _add_hazard(rows, inside, events[inside], weight)
            total[place + 1] += grown
    return total


def expect_events(rows: RiskRows, drawn: DrawnRatio, hazard: Floats, edges: Floats) -> Floats:
    """Return the events expected of each one while at risk, within the time that edges span."""
    before, after = (np.interp(one, edges, hazard) for one in (rows.entry_time, rows.time))
    return drawn.expect_events(before, after)


def find_effective_risk(rows: RiskRows, drawn: DrawnRatio, hazard: Floats, edges: Floats) -> Floats:
    """Return the log hazard ratio that, were it certain, would expect as many events of each."""
    before, after = (np.interp(one, edges, hazard) for one in (rows.entry_time, rows.time))
    expected = drawn.expect_events(before, after)
    certain = drawn.find_mean(np.ones(len(before), bool), 0.0)
    grown = after > before
    found = np.divide(expected, after - before, out=certain, where=grown & (expected > 0))
    return np.asarray(np.log(found))


def _add_hazard(
    rows: RiskRows, inside: NDArray[np.bool_], events: NDArray[np.bool_], weight: Floats
) -> float:
    """Return the increase of the cumulative hazard over one interval."""
    time, entry = rows.time[inside], rows.entry_time[inside]
    days, counts = np.unique(time[events], return_counts=True)
    at_risk = _sum_from(days, time, weight) - _sum_from(days, entry, weight)
    return float((counts / at_risk).sum())


def _sum_from(days: Floats, times: Floats, weight: Floats) -> Floats:
    """Return for each day the sum of the weights of those whose time is that day or later."""
    order = np.argsort(times, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(weight[order])])
    return np.asarray(below[-1] - below[np.searchsorted(times[order], days, side="left")])
