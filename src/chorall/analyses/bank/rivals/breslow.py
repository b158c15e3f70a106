"""Breslow's likelihood and hazard at log hazards that are known already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


def find_partial_likelihood(
    scores: Floats, time: Floats, event: Booleans, entry_time: Floats
) -> Floats:
    """Return the log partial likelihood of each of k columns of log hazards.

    Parameters
    ----------
    scores : ndarray of shape (n, k)
        Log hazards.
    time, event, entry_time : ndarray of shape (n,)
        The outcome; ties by Breslow's rule.

    Returns
    -------
    ndarray of shape (k,)
    """
    top = scores.max(axis=0)
    at_risk = _sum_at_risk(time[event], time, entry_time, np.exp(scores - top))
    return np.asarray((scores[event] - top - np.log(at_risk)).sum(axis=0))


def find_hazard(
    score: Floats, time: Floats, event: Booleans, entry_time: Floats, horizon: float
) -> float:
    """Return the cumulative hazard by a horizon of a patient whose log hazard is 0.

    Parameters
    ----------
    score : ndarray of shape (n,)
        Log hazards.
    time, event, entry_time : ndarray of shape (n,)
        The outcome.
    horizon : float
        Events at it count.
    """
    days = time[event & (time <= horizon)]
    at_risk = _sum_at_risk(days, time, entry_time, np.exp(score)[:, None])
    return float((1 / at_risk).sum())


def _sum_at_risk(days: Floats, time: Floats, entry_time: Floats, weight: Floats) -> Floats:
    """Return for each day the sums of the weights of those at risk: entered before, not gone."""
    return _sum_from(days, time, weight) - _sum_from(days, entry_time, weight)


def _sum_from(days: Floats, times: Floats, weight: Floats) -> Floats:
    """Return for each day the sums of the weights of those whose time is that day or later."""
    order = np.argsort(times, kind="stable")
    below = np.vstack([np.zeros(weight.shape[1]), np.cumsum(weight[order], axis=0)])
    return np.asarray(below[-1] - below[np.searchsorted(times[order], days, side="left")])
