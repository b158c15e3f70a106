"""Score residuals of a Cox fit and the sandwich covariance built from them."""

from __future__ import annotations

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, Integers
from chorall.stats.checks import check_labels
from chorall.stats.cox_data import CoxData
from chorall.stats.cox_likelihood import RiskSums, spread_over_rows, sum_risk_sets


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
    data: CoxData, coefficients: Floats, covariance: Floats, clusters: Integers
) -> Floats:
    """Return the sandwich of Lin and Wei, with residuals summed within clusters."""
    residuals = find_score_residuals(data, coefficients) * data.weights[:, None]
    codes = clusters[data.order]
    n_clusters = int(codes.max()) + 1
    sums = np.stack([np.bincount(codes, column, n_clusters) for column in residuals.T], axis=1)
    influence = sums @ covariance
    return np.asarray(influence.T @ influence, dtype=np.float64)


def find_score_residuals(data: CoxData, coefficients: Floats) -> Floats:
    """Return each patient's share of the score, unweighted, shape (n, p), in data order.

    Observed less expected: x minus the mean at risk at the patient's own event, minus the same
    difference weighted with the hazard at every event time when the patient was at risk.
    """
    sums = sum_risk_sets(data, coefficients)
    # columns: hazard, then hazard times the mean of x at risk
    seen = spread_over_rows(data, sums, np.column_stack([np.ones(len(sums.hazard)), sums.means]))
    residuals = seen[:, 1:] - data.x * seen[:, :1]
    residuals[data.event] += data.x[data.event] - average_tied(data, sums)
    return np.asarray(residuals, dtype=np.float64)


def average_tied(data: CoxData, sums: RiskSums) -> Floats:
    """Return the mean of x at risk at each event, over the steps of its time; shape (d, p)."""
    starts, position = np.unique(data.first_step[data.event], return_inverse=True)
    if len(starts) == len(position):
        return sums.means
    n_tied = np.diff(np.append(starts, len(position)))
    averages = np.add.reduceat(sums.means, starts, axis=0) / n_tied[:, None]
    return np.asarray(averages[position], dtype=np.float64)
