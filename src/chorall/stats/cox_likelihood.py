"""The Cox partial likelihood with its derivatives, from the two compiled passes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats._cox import spread_steps, sweep_risk_sets
from chorall.stats.arrays import Floats
from chorall.stats.cox_data import CoxData

# rows per block of a weighted cross product: a block and its copy stay in the cache
BLOCK_SIZE = 4096


class RiskSums(NamedTuple):
    """What the forward pass found at scaled coefficients, over the d steps (events).

    Attributes
    ----------
    log_likelihood : float
        Log partial likelihood.
    predictor : ndarray of shape (n,)
        Linear predictor of each row.
    hazard, shift : ndarray of shape (d,)
        The baseline hazard of each step is hazard * exp(-shift).
    means : ndarray of shape (d, p)
        Mean of x at risk.
    """

    log_likelihood: float
    predictor: Floats
    hazard: Floats
    shift: Floats
    means: Floats


class Likelihood(NamedTuple):
    """Log partial likelihood, gradient of shape (p,) and information of shape (p, p)."""

    log_likelihood: float
    gradient: Floats
    information: Floats


def sum_risk_sets(data: CoxData, coefficients: Floats, x: Floats | None = None) -> RiskSums:
    """Run the forward pass; `x` takes the place of the covariates whose means are found."""
    predictor = data.find_linear_predictor(coefficients)
    found = sweep_risk_sets(
        data.x if x is None else x, predictor, data.time, data.event.view(np.uint8),
        data.weights, data.stratum_bounds, data.entry_time, data.entry_order,
        data.fraction, data.step_weight,
    )  # fmt: skip
    return RiskSums(found[0], predictor, *found[1:])


def spread_over_rows(data: CoxData, sums: RiskSums, values: Floats | None = None) -> Floats:
    """Sum hazard times value over the steps of each row, times its risk without weight.

    `values` has shape (d, q), the result (n, q). Without values: the events expected of each row.
    """
    chosen = np.ones((len(sums.hazard), 1)) if values is None else values
    return spread_steps(
        np.ascontiguousarray(chosen), sums.hazard, sums.shift, data.fraction, sums.predictor,
        data.event.view(np.uint8), data.stratum_bounds, data.first_step, data.end_step,
    )  # fmt: skip


def sum_squares(rows: Floats, weights: Floats) -> Floats:
    """Return rows' diag(weights) rows; weights below 0 can only be rounding and count as 0."""
    total = np.zeros((rows.shape[1], rows.shape[1]))
    roots = np.sqrt(np.maximum(weights, 0.0))
    for start in range(0, len(rows), BLOCK_SIZE):
        block = slice(start, start + BLOCK_SIZE)
        scaled = rows[block] * roots[block, None]
        # a matrix times its own transpose costs NumPy one symmetric update, half a product
        total += scaled.T @ scaled
    return total


def evaluate_likelihood(data: CoxData, coefficients: Floats) -> Likelihood:
    """Return log-likelihood, gradient and information at scaled coefficients."""
    sums = sum_risk_sets(data, coefficients)
    expected = data.weights * spread_over_rows(data, sums)[:, 0]
    gradient = data.x.T @ (data.weights * data.event - expected)
    information = sum_squares(data.x, expected) - sum_squares(sums.means, data.step_weight)
    return Likelihood(sums.log_likelihood, gradient, information)
