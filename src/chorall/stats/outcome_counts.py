"""Who leaves how at each time, counted the fast way or patient by patient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Booleans, Counts, Floats
from chorall.stats.checks import CauseFollowUp
from chorall.stats.outcome_table import tabulate_outcomes
from chorall.stats.risk_table import (
    RiskTable,
    count_rows,
    sum_weights,
    sum_weights_at_risk,
    tabulate_risk,
)


class OutcomeCounts(NamedTuple):
    """Who leaves how at each of t times: patients, or weights of patients.

    Attributes
    ----------
    time, n_at_risk, n_censored : ndarray of shape (t,)
        Distinct exit times, at risk and censored there.
    n_events : ndarray of shape (K, t)
        Events of each cause.
    all_fail : ndarray of bool, shape (t,)
        True where everybody at risk has an event.
    table : RiskTable or None
        Where each patient's contribution is needed: for weights and robust errors.
    """

    time: Floats
    n_at_risk: Counts
    n_events: Counts
    n_censored: Counts
    all_fail: Booleans
    table: RiskTable | None


def count_outcomes(
    follow_up: CauseFollowUp, n_causes: int, weights: Floats | None, *, robust: bool
) -> OutcomeCounts:
    """Count by the fast tally, or patient by patient where weights or robust errors ask for it."""
    if weights is None and not robust:
        fast = tabulate_outcomes(
            follow_up.time, follow_up.cause, n_causes + 1, follow_up.entry_time
        )
        n_events = fast.counts[1:]
        all_fail = n_events.sum(axis=0) == fast.n_at_risk
        return OutcomeCounts(fast.time, fast.n_at_risk, n_events, fast.counts[0], all_fail, None)
    table = tabulate_risk(follow_up.time, follow_up.entry_time)
    n_events, n_censored, n_at_risk = count_by_cause(table, follow_up, n_causes, weights)
    all_fail = count_rows(table, follow_up.cause > 0) == table.n_at_risk
    return OutcomeCounts(table.time, n_at_risk, n_events, n_censored, all_fail, table)


def count_by_cause(
    table: RiskTable, follow_up: CauseFollowUp, n_causes: int, weights: Floats | None
) -> tuple[Counts, Counts, Counts]:
    """Return events of each cause, censored and at risk at each time: patients or weights."""
    kinds = [follow_up.cause == kind for kind in range(n_causes + 1)]
    if weights is None:
        censored, *events = (count_rows(table, kind) for kind in kinds)
        return np.stack(events), censored, table.n_at_risk
    without, *sums = (sum_weights(table, weights * kind) for kind in kinds)
    return np.stack(sums), without, sum_weights_at_risk(table, weights, follow_up.entry_time)
