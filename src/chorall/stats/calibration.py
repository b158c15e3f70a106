"""Calibration of predicted risks at a horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, Integers, freeze
from chorall.stats.calibration_curve import fit_curve, fit_line
from chorall.stats.calibration_groups import (
    ObservedRisk,
    find_mean,
    observe_groups,
    observe_risk,
)
from chorall.stats.calibration_target import find_target
from chorall.stats.checks import add_bad_places, check_level, raise_problems
from chorall.stats.complementary_log_log import find_complementary_log_log
from chorall.stats.limits import find_normal_quantile
from chorall.stats.observation_weights import estimate_weighting
from chorall.stats.predicted_risk import Outcome, check_judged_risk
from chorall.stats.restricted_spline import KNOT_QUANTILES

NOT_FITTED = "the {} cannot be fitted to these predictions and outcomes: it is NaN"


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How well predicted risks agree with what happened by a horizon.

    Attributes
    ----------
    horizon : float
        The time by which the event was predicted.
    n : int
        Number of patients.
    mean_predicted : float
        Mean predicted risk.
    observed, observed_lower, observed_upper : float
        Kaplan-Meier or Aalen-Johansen estimate of the risk, with limits.
    observed_expected_ratio, ratio_lower, ratio_upper : float
        Observed over mean predicted, 1 when right on average; limits on the log scale, NaN
        without an event.
    intercept, intercept_error, intercept_lower, intercept_upper : float
        Calibration in the large on the complementary log-log scale (a log ratio of hazards),
        slope held at 1; 0 when right, above 0 when risks were predicted too low.
    slope, slope_error, slope_lower, slope_upper : float
        Calibration slope on that scale: 1 when right, below 1 when predictions are too extreme.
    curve_predicted, curve_observed, curve_lower, curve_upper : ndarray of shape (101,)
        The smooth calibration curve between the 1st and 99th percentile of the predictions.
    mean_absolute_error, median_absolute_error, error_90 : float
        Of the predictions against the smooth curve (ICI, E50, E90).
    group_n : ndarray of int64, shape (g,)
        Patients in each group of similar predicted risk.
    group_predicted, group_observed, group_lower, group_upper : ndarray of shape (g,)
        Mean prediction and observed risk with limits in each group.
    conf_level : float
        Coverage of all limits.
    warnings : tuple of str
        What the reader must know; empty when all is well.
    """

    horizon: float
    n: int
    mean_predicted: float
    observed: float
    observed_lower: float
    observed_upper: float
    observed_expected_ratio: float
    ratio_lower: float
    ratio_upper: float
    intercept: float
    intercept_error: float
    intercept_lower: float
    intercept_upper: float
    slope: float
    slope_error: float
    slope_lower: float
    slope_upper: float
    curve_predicted: Floats
    curve_observed: Floats
    curve_lower: Floats
    curve_upper: Floats
    mean_absolute_error: float
    median_absolute_error: float
    error_90: float
    group_n: Integers
    group_predicted: Floats
    group_observed: Floats
    group_lower: Floats
    group_upper: Floats
    conf_level: float
    warnings: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self)


