"""Inverse probability of censoring weights, and what estimating them adds to a variance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import ArrayLike, Booleans, Counts, Floats, Integers
from chorall.stats.checks import check_labels
from chorall.stats.risk_table import (
    RiskTable,
    count_rows,
    sum_weights,
    sum_weights_at_risk,
    tabulate_risk,
)


class CensoringCurve(NamedTuple):
    """The Kaplan-Meier estimate of staying uncensored, among `members` of n patients.

    An event comes before a censoring at the same time: who has the event there is no longer at
    risk of being censored. `jump` is the part censored at each of the t times, `before` and
    `after` are the probabilities just before and just after. `n_passed` is the number of times up
    to the entry of each member, at which it was not yet at risk.
    """

    members: Integers
    table: RiskTable
    n_at_risk: Counts
    jump: Floats
    before: Floats
    after: Floats
    n_passed: Integers


class HorizonWeights(NamedTuple):
    """Weights of n patients at one horizon; `is_known` is False when nobody was followed to it."""

    weights: Floats
    is_known: bool


def estimate_censoring(
    time: Floats, is_event: Booleans, strata: ArrayLike | None, entry_time: Floats | None = None
) -> list[CensoringCurve]:
    """Return one curve of staying uncensored for each stratum."""
    return [
        estimate_censoring_curve(time, is_event, members, entry_time=entry_time)
        for members in list_strata(len(time), strata)
    ]


def list_strata(n: int, strata: ArrayLike | None) -> list[Integers]:
    """Return the patients of each stratum."""
    if strata is None:
        return [np.arange(n)]
    labels, codes = check_labels(strata, n, "censoring_strata")
    return [np.flatnonzero(codes == code) for code in range(len(labels))]


def estimate_censoring_curve(
    time: Floats,
    is_event: Booleans,
    members: Integers,
    weights: Floats | None = None,
    entry_time: Floats | None = None,
) -> CensoringCurve:
    """Return the curve of staying uncensored among the members, case-weighted if asked."""
    entries = None if entry_time is None else entry_time[members]
    table = tabulate_risk(time[members], entries)
    happened = is_event[members]
    if weights is None:
        n_censored: Counts = count_rows(table, ~happened)
        n_at_risk: Counts = table.n_at_risk - count_rows(table, happened)
    else:
        n_censored = sum_weights(table, weights[members] * ~happened)
        leaving = sum_weights(table, weights[members])
        at_risk = sum_weights_at_risk(table, weights[members], entries)
        n_at_risk = at_risk - (leaving - n_censored)
    jump = np.divide(n_censored, n_at_risk, out=np.zeros(len(table.time)), where=n_censored > 0)
    after = np.cumprod(1 - jump)
    before = np.concatenate([[1.0], after[:-1]])
    n_passed = np.zeros(len(members), dtype=np.int64)
    if entries is not None:
        n_passed = np.searchsorted(table.time, entries, side="right").astype(np.int64)
    return CensoringCurve(members, table, n_at_risk, jump, before, after, n_passed)


def weigh_at_horizon(
    curves: list[CensoringCurve], time: Floats, is_event: Booleans, horizon: float
) -> HorizonWeights:
    """Return the weights that make up for those censored before the horizon.

    1 / G(T-) for an event by the horizon, 1 / G(horizon) when followed beyond it, 0 when
    censored up to it.
    """
    weights = np.zeros(len(time))
    is_known = True
    for curve in curves:
        members, last = curve.members, curve.table.time[-1]
        happened = is_event[members] & (time[members] <= horizon)
        beyond = time[members] > horizon
        at_horizon = int(np.searchsorted(curve.table.time, horizon, side="right")) - 1
        uncensored = curve.after[at_horizon] if at_horizon >= 0 else 1.0
        weights[members[happened]] = 1 / curve.before[curve.table.position[happened]]
        # it can be 0 where all beyond the horizon are yet to enter
        weights[members[beyond]] = 1 / uncensored if uncensored > 0 else 0.0
        # the last to leave was censored: what would have happened by the horizon is not known
        is_known &= bool(last > horizon or curve.jump[-1] == 0)
    return HorizonWeights(weights, is_known)


def find_censoring_influence(
    curves: list[CensoringCurve], is_event: Booleans, terms: Floats, horizon: float
) -> Floats:
    """Return what each patient adds to a weighted mean by way of the estimated weights.

    `terms` are the weighted contributions of n patients (0 for those censored by the horizon).
    The derivative of the product limit is exact, also with ties.
    """
    influence = np.zeros(len(terms))
    for curve in curves:
        members, position = curve.members, curve.table.position
        at_time = sum_weights(curve.table, terms[members])
        later = np.cumsum(at_time[::-1])[::-1] - at_time
        used = (curve.jump > 0) & (curve.jump < 1) & (curve.table.time <= horizon)
        safe = np.where(used, curve.n_at_risk * (1 - curve.jump), 1.0)
        factor = np.where(used, later / safe, 0.0)
        passed = np.concatenate([[0.0], np.cumsum(factor * curve.jump)])
        happened = is_event[members]
        own = np.where(happened, 0.0, factor[position])
        influence[members] = own - passed[position + ~happened] + passed[curve.n_passed]
    return influence


def find_influence_error(influence: Floats) -> Floats:
    """Return standard errors of means from influences, patients along the first axis."""
    n = len(influence)
    if n < 2:
        return np.full(influence.shape[1:], np.nan)
    return np.asarray(influence.std(axis=0, ddof=1) / np.sqrt(n), dtype=np.float64)
