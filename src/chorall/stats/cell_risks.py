"""Risk of the event by a horizon, and time lost to it, in each cell of marker and arm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Floats
from chorall.stats.interaction_counts import CellCounts


class CellRisks(NamedTuple):
    """Aalen-Johansen figures of the four cells of m markers, shape (4, m) each.

    `risk` is the probability of cause 1 by the horizon, `time_lost` the area under its curve, in
    the unit of time. NaN where nobody of a cell was followed to the horizon.
    """

    risk: Floats
    risk_variance: Floats
    time_lost: Floats
    time_lost_variance: Floats


def estimate_risks(counts: CellCounts, horizon: float) -> CellRisks:
    """Estimate both figures with their delta-method variances (Greenwood without competitors)."""
    seen = counts.time <= horizon
    at_risk = counts.n_at_risk[:, seen]
    own, other = (
        np.divide(part[:, seen], at_risk, out=np.zeros(at_risk.shape), where=at_risk > 0)
        for part in (counts.n_events, counts.n_competing)
    )
    after = np.cumprod(1 - own - other, axis=1)
    before = np.concatenate([np.ones((len(after), 1, after.shape[2])), after[:, :-1]], axis=1)
    survived = after[:, -1] if after.shape[1] else np.ones(counts.last.shape)
    known = (counts.n > 0) & ((counts.last >= horizon) | (survived <= 0))
    left = (horizon - counts.time[seen])[None, :, None]
    figures = []
    for weight in (np.ones_like(left), left):
        gains = weight * before
        pieces = gains * own
        total = pieces.sum(axis=1)
        variance = find_variance(gains, pieces, own, other, at_risk)
        figures += [np.where(known, total, np.nan), np.where(known, variance, np.nan)]
    return CellRisks(*figures)


def find_variance(
    gains: Floats, pieces: Floats, own: Floats, other: Floats, at_risk: Floats
) -> Floats:
    """Return the variance of the sum of pieces, whose hazards are multinomial at each time."""
    later = np.cumsum(pieces[:, ::-1], axis=1)[:, ::-1] - pieces
    stays = 1 - own - other
    lost = np.divide(later, stays, out=np.zeros(later.shape), where=stays > 0)
    by_own, by_other = gains - lost, -lost
    mean = own * by_own + other * by_other
    spread = own * by_own**2 + other * by_other**2 - mean**2
    terms = np.divide(spread, at_risk, out=np.zeros(spread.shape), where=at_risk > 0)
    return np.asarray(terms.sum(axis=1), dtype=np.float64)