def calibration(
    risk: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    horizon: float,
    *,
    cause_of_interest: int | None = None,
    entry_time: ArrayLike | None = None,
    n_knots: int = 4,
    n_groups: int = 10,
    conf_level: float = 0.95,
) -> Calibration:
    """Judge the calibration of predicted risks at one horizon.

    Parameters
    ----------
    risk : array_like of shape (n,)
        Predicted probability of the event by the horizon, above 0 and below 1: 1 - survival, or
        the cumulative incidence of the cause.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event comes
        before a censoring at the same time.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. With `cause_of_interest`: int, the cause, 0
        when censored.
    horizon : float
        A time above 0 in the unit of `time`, up to which somebody was followed.
    cause_of_interest : int, optional
        The cause that was predicted, when others compete with it.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it. The
        answer is for the patients that all entrants stand for, as if none had come late.
    n_knots : {3, 4, 5}, optional
        Knots of the smooth curve.
    n_groups : int, optional
        Groups of similar predicted risk, cut at its quantiles; equal risks stay together.
    conf_level : float, optional
        Coverage of all limits.

    Returns
    -------
    Calibration
        On average, in the large, as a slope, as a smooth curve and by groups.

    Raises
    ------
    InputError
        When an argument is missing, of the wrong type or shape, a risk is not strictly between
        0 and 1, nobody was followed to the horizon, or delayed entry leaves the weights
        undefined.

    See Also
    --------
    brier_score : Calibration and discrimination in one number.
    decision_curve : What the predictions are worth.

    Notes
    -----
    Outcomes are replaced by pseudo-values and regressed by least squares with robust errors:
    R: ``geepack::geese(pseudo ~ offset(cll) + cll, mean.link = "cloglog")`` or
    ``glm(..., family = quasi("cloglog", "constant"))``; the curve uses ``rms::rcs(cll, n_knots)``.
    With delayed entry pseudo-values do not have the right mean given the prediction, because
    who is seen to enter depends on the risk: there the outcomes known at the horizon are
    regressed with the weights of `brier_score`, and means over patients use them too.
    Predictions count as given: their own uncertainty is not in the limits.

    References
    ----------
    van Geloven N, Giardiello D, Bonneville EF, et al. (2022). doi:10.1136/bmj-2021-069249
    Austin PC, Harrell FE, van Klaveren D (2020). doi:10.1002/sim.8570

    Examples
    --------
    >>> from chorall.stats import calibration
    >>> found = calibration([0.2, 0.4, 0.6, 0.8], [5, 2, 3, 1], [False, True, True, True], 4)
    >>> round(found.observed_expected_ratio, 2)
    1.5
    """
    level = check_level(conf_level)
    if n_knots not in KNOT_QUANTILES or not n_groups >= 1:
        raise InputError(
            f"`n_knots` is {n_knots!r} and `n_groups` {n_groups!r}; expected 3, 4 or 5 knots and "
            "at least one group."
        )
    judged = check_judged_risk(risk, time, event, [horizon], cause_of_interest, entry_time)
    predicted, limit = judged.risk[:, 0], float(judged.horizon[0])
    problems: list[str] = []
    at_ends = (predicted == 0) | (predicted == 1)
    add_bad_places(problems, "risk", at_ends, "0 or 1, which no model can mean")
    raise_problems(problems)
    observed = observe_risk(judged.outcome, limit, level)
    if entry_time is not None:
        # says so when the weights are not defined
        is_known = estimate_weighting(judged.outcome, None).weigh(limit).is_known
        observed = observed if is_known else ObservedRisk(*[float("nan")] * 4)
    if np.isnan(observed.risk):
        raise InputError(
            f"`horizon` is {limit:g}, but nobody was followed that long (the last until "
            f"{judged.outcome.time.max():g}). Give an earlier horizon."
        )
    return describe(predicted, judged.outcome, limit, observed, (n_knots, n_groups, level))


def describe(
    predicted: Floats,
    outcome: Outcome,
    horizon: float,
    observed: ObservedRisk,
    settings: tuple[int, int, float],
) -> Calibration:
    """Return all measures of calibration."""
    n_knots, n_groups, level = settings
    quantile = find_normal_quantile(level)
    target = find_target(outcome, horizon)
    weights = target.weights
    scale = find_complementary_log_log(predicted)
    intercept = fit_line(scale, target, quantile, is_slope=False)
    slope = fit_line(scale, target, quantile, is_slope=True)
    curve = fit_curve(scale, target, n_knots, quantile)
    measures = [("intercept", intercept[0]), ("slope", slope[0]), ("curve", curve.observed[0])]
    groups = observe_groups(predicted, outcome, horizon, n_groups, level, weights)
    expected = find_mean(predicted, weights)
    ratio = observed.risk / expected
    relative = quantile * observed.standard_error / observed.risk if observed.risk else np.nan
    return Calibration(
        horizon, len(predicted), expected, observed.risk, observed.lower, observed.upper,
        ratio, float(ratio * np.exp(-relative)), float(ratio * np.exp(relative)),
        *intercept, *slope, *curve[:4], *summarise(curve.distances, weights),
        groups.n, groups.predicted, groups.observed, groups.lower, groups.upper, level,
        tuple(NOT_FITTED.format(name) for name, value in measures if np.isnan(value)),
    )  # fmt: skip


def summarise(distances: Floats, weights: Floats) -> tuple[float, float, float]:
    """Return the mean, median and 90th percentile; by weight where weights differ."""
    if np.isnan(distances).any() or (weights == 1).all():
        quantiles = np.quantile(distances, [0.5, 0.9])
    else:
        quantiles = np.quantile(distances, [0.5, 0.9], weights=weights, method="inverted_cdf")
    return find_mean(distances, weights), float(quantiles[0]), float(quantiles[1])
