"""The Cox partial likelihood with its derivatives, from the two compiled passes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats._cox_rows import sum_rows
from chorall.stats._cox_spread import spread_steps
from chorall.stats._cox_sweep import sweep_risk_sets
from chorall.stats.arrays import Floats
from chorall.stats.cox_data import CoxData
from chorall.stats.cox_one_pass import evaluate_in_one_pass


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
        Mean of x at risk; or the weighted sum of their squares, of shape (p, p).
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


def sum_risk_sets(
    data: CoxData, coefficients: Floats, x: Floats | None = None, *, squares_only: bool = False
) -> RiskSums:
    """Run the forward pass; `x` takes the place of the covariates whose means are found."""
    predictor = data.find_linear_predictor(coefficients)
    found = sweep_risk_sets(
        data.x if x is None else x, predictor, data.time, data.event.view(np.uint8),
        data.weights, data.stratum_bounds, data.entry_time, data.entry_order,
        data.fraction, data.step_weight, squares_only,
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
    return sum_rows(np.ascontiguousarray(rows), np.zeros(len(rows)), weights)[1]


def evaluate_likelihood(data: CoxData, coefficients: Floats) -> Likelihood:
    """Return log-likelihood, gradient and information at scaled coefficients."""
    found = evaluate_in_one_pass(data, coefficients)
    if found is not None:
        return Likelihood(*found)
    sums = sum_risk_sets(data, coefficients, squares_only=True)
    expected = spread_over_rows(data, sums)[:, 0]
    expected *= data.weights
    # of rows that stand for several, `event` counts the events
    observed = data.weights * (data.event > 0)
    gradient, squares = sum_rows(data.x, observed - expected, expected)
    return Likelihood(sums.log_likelihood, gradient, squares - sums.means)
