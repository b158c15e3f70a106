"""Score residuals of a Cox fit and the sandwich covariance built from them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, Integers
from chorall.stats.checks import check_labels
from chorall.stats.cox_data import CoxData


def check_clusters(cluster: ArrayLike | None, n: int, ridge: float) -> Integers | None:
    """Return the cluster number of each patient, of at least two; None without clusters."""
    if cluster is None:
        return None
    if ridge:
        raise InputError("`cluster` with `ridge` has no robust covariance here. Give one of them.")
    labels, codes = check_labels(cluster, n, "cluster")
    if len(labels) < 2:
        raise InputError("`cluster` holds one cluster only. Give at least two, or leave it out.")
    return codes


def find_robust_covariance(
    data: CoxData, coefficients: Floats, covariance: Floats, clusters: Integers, *, efron: bool
) -> Floats:
    """Return the sandwich of Lin and Wei, with residuals summed within clusters."""
    residuals = find_score_residuals(data, coefficients, efron=efron)
    sums = np.zeros((int(clusters.max()) + 1, residuals.shape[1]))
    np.add.at(sums, clusters[data.order], residuals * data.weights[:, None])
    influence = sums @ covariance
    return np.asarray(influence.T @ influence, dtype=np.float64)


def find_score_residuals(data: CoxData, coefficients: Floats, *, efron: bool) -> Floats:
    """Return each patient's share of the score, unweighted, shape (n, p), in data order.

    Observed less expected: x minus the mean at risk at the patient's own event, minus the same
    difference weighted with the hazard at every event time when the patient was at risk.
    """
    p = data.x.shape[1]
    step_stratum, step_time = list_event_times(data)
    steps = np.zeros((len(step_time), 2 + 3 * p))
    data.sweep(coefficients, efron=efron, steps=steps)
    first, end = find_steps_at_risk(data, step_stratum, step_time)
    # columns: hazard, then hazard times the mean of x at risk
    totals = np.vstack([np.zeros(1 + p), np.cumsum(steps[:, [0, *range(2, 2 + p)]], axis=0)])
    seen = totals[end] - totals[first]
    risk = np.exp(data.find_linear_predictor(coefficients))[:, None]
    residuals = -risk * (data.x * seen[:, :1] - seen[:, 1:])

    died = data.event
    own = steps[first[died]]
    residuals[died] += data.x[died] - own[:, 2 + 2 * p :]
    # under Efron's rule those who die together were at risk for part of the hazard only
    residuals[died] += risk[died] * (data.x[died] * own[:, 1:2] - own[:, 2 + p : 2 + 2 * p])
    return np.asarray(residuals, dtype=np.float64)


def list_event_times(data: CoxData) -> tuple[Integers, Floats]:
    """Return stratum and time of each event time, in the order of the sweep."""
    stratum = np.repeat(np.arange(len(data.stratum_bounds) - 1), np.diff(data.stratum_bounds))
    stratum, time = stratum[data.event], data.time[data.event]
    new = np.ones(len(time), dtype=np.bool_)
    new[1:] = (np.diff(time) != 0) | (np.diff(stratum) != 0)
    return stratum[new], time[new]


def find_steps_at_risk(
    data: CoxData, step_stratum: Integers, step_time: Floats
) -> tuple[Integers, Integers]:
    """Return the first event time each row is at risk at, and the first it is not any more."""
    n = len(data.time)
    first, end = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    bounds = np.searchsorted(step_stratum, np.arange(len(data.stratum_bounds)))
    for stratum, (start, stop) in enumerate(pairwise(bounds)):
        rows = slice(data.stratum_bounds[stratum], data.stratum_bounds[stratum + 1])
        descending = -step_time[start:stop]
        first[rows] = start + np.searchsorted(descending, -data.time[rows], side="left")
        end[rows] = stop
        if data.entry_time.size:
            end[rows] = start + np.searchsorted(descending, -data.entry_time[rows], side="left")
    return first, end
