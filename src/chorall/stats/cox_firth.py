"""Firth's penalty of a Cox likelihood: half the log determinant of its information."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Floats
from chorall.stats.cox_data import CoxData
from chorall.stats.cox_likelihood import (
    RiskSums,
    evaluate_likelihood,
    spread_over_rows,
    sum_risk_sets,
)

# step of a difference of gradients, in standard deviations of x
DIFFERENCE = 1e-5


class FirthPenalty(NamedTuple):
    """What Firth's method adds to the log-likelihood and, of shape (p,), to the gradient."""

    log_likelihood: float
    gradient: Floats


def find_firth_penalty(data: CoxData, coefficients: Floats, information: Floats) -> FirthPenalty:
    """Return log det(information) / 2 and its gradient; minus infinity where it is singular."""
    try:
        root = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return FirthPenalty(-np.inf, np.zeros_like(coefficients))
    # d log det(I) = trace(I^-1 dI), and I is a sum of covariances over risk sets: with A = I^-1,
    # q = x'Ax and m the mean at risk, the trace is the sum over steps of the covariance of
    # z = q - 2 x'Am with x. Summed by rows it needs sums over steps only.
    inverse = np.linalg.inv(root).T @ np.linalg.inv(root)
    squares = np.einsum("ij,ij->i", data.x @ inverse, data.x)
    sums = sum_risk_sets(data, coefficients, np.column_stack([data.x, squares]))
    weight_by_row = data.weights * sum_deviations(data, sums, inverse, squares)
    return FirthPenalty(float(np.log(np.diag(root)).sum()), 0.5 * data.x.T @ weight_by_row)


def curve_firth_penalty(
    data: CoxData, coefficients: Floats, gradient: Floats, information: Floats
) -> Floats:
    """Return the negative Hessian of log-likelihood plus penalty, where it is positive definite.

    The penalty's part is a difference of its gradients, good to about five digits: it only steers
    the steps. With few events it is as large as the information, and without it steps of Newton's
    method would swing around the maximum for ever.
    """
    change = np.empty_like(information)
    for column, step in enumerate(DIFFERENCE * np.eye(len(coefficients))):
        moved = coefficients + step
        there = evaluate_likelihood(data, moved).information
        change[column] = find_firth_penalty(data, moved, there).gradient - gradient
    curvature = information - (change + change.T) / (2 * DIFFERENCE)
    try:
        np.linalg.cholesky(curvature)
    except np.linalg.LinAlgError:
        return information
    return np.asarray(curvature, dtype=np.float64)


def sum_deviations(data: CoxData, sums: RiskSums, inverse: Floats, squares: Floats) -> Floats:
    """Return for each row the sum over its steps of hazard times (z - mean of z at risk)."""
    means, mean_squares = sums.means[:, :-1], sums.means[:, -1]
    turned = means @ inverse
    mean_z = mean_squares - 2 * np.einsum("ij,ij->i", turned, means)
    ones = np.ones_like(mean_z)
    seen = spread_over_rows(data, sums, np.column_stack([ones, mean_z, turned]))
    crossed = np.einsum("ij,ij->i", data.x, seen[:, 2:])
    return np.asarray(squares * seen[:, 0] - 2 * crossed - seen[:, 1])
