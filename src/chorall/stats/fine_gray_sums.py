"""The Fine-Gray likelihood, its derivatives and the sums over risk sets behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats._cox_rows import multiply_columns
from chorall.stats._fine_gray_sweep import sweep_risk_sets
from chorall.stats.arrays import Floats
from chorall.stats.cox_likelihood import sum_squares
from chorall.stats.fine_gray_data import FineGrayRows


@dataclass(frozen=True, slots=True, eq=False)
class FineGraySums:
    """The likelihood at some coefficients, and what residuals and predictions need.

    Attributes
    ----------
    log_likelihood : float
        Log partial likelihood.
    gradient : ndarray of shape (p,)
        Its gradient.
    information : ndarray of shape (p, p)
        Its negative Hessian.
    risk : ndarray of shape (n,)
        exp(linear predictor - shift of the stratum).
    shift : ndarray of shape (n_strata,)
        Largest linear predictor of each stratum.
    hazard : ndarray of shape (E,)
        Breslow step of the cumulative subdistribution hazard for risk 1.
    mean : ndarray of shape (E, p)
        Weighted mean of x over the risk set.
    """

    log_likelihood: float
    gradient: Floats
    information: Floats
    risk: Floats
    shift: Floats
    hazard: Floats
    mean: Floats


def sum_likelihood(rows: FineGrayRows, x: Floats, coefficients: Floats) -> FineGraySums:
    """Return likelihood and derivatives at coefficients of the sorted covariates `x`."""
    predictor = multiply_columns(x, coefficients, np.zeros(len(x)))
    shift = np.maximum.reduceat(predictor, rows.stratum_bounds[:-1])
    predictor -= np.repeat(shift, np.diff(rows.stratum_bounds))
    risk = np.exp(predictor)
    n_steps, p = len(rows.step_row), x.shape[1]
    hazard, mean, expected = np.empty(n_steps), np.empty((n_steps, p)), np.empty(len(x))
    log_likelihood, gradient, squares = sweep_risk_sets(
        rows, x, predictor, risk, hazard, mean, expected
    )
    information = sum_squares(x, expected) - (squares + np.tril(squares, -1).T)
    return FineGraySums(log_likelihood, gradient, information, risk, shift, hazard, mean)
