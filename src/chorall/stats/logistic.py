"""Logistic regression with an intercept for each stratum, with Firth's penalty on request."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, Labels, freeze
from chorall.stats.checks import (
    check_labels,
    check_lengths,
    check_level,
    raise_problems,
    read_event,
)
from chorall.stats.cox_data import check_covariates
from chorall.stats.limits import find_normal_quantile
from chorall.stats.logistic_newton import LogisticData, climb, is_separated

# a column of which less than this part of its variance is left beside the others is determined
RANK_TOLERANCE = 1e-10
SEPARATED = (
    "the columns of x, or a stratum without both outcomes, tell events from the others without an "
    "error: some coefficients have no finite estimate and all are NaN; use firth=True"
)
NOT_CONVERGED = "the likelihood did not reach its maximum: do not use the numbers"


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """A logistic regression with p coefficients and s intercepts.

    Attributes
    ----------
    log_odds_ratio : ndarray of shape (p,)
        Coefficients, per unit of each column of `x`; NaN where outcomes are separated.
    standard_error : ndarray of shape (p,)
        Of `log_odds_ratio`.
    odds_ratio, lower, upper : ndarray of shape (p,)
        Odds ratios with Wald limits.
    z, p_value : ndarray of shape (p,)
        Wald statistic of each coefficient and its two-sided p-value.
    intercept : ndarray of shape (s,)
        Log odds at x = 0 in each stratum.
    strata : ndarray of shape (s,)
        Labels of the strata, sorted; [0] without strata.
    covariance : ndarray of shape (s + p, s + p)
        Inverse information of the intercepts and the coefficients, in this order.
    log_likelihood : float
        At the estimates, without the penalty.
    penalised_log_likelihood : float
        With Firth's penalty; equal to `log_likelihood` without it.
    firth : bool
        Whether Firth's penalty was used.
    separated : bool
        True where no finite maximum exists; never with Firth's penalty.
    converged : bool
        Whether the maximum was reached.
    n, n_events : int
        Patients and events.
    n_iterations : int
        Steps taken.
    conf_level : float
        Coverage of the limits.
    warnings : tuple of str
        What the reader must know; empty when all is well.
    """

    log_odds_ratio: Floats
    standard_error: Floats
    odds_ratio: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p_value: Floats
    intercept: Floats
    strata: Labels
    covariance: Floats
    log_likelihood: float
    penalised_log_likelihood: float
    firth: bool
    separated: bool
    converged: bool
    n: int
    n_events: int
    n_iterations: int
    conf_level: float
    warnings: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self)


def fit_logistic(
    x: ArrayLike,
    event: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    firth: bool = False,
    conf_level: float = 0.95,
) -> LogisticFit:
    """Fit a logistic regression.

    Parameters
    ----------
    x : array_like of shape (n, p)
        Covariates, without a column of ones; none missing.
    event : array_like of bool, shape (n,)
        True where the patient has the finding.
    strata : array_like of shape (n,), optional
        A label for each patient; every stratum gets an intercept of its own.
    firth : bool, optional
        True maximises the likelihood times the square root of the determinant of its information
        (Jeffreys' prior): finite whatever the data, and less biased with few events.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    LogisticFit
        Coefficients are NaN with a warning where outcomes are separated.

    Raises
    ------
    InputError
        When an argument is missing values, differs in length, or a column of `x` is determined by
        the others and the strata.

    See Also
    --------
    score_logistic : A test that needs no estimate.
    mantel_haenszel : One binary covariate, exact.

    Notes
    -----
    R: ``glm(event ~ 0 + factor(strata) + x, binomial)``; with `firth`
    ``brglm2::brglm_fit`` with ``type = "AS_mean"`` (as ``logistf``). Limits are Wald's in both.
    Separation is found by linear programming where the climb does not end.

    References
    ----------
    Firth D (1993). doi:10.1093/biomet/80.1.27
    Heinze G, Schemper M (2002). doi:10.1002/sim.1047

    Examples
    --------
    >>> from chorall.stats import fit_logistic
    >>> fit = fit_logistic([[0], [0], [0], [1], [1], [1]], [False, False, True, False, True, True])
    >>> fit.odds_ratio.round(3)
    array([4.])
    """
    level = check_level(conf_level)
    data, labels = check_arguments(x, event, strata)
    fit = climb(data, firth=firth)
    separated = not firth and not fit.converged and is_separated(data)
    warnings: tuple[str, ...] = ()
    if separated:
        warnings = (SEPARATED,)
    elif not fit.converged:
        warnings = (NOT_CONVERGED,)
    known = fit.converged
    s = len(labels)
    coefficients = np.where(known, fit.coefficients, np.nan)
    covariance = np.where(known, fit.covariance, np.nan)
    slopes, error = coefficients[s:], np.sqrt(np.diag(covariance))[s:]
    reach, z = find_normal_quantile(level) * error, slopes / error
    with np.errstate(over="ignore"):
        ratios = [np.exp(place) for place in (slopes, slopes - reach, slopes + reach)]
    return LogisticFit(
        slopes, error, ratios[0], ratios[1], ratios[2], z, 2 * ndtr(-np.abs(z)), coefficients[:s],
        labels, covariance, fit.log_likelihood, fit.penalised, firth, separated, known,
        len(data.event), int(data.event.sum()), fit.n_iterations, level, warnings,
    )  # fmt: skip


def check_arguments(
    x: ArrayLike, event: ArrayLike, strata: ArrayLike | None
) -> tuple[LogisticData, Labels]:
    """Return the data with a column per stratum before those of x, or raise."""
    problems: list[str] = []
    events = read_event(event, problems)
    raise_problems(problems)
    check_lengths(event=events)
    values = check_covariates(x, len(events))
    if not values.shape[1]:
        raise InputError("`x` has no columns: there is no effect to estimate.")
    labels, codes = np.zeros(1, dtype=np.int64), np.zeros(len(events), dtype=np.int64)
    if strata is not None:
        labels, codes = check_labels(strata, len(events), "strata")
    check_rank(values, codes)
    columns = np.column_stack([codes[:, None] == np.arange(len(labels)), values])
    return LogisticData(columns.astype(np.float64), events.astype(bool)), labels


def check_rank(x: Floats, codes: Integers) -> None:
    """Raise where a column says nothing beside the strata and the columns before it."""
    centred = x - average_within(x, codes)
    squares = (centred**2).sum(axis=0)
    free = squares > RANK_TOLERANCE * np.maximum((x**2).sum(axis=0), 1e-300)
    scaled = centred / np.sqrt(np.where(free, squares, 1.0))
    if free.all():
        free = find_free_columns(scaled)
    if not free.all():
        listed = ", ".join(str(place) for place in np.flatnonzero(~free))
        raise InputError(
            f"`x`: columns {listed} (counted from 0) are constant within the strata or determined "
            "by other columns. Leave them out."
        )


def find_free_columns(scaled: Floats) -> Booleans:
    """Tell which columns of unit length are not determined by those before them."""
    triangle = np.linalg.qr(scaled, mode="r")
    diagonal = np.zeros(scaled.shape[1])
    diagonal[: len(triangle)] = np.diag(triangle) ** 2
    return np.asarray(diagonal > RANK_TOLERANCE, dtype=np.bool_)


def average_within(x: Floats, codes: Integers) -> Floats:
    """Return the mean of each column in the stratum of each patient."""
    sizes = np.bincount(codes)
    sums = np.column_stack([np.bincount(codes, column) for column in x.T])
    return np.asarray((sums / np.maximum(sizes, 1)[:, None])[codes], dtype=np.float64)
