"""What a Cox fit gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import chdtrc, ndtr

from chorall.stats.arrays import Floats, freeze
from chorall.stats.cox_data import CoxData
from chorall.stats.limits import find_normal_quantile


@dataclass(frozen=True, slots=True)
class ChiSquareTest:
    """A chi-square test of all coefficients at once.

    Attributes
    ----------
    chi_square : float
        Test statistic; NaN when the test is not valid.
    degrees_of_freedom : int
        Number of coefficients.
    p_value : float
        Upper tail of the chi-square distribution; NaN without coefficients.
    """

    chi_square: float
    degrees_of_freedom: int
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit:
    """A fitted Cox model with p coefficients.

    Attributes
    ----------
    log_hazard_ratio : ndarray of shape (p,)
        Coefficients, per unit of each column of `x`.
    standard_error : ndarray of shape (p,)
        Of `log_hazard_ratio`; robust with clusters.
    covariance : ndarray of shape (p, p)
        Of `log_hazard_ratio`, symmetric: inverse information (with the ridge, if any), or
        the sandwich with clusters.
    hazard_ratio, lower, upper : ndarray of shape (p,)
        Hazard ratios with their confidence limits.
    z, p_value : ndarray of shape (p,)
        Wald statistic of each coefficient and its two-sided p-value.
    log_likelihood, log_likelihood_null : float
        Log partial likelihood at the coefficients and at 0, without the penalties.
    likelihood_ratio_test, score_test, wald_test : ChiSquareTest
        Tests of all coefficients together. With clusters only the Wald test allows for
        them; with a ridge none is valid and all are NaN. With Firth's penalty the first
        compares penalised likelihoods, and the score test is NaN.
    n, n_events : int
        Patients and events, unweighted.
    n_strata : int
        Number of strata, 1 without strata.
    n_clusters : int or None
        Number of clusters; None when the covariance is not robust.
    n_iterations : int
        Newton steps taken.
    converged : bool
        True when the next Newton step is shorter than the tolerance (or, below 1e-6 standard
        errors, made of rounding only). When False do not use the numbers; `warnings` says why.
    conf_level : float
        Coverage of the limits.
    ties : str
        How ties were handled.
    ridge : ndarray of shape (p,)
        Penalty weight of each coefficient, 0 for none.
    firth : bool
        True when Firth's penalty was used.
    warnings : tuple of str
        What the reader must know; empty when all is well.
    data : CoxData
        The sorted arguments, which residuals and predictions are computed from.
    """

    log_hazard_ratio: Floats
    standard_error: Floats
    covariance: Floats
    hazard_ratio: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p_value: Floats
    log_likelihood: float
    log_likelihood_null: float
    likelihood_ratio_test: ChiSquareTest
    score_test: ChiSquareTest
    wald_test: ChiSquareTest
    n: int
    n_events: int
    n_strata: int
    n_clusters: int | None
    n_iterations: int
    converged: bool
    conf_level: float
    ties: str
    ridge: Floats
    firth: bool
    warnings: tuple[str, ...]
    data: CoxData = field(repr=False)

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class WaldColumns:
    """The columns of a coefficient table, each of shape (p,)."""

    standard_error: Floats
    hazard_ratio: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p_value: Floats


def tabulate_wald(log_hazard_ratio: Floats, covariance: Floats, conf_level: float) -> WaldColumns:
    """Return standard errors, hazard ratios with limits, and Wald tests."""
    standard_error = np.sqrt(np.diag(covariance))
    width = find_normal_quantile(conf_level) * standard_error
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        z = log_hazard_ratio / standard_error
        return WaldColumns(
            standard_error=standard_error,
            hazard_ratio=np.exp(log_hazard_ratio),
            lower=np.exp(log_hazard_ratio - width),
            upper=np.exp(log_hazard_ratio + width),
            z=z,
            p_value=2 * ndtr(-np.abs(z)),
        )


def find_chi_square_test(chi_square: float, degrees_of_freedom: int) -> ChiSquareTest:
    """Return the test of a chi-square statistic."""
    if not degrees_of_freedom:
        return ChiSquareTest(0.0, 0, float("nan"))
    p_value = float(chdtrc(degrees_of_freedom, max(chi_square, 0.0)))
    return ChiSquareTest(float(chi_square), degrees_of_freedom, p_value)


def solve_quadratic_form(vector: Floats, matrix: Floats) -> float:
    """Return vector' matrix^-1 vector."""
    return float(vector @ np.linalg.solve(matrix, vector)) if vector.size else 0.0


def invert_information(information: Floats) -> Floats:
    """Return the symmetric inverse; NaN where a failed fit left no positive information."""
    try:
        half = np.linalg.inv(np.linalg.cholesky(information))
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)
    return np.asarray(half.T @ half, dtype=np.float64)
