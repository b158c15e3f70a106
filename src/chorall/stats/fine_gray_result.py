"""What a Fine-Gray fit gives back."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.cox_result import ChiSquareTest
from chorall.stats.fine_gray_predict import FineGrayPrediction, predict_incidence
from chorall.stats.fine_gray_robust import FineGrayBasis


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayFit:
    """A fitted Fine-Gray model with p coefficients.

    Attributes
    ----------
    log_hazard_ratio : ndarray of shape (p,)
        Coefficients: log ratios of the subdistribution hazard, per unit of each column of `x`.
        The sign tells in which direction the cumulative incidence moves; the size is not the
        ratio of a rate among those still at risk.
    standard_error : ndarray of shape (p,)
        Of `log_hazard_ratio`; robust.
    covariance : ndarray of shape (p, p)
        Of `log_hazard_ratio`, symmetric: the sandwich of Fine and Gray, which allows for the
        estimation of the censoring weights; summed within clusters, if any.
    hazard_ratio, lower, upper : ndarray of shape (p,)
        Subdistribution hazard ratios with their confidence limits.
    z, p_value : ndarray of shape (p,)
        Wald statistic of each coefficient and its two-sided p-value.
    log_likelihood, log_likelihood_null : float
        Log pseudo partial likelihood at the coefficients and at 0.
    likelihood_ratio_test, score_test : ChiSquareTest
        Of all coefficients together; as in R they take the weights as known and independent
        rows, and are therefore approximate.
    wald_test : ChiSquareTest
        Of all coefficients together, with `covariance`; NaN where so few events make that
        singular.
    n, n_events, n_competing : int
        Patients, events of interest and competing events.
    n_strata : int
        Number of strata, 1 without strata.
    n_censoring_strata : int
        Number of groups with a censoring distribution of their own.
    n_clusters : int or None
        Number of clusters; None without.
    n_iterations : int
        Newton steps taken.
    converged : bool
        True when the next Newton step is shorter than the tolerance (or, below 1e-6 standard
        errors, made of rounding only). When False do not use the numbers; `warnings` says why.
    conf_level : float
        Coverage of the limits.
    ties : str
        How ties were handled: "breslow".
    cause_of_interest : int
        The cause whose incidence is modelled.
    basis : FineGrayBasis
        What `predict` works from.
    warnings : tuple of str
        What the reader must know; empty when all is well.
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
    n_competing: int
    n_strata: int
    n_censoring_strata: int
    n_clusters: int | None
    n_iterations: int
    converged: bool
    conf_level: float
    ties: str
    cause_of_interest: int
    basis: FineGrayBasis
    warnings: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self)

    def predict(
        self,
        x: ArrayLike,
        times: ArrayLike,
        *,
        strata: ArrayLike | None = None,
        conf_level: float | None = None,
    ) -> FineGrayPrediction:
        """Predict the cumulative incidence of the cause of interest.

        Parameters
        ----------
        x : array_like of shape (k, p)
            Covariates as given to the fit, one row per patient to predict for.
        times : array_like of shape (m,) or float
            In the unit of `time`. The curves are right-continuous.
        strata : array_like of shape (k,), optional
            Stratum of each row; needed when the fit has strata.
        conf_level : float, optional
            Coverage of the limits; otherwise that of the fit.

        Returns
        -------
        FineGrayPrediction
            0 before the first event; NaN after the last follow-up time of the stratum.
        """
        return predict_incidence(
            self.basis, x, times, strata, self.conf_level if conf_level is None else conf_level
        )
