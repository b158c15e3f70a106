"""Weights that make up for those who were censored early and for those who entered late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.censoring_weights import (
    CensoringCurve,
    HorizonWeights,
    estimate_censoring,
    find_censoring_influence,
    weigh_at_horizon,
)
from chorall.stats.entry_weights import (
    EntryCurve,
    estimate_entry_curve,
    find_entry_influence,
)
from chorall.stats.predicted_risk import Outcome


class Weighting(NamedTuple):
    """Estimated chances to be under observation, one curve per stratum.

    A patient who has an event at T is seen there with the chance G(T-) H(T-): not censored and
    already entered; one who outlives the horizon is seen there with the chance G H at it. The
    weights are the inverse. `entries` is empty without delayed entry, when H is 1.
    """

    outcome: Outcome
    curves: list[CensoringCurve]
    entries: list[EntryCurve]

    def weigh(self, horizon: float) -> HorizonWeights:
        """Return the weights at a horizon, of mean 1."""
        for entry in self.entries:
            entry.check_links(horizon)
        time, is_event = self.outcome.time, self.outcome.is_event
        weights, is_known = weigh_at_horizon(self.curves, time, is_event, horizon)
        for curve, entry in zip(self.curves, self.entries, strict=bool(self.entries)):
            is_known &= self.is_followed(curve, horizon)
            if is_known:
                weights[curve.members] *= self.weigh_entry(entry, horizon)
        if self.entries and is_known:
            weights *= len(weights) / weights.sum()
        return HorizonWeights(weights, is_known)

    def is_followed(self, curve: CensoringCurve, horizon: float) -> bool:
        """Tell whether late entrants of a stratum are observed at the horizon or are all done."""
        time, entries = self.outcome.time[curve.members], self.outcome.entries[curve.members]
        if np.any((entries <= horizon) & (time > horizon)):
            return True
        last = int(np.searchsorted(curve.table.time, horizon, side="right")) - 1
        return last >= 0 and bool(curve.jump[last] == 0)

    def weigh_entry(self, curve: EntryCurve, horizon: float) -> Floats:
        """Return 1 / H of the members, 0 for those who entered after the horizon."""
        time = self.outcome.time[curve.members]
        by_horizon = time <= horizon
        chance = curve.find_chance(time, horizon, before=True)
        at_horizon = curve.find_chance(np.full(len(time), horizon), horizon, before=False)
        weights = 1 / np.where(by_horizon, chance, at_horizon)
        entered = self.outcome.entries[curve.members] <= horizon
        return np.where(entered, weights, 0.0)

    def find_influence(self, terms: Floats, horizon: float) -> Floats:
        """Return the influence of each patient on an estimate, weights included.

        `terms`, which add up to 0, are what each patient adds with the weights held.
        """
        influence = terms + find_censoring_influence(
            self.curves, self.outcome.is_event, terms, horizon
        )
        for curve in self.entries:
            members = curve.members
            influence[members] += find_entry_influence(
                curve, self.outcome.time[members], terms[members], horizon
            )
        return np.asarray(influence, dtype=np.float64)


def estimate_weighting(outcome: Outcome, strata: ArrayLike | None) -> Weighting:
    """Estimate the chances to be under observation in each stratum."""
    curves = estimate_censoring(outcome.time, outcome.is_event, strata, outcome.entry_time)
    if outcome.entry_time is None:
        return Weighting(outcome, curves, [])
    entries = [
        estimate_entry_curve(
            outcome.time, outcome.entry_time, curve.members, is_only=len(curves) == 1
        )
        for curve in curves
    ]
    return Weighting(outcome, curves, entries)
