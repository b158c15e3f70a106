"""The difference of risks at a horizon, right if either of two models is: augmented weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, freeze
from chorall.stats.checks import (
    check_labels,
    check_lengths,
    check_level,
    check_time_and_cause,
    raise_problems,
    read_event,
)
from chorall.stats.cox_data import check_covariates
from chorall.stats.limits import find_normal_quantile
from chorall.stats.logistic import fit_logistic
from chorall.stats.predicted_risk import check_horizons
from chorall.stats.pseudo_values import pseudo_values


@dataclass(frozen=True, slots=True, eq=False)
class DoublyRobustRisk:
    """Risks if all n patients were treated, and if none were; arrays of two begin with treated.

    Attributes
    ----------
    risk, standard_error : ndarray of shape (2,)
        Probability of the event by the horizon; NaN where a side is not followed so far or
        treatment is separated.
    risk_difference, difference_error, lower, upper, p_value : float
        Treated less untreated; errors of influence functions, normal limits.
    propensity : ndarray of shape (n,)
        Probability of treatment given covariates and stratum.
    effective : ndarray of shape (2,)
        Effective numbers of treated and untreated when weighted to all patients,
        (sum w)^2 / sum w^2; 0 where separated.
    influence : ndarray of shape (n,)
        What each patient adds to the difference, adding up to 0.
    separated : bool
        True where covariates tell treated from untreated without an error.
    conf_level : float
        Coverage of the limits.
    """

    risk: Floats
    standard_error: Floats
    risk_difference: float
    difference_error: float
    lower: float
    upper: float
    p_value: float
    propensity: Floats
    effective: Floats
    influence: Floats
    separated: bool
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def doubly_robust_risk(
    x: ArrayLike,
    treated: ArrayLike,
    time: ArrayLike,
    cause: ArrayLike,
    *,
    horizon: float,
    strata: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> DoublyRobustRisk:
    """Estimate the difference of risks at a horizon by augmented inverse probability weights.

    Parameters
    ----------
    x : array_like of shape (n, p)
        Covariates, without a column of ones; none missing.
    treated : array_like of bool, shape (n,)
        True where treated from time zero on.
    time : array_like of shape (n,)
        Follow-up from time zero; an event comes before a censoring at the same time.
    cause : array_like of int, shape (n,)
        0 censored, 1 the event, 2 and above competing.
    horizon : float
        Where risks are read, above 0, in the unit of `time`.
    strata : array_like of shape (n,), optional
        Labels such as trials: each gets an intercept in both models and holds both sides.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    DoublyRobustRisk
        Consistent if the model of treatment (logistic) or that of risk (linear, for either side)
        is right, and censoring depends on nothing but the side.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length, a covariate is constant
        or determined by the others, or a stratum lacks a side.

    See Also
    --------
    compare_cloned_strategies : Treatment that begins during follow-up.
    pseudo_values : What stands in for the outcomes of the censored.

    Notes
    -----
    R: ``prodlim::jackknife`` in either side, ``glm(treated ~ x, binomial)``, ``lm(value ~ x)`` in
    either side, and the formula (tests/oracle/doubly_robust.R). The influence takes pseudo-values
    and both models as given, which is exact to first order where both models are right.

    References
    ----------
    Robins JM, Rotnitzky A, Zhao LP (1994). doi:10.1080/01621459.1994.10476818
    Andersen PK, Syriopoulou E, Parner ET (2017). doi:10.1002/sim.7297

    Examples
    --------
    >>> from chorall.stats import doubly_robust_risk
    >>> found = doubly_robust_risk(
    ...     [[0], [0], [0], [0], [1], [1], [1], [1]], [True, True, False, False] * 2,
    ...     [1, 5, 1, 5, 5, 5, 1, 5], [1, 0, 1, 0, 0, 0, 1, 0], horizon=3)
    >>> found.risk.round(3), round(found.risk_difference, 3)
    (array([0.25, 0.5 ]), -0.25)
    """
    level = check_level(conf_level)
    follow_up = check_time_and_cause(time, cause)
    n = len(follow_up.time)
    sides, values, at = _read_sides(treated, n), check_covariates(x, n), check_horizons(horizon)
    codes = np.zeros(n, dtype=np.int64) if strata is None else check_labels(strata, n, "strata")[1]
    _check_both(sides, codes)
    fit = fit_logistic(values, sides, strata=codes)
    if fit.separated or not fit.converged:
        return _say_nothing(n, fit.separated, level)
    propensity = np.asarray(expit(fit.intercept[codes] + values @ fit.log_odds_ratio))
    design = np.column_stack([codes[:, None] == np.unique(codes), values]).astype(np.float64)
    parts = [
        _augment(design, follow_up.time, follow_up.cause, side, chance, at)
        for side, chance in ((sides, propensity), (~sides, 1 - propensity))
    ]
    risk = np.array([part.mean() for part in parts])
    influence = parts[0] - parts[1] - (risk[0] - risk[1])
    error = float(influence.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    difference, reach = float(risk[0] - risk[1]), find_normal_quantile(level) * error
    z = difference / error if error > 0 else np.nan
    return DoublyRobustRisk(
        risk, np.array([part.std(ddof=1) / np.sqrt(n) for part in parts]), difference, error,
        difference - reach, difference + reach, float(2 * ndtr(-abs(z))), propensity,
        np.array([_effective(1 / propensity[sides]), _effective(1 / (1 - propensity[~sides]))]),
        influence, False, level,
    )  # fmt: skip


def _read_sides(treated: ArrayLike, n: int) -> Booleans:
    problems: list[str] = []
    sides = read_event(treated, problems)
    raise_problems([problem.replace("`event`", "`treated`") for problem in problems])
    check_lengths(time=np.empty(n), treated=sides)
    return sides.astype(bool)


def _check_both(sides: Booleans, codes: Integers) -> None:
    n_treated = np.bincount(codes, sides)
    if (n_treated == 0).any() or (n_treated == np.bincount(codes)).any():
        raise InputError(
            "a stratum has only treated or only untreated patients: nobody there can be compared.\n"
            "  Leave such strata out."
        )


def _augment(
    design: Floats, time: Floats, cause: Integers, side: Booleans, chance: Floats, horizon: Floats
) -> Floats:
    """Return each patient's risk by the model of one side, mended by what was seen there."""
    value = pseudo_values(time[side], cause[side], horizon, cause_of_interest=1)[:, 0]
    if np.isnan(value).any():
        return np.full(len(time), np.nan)
    slopes = np.linalg.lstsq(design[side], value, rcond=None)[0]
    expected = design @ slopes
    mended = expected.copy()
    mended[side] += (value - expected[side]) / chance[side]
    return np.asarray(mended)


def _effective(weights: Floats) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum())


def _say_nothing(n: int, separated: bool, level: float) -> DoublyRobustRisk:
    pair, each, nan = np.full(2, np.nan), np.full(n, np.nan), float("nan")
    return DoublyRobustRisk(
        pair, pair, nan, nan, nan, nan, nan, each, np.zeros(2), each, separated, level
    )
