"""Cumulative incidence predicted by a Fine-Gray fit, with limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, Integers, freeze
from chorall.stats.checks import check_labels, check_level
from chorall.stats.cox_data import check_covariates
from chorall.stats.cox_likelihood import sum_squares
from chorall.stats.cox_prediction import find_risk, multiply_error
from chorall.stats.fine_gray_robust import FineGrayBasis, find_hazard_residuals, sum_clusters
from chorall.stats.nelson_aalen import find_log_limits
from chorall.stats.step_function import read_times

# asked times whose influences, one column of n each, are held in memory at once
TIMES_AT_ONCE = 8


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayPrediction:
    """Predicted cumulative incidence of k patients at m times.

    Attributes
    ----------
    time : ndarray of shape (m,)
        The asked times.
    cumulative_incidence, standard_error, lower, upper : ndarray of shape (k, m)
        Incidence of the cause of interest, its standard error and confidence limits,
        symmetrical on the scale log(-log(1 - incidence)); NaN where not known, limits also
        where the incidence is 0.
    conf_level : float
        Coverage of the limits.
    """

    time: Floats
    cumulative_incidence: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def predict_incidence(
    basis: FineGrayBasis,
    x: ArrayLike,
    times: ArrayLike,
    strata: ArrayLike | None,
    conf_level: float,
) -> FineGrayPrediction:
    """Predict for covariates `x` in units of the fit; see `FineGrayFit.predict`."""
    level = check_level(conf_level)
    asked = read_times(times)
    values = np.asarray(x)
    covariates = check_covariates(x, len(values) if values.ndim else 0)
    if covariates.shape[1] != len(basis.scale):
        raise InputError(
            f"`x` has {covariates.shape[1]} columns, but the fit has {len(basis.scale)}."
        )
    standardised = (covariates - basis.centre) / basis.scale
    codes = find_strata(basis, strata, len(standardised))
    hazard = np.full((len(standardised), len(asked)), np.nan)
    error = np.full_like(hazard, np.nan)
    for stratum in np.unique(codes):
        chosen = codes == stratum
        hazard[chosen], error[chosen] = predict_hazard(
            basis, standardised[chosen], asked, int(stratum)
        )
    lower, upper = find_log_limits(hazard, error, level)
    standard_error = multiply_error(np.exp(-hazard), error)
    return FineGrayPrediction(
        asked, -np.expm1(-hazard), standard_error, -np.expm1(-lower), -np.expm1(-upper), level
    )


def find_strata(basis: FineGrayBasis, strata: ArrayLike | None, k: int) -> Integers:
    """Return the number of the stratum of each row to predict for."""
    if basis.strata is None:
        if strata is not None:
            raise InputError("`strata` was given, but the fit has none. Leave it out.")
        return np.zeros(k, dtype=np.int64)
    known = [str(label) for label in basis.strata]
    if strata is None:
        raise InputError(f"`strata` is needed, one for each row of `x`, of: {', '.join(known)}.")
    labels, codes = check_labels(strata, k, "strata")
    unknown = [str(label) for label in labels if str(label) not in known]
    if unknown:
        raise InputError(
            f"`strata` holds {', '.join(unknown)}, not in the fit; expected: {', '.join(known)}."
        )
    return np.array([known.index(str(label)) for label in labels], dtype=np.int64)[codes]


def predict_hazard(
    basis: FineGrayBasis, x: Floats, times: Floats, stratum: int
) -> tuple[Floats, Floats]:
    """Return cumulative subdistribution hazards and standard errors of shape (k, m)."""
    rows, sums = basis.rows, basis.sums
    start, stop = rows.step_bounds[stratum], rows.step_bounds[stratum + 1]
    last_time = rows.time[rows.stratum_bounds[stratum + 1] - 1]
    reached = np.searchsorted(rows.time[rows.step_row[start:stop]], times, side="right")
    steps = sums.hazard[start:stop]
    baseline = np.concatenate([[0.0], np.cumsum(steps)])[reached]
    # the hazard-weighted mean of x: the derivative of the baseline by the coefficients, negative
    weighted = np.cumsum(steps[:, None] * sums.mean[start:stop], axis=0)
    weighted = np.concatenate([np.zeros((1, x.shape[1])), weighted])[reached]
    risk = find_risk(x @ basis.coefficients - sums.shift[stratum], baseline)
    direction = x[:, None, :] * baseline[:, None] - weighted
    variance = find_variance(basis, direction, start + reached, int(start))
    unknown = np.isnan(times) | (times > last_time)
    with np.errstate(over="ignore"):
        hazard = np.where(unknown, np.nan, risk * baseline)
        error = risk * np.sqrt(np.maximum(variance, 0.0))
    return hazard, np.where(unknown, np.nan, error)


def find_variance(basis: FineGrayBasis, direction: Floats, reached: Integers, start: int) -> Floats:
    """Return variances of the hazard over risk, shape (k, m), by the influences of all rows.

    `direction` of shape (k, m, p) is the derivative by the coefficients; the steps that count
    for each time are those from `start` to `reached`.
    """
    variance = np.empty(direction.shape[:2])
    covariance = sum_squares(basis.influence, np.ones(len(basis.influence)))
    number = np.arange(len(basis.sums.hazard))[:, None]
    for first in range(0, len(reached), TIMES_AT_ONCE):
        block = slice(first, first + TIMES_AT_ONCE)
        wanted = ((number >= start) & (number < reached[block])).astype(np.float64)
        own = sum_clusters(find_hazard_residuals(basis.rows, basis.sums, wanted), basis.clusters)
        shared = own.T @ basis.influence
        part = direction[:, block]
        variance[:, block] = (
            np.sum(own**2, axis=0)
            + 2 * np.einsum("kmp,mp->km", part, shared)
            + np.einsum("kmp,pq,kmq->km", part, covariance, part)
        )
    return variance
