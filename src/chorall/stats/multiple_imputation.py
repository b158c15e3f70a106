"""One answer from fits to several imputed data sets: Rubin's rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.checks import check_level
from chorall.stats.number_arrays import LARGEST_NUMBER, is_out_of_range, is_out_of_scale, read_array


@dataclass(frozen=True, slots=True, eq=False)
class CombinedImputations:
    """Estimates combined over m imputed data sets.

    Attributes
    ----------
    estimate, standard_error : ndarray
        In the shape of one fit: numbers when a fit is one number.
    lower, upper : ndarray
        Confidence limits by the t distribution.
    statistic, p_value : ndarray
        Test of each estimate against 0.
    degrees_of_freedom : ndarray
        Barnard and Rubin's when the degrees of freedom of the complete data are given,
        otherwise Rubin's; infinite when nothing depends on the imputation.
    within_variance, between_variance : ndarray
        Mean of the squared standard errors, and variance of the estimates.
    missing_fraction : ndarray
        Fraction of information that is missing, between 0 and 1.
    relative_increase : ndarray
        By what part the missing data raise the variance.
    n_imputations : int
        Number of imputed data sets m.
    conf_level : float
        Coverage of the limits.
    """

    estimate: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    statistic: Floats
    p_value: Floats
    degrees_of_freedom: Floats
    within_variance: Floats
    between_variance: Floats
    missing_fraction: Floats
    relative_increase: Floats
    n_imputations: int
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def combine_imputations(
    estimate: ArrayLike,
    standard_error: ArrayLike,
    *,
    complete_degrees_of_freedom: float | None = None,
    conf_level: float = 0.95,
) -> CombinedImputations:
    """Combine the fits to m imputed data sets by Rubin's rules.

    Parameters
    ----------
    estimate : array_like of shape (m, ...)
        One fit per row, on a scale on which estimates are nearly normal (log hazard ratio,
        log odds); at least two rows, none missing.
    standard_error : array_like of shape (m, ...)
        Their standard errors, above 0.
    complete_degrees_of_freedom : float, optional
        Degrees of freedom if nothing were missing (patients less coefficients; for a Cox
        model events less coefficients). Without it they count as infinite, and with few
        patients the limits are too narrow.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    CombinedImputations
        Arrays in the shape of one fit.

    Raises
    ------
    InputError
        When there are fewer than two imputations, shapes differ, an estimate is missing or a
        standard error is not above 0.

    See Also
    --------
    pool_effects : Pool different studies, not imputations of one.

    Notes
    -----
    R: ``mice::pool.scalar(estimate, standard_error^2, n = complete_degrees_of_freedom + 1,
    k = 1)``, which counts a missing part below 0.0001 as 0.0001.

    References
    ----------
    Rubin DB (1987). doi:10.1002/9780470316696
    Barnard J, Rubin DB (1999). doi:10.1093/biomet/86.4.948

    Examples
    --------
    >>> from chorall.stats import combine_imputations
    >>> combined = combine_imputations([0.9, 1.1, 1.0], [0.3, 0.3, 0.3])
    >>> float(combined.estimate.round(2)), float(combined.standard_error.round(4))
    (1.0, 0.3215)
    """
    level = check_level(conf_level)
    values, errors = check_imputations(estimate, standard_error)
    complete = check_complete(complete_degrees_of_freedom)
    m = len(values)
    mean, within = values.mean(axis=0), np.mean(errors**2, axis=0)
    between = values.var(axis=0, ddof=1)
    increase = (1 + 1 / m) * between / within
    degrees = find_degrees_of_freedom(increase, m, complete)
    error = np.sqrt(within * (1 + increase))
    statistic = mean / error
    width = find_t_quantile(degrees, level) * error
    return CombinedImputations(
        estimate=mean,
        standard_error=error,
        lower=mean - width,
        upper=mean + width,
        statistic=statistic,
        p_value=find_t_tails(statistic, degrees),
        degrees_of_freedom=degrees,
        within_variance=within,
        between_variance=between,
        missing_fraction=(increase + 2 / (degrees + 3)) / (increase + 1),
        relative_increase=increase,
        n_imputations=m,
        conf_level=level,
    )


def check_imputations(estimate: ArrayLike, standard_error: ArrayLike) -> tuple[Floats, Floats]:
    """Return estimates and standard errors as float64 arrays of one shape, or raise."""
    values = np.atleast_1d(read_array(estimate, "estimate"))
    errors = np.atleast_1d(read_array(standard_error, "standard_error"))
    if values.shape != errors.shape or len(values) < 2:
        raise InputError(
            f"`estimate` has shape {values.shape} and `standard_error` {errors.shape}; expected "
            "one shape with one row per imputed data set, at least two."
        )
    bad = ~(np.isfinite(values) & np.isfinite(errors) & (errors > 0))
    if bad.any():
        rows = np.unique(np.nonzero(bad)[0]).tolist()
        raise InputError(
            f"imputations {rows} (counted from 0) hold a missing or infinite estimate or a "
            "standard error that is not above 0. Fit them again or leave them out."
        )
    out = is_out_of_range(values) | is_out_of_scale(errors)
    if out.any():
        rows = np.unique(np.nonzero(out)[0]).tolist()
        raise InputError(
            f"imputations {rows} (counted from 0) hold an estimate or a standard error beyond "
            f"{LARGEST_NUMBER:g} or below its inverse. Give another unit."
        )
    return values, errors


def check_complete(degrees_of_freedom: float | None) -> float:
    """Return the complete-data degrees of freedom, infinite when not given."""
    if degrees_of_freedom is None:
        return float("inf")
    if not degrees_of_freedom > 0:
        raise InputError(
            f"`complete_degrees_of_freedom` is {degrees_of_freedom!r}; expected a number above 0."
        )
    return float(degrees_of_freedom)


def find_degrees_of_freedom(increase: Floats, m: int, complete: float) -> Floats:
    """Return Barnard and Rubin's degrees of freedom; Rubin's when `complete` is infinite."""
    missing_part = increase / (1 + increase)
    with np.errstate(divide="ignore"):
        of_imputation = (m - 1) / missing_part**2
    if np.isinf(complete):
        return np.asarray(of_imputation, dtype=np.float64)
    observed = (complete + 1) / (complete + 3) * complete * (1 - missing_part)
    return np.asarray(1 / (1 / of_imputation + 1 / observed), dtype=np.float64)


def find_t_quantile(degrees: Floats, conf_level: float) -> Floats:
    """Return two-sided quantiles of t, of the normal where the degrees are infinite."""
    tail = (1 + conf_level) / 2
    finite = np.where(np.isinf(degrees), 1.0, degrees)
    quantile = np.where(np.isinf(degrees), ndtri(tail), stdtrit(finite, tail))
    return np.asarray(quantile, dtype=np.float64)


def find_t_tails(statistic: Floats, degrees: Floats) -> Floats:
    """Return two-sided p-values of t, of the normal where the degrees are infinite."""
    finite = np.where(np.isinf(degrees), 1.0, degrees)
    size = -np.abs(statistic)
    tails = np.where(np.isinf(degrees), ndtr(size), stdtr(finite, size))
    return np.asarray(2 * tails, dtype=np.float64)
