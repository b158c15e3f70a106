"""Area under the time-dependent ROC curve, weighted for censoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats, Integers, freeze
from chorall.stats.censoring_weights import find_influence_error
from chorall.stats.checks import check_level
from chorall.stats.limits import find_normal_quantile
from chorall.stats.observation_weights import Weighting, estimate_weighting
from chorall.stats.predicted_risk import check_judged_risk
from chorall.stats.time_mean import find_time_mean


@dataclass(frozen=True, slots=True, eq=False)
class TimeDependentAuc:
    """Discrimination at m horizons.

    Attributes
    ----------
    horizon : ndarray of shape (m,)
        The times by which the event was predicted.
    auc : ndarray of shape (m,)
        Probability that a patient with the event by the horizon had a higher marker than one
        without; ties count one half. NaN where there are no cases or no controls, or to which
        nobody was followed.
    standard_error, lower, upper : ndarray of shape (m,)
        Its standard error, which allows for the estimated weights, and limits within 0 and 1.
    n_cases, n_controls : ndarray of int64, shape (m,)
        Patients known to be cases and controls, unweighted.
    integrated_auc, integrated_standard_error : float
        Mean over time from the first to the last horizon by the trapezium rule; NaN with one
        horizon.
    influence : ndarray of shape (n, m)
        What each patient adds to the error: for differences between markers.
    conf_level : float
        Coverage of the limits.
    """

    horizon: Floats
    auc: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    n_cases: Integers
    n_controls: Integers
    integrated_auc: float
    integrated_standard_error: float
    influence: Floats
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def time_dependent_auc(
    marker: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    horizon: ArrayLike,
    *,
    cause_of_interest: int | None = None,
    censoring_strata: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> TimeDependentAuc:
    """Estimate the cumulative / dynamic area under the ROC curve.

    Parameters
    ----------
    marker : array_like of shape (n,) or (n, m)
        The higher, the earlier the event is expected; finite. With one column per horizon
        each is judged at its own.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event comes
        before a censoring at the same time; a patient censored at a horizon is unknown there.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. With `cause_of_interest`: int, the cause, 0
        when censored.
    horizon : array_like of shape (m,) or float
        Times above 0, ascending, in the unit of `time`.
    cause_of_interest : int, optional
        The cause of the cases; patients with another one by the horizon are controls.
    censoring_strata : array_like of shape (n,), optional
        Labels of groups (such as trials) with a censoring (and entry) of their own.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it. The
        answer is for the patients that all entrants stand for, as if none had come late.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    TimeDependentAuc
        One entry per horizon.

    Raises
    ------
    InputError
        When an argument is missing, of the wrong type or shape, or delayed entry leaves the
        weights undefined.

    See Also
    --------
    concordance : Discrimination over the whole of follow-up.
    brier_score : Discrimination and calibration together.

    Notes
    -----
    R: ``riskRegression::Score(list(marker), Surv(time, event) ~ 1, times = horizon,
    metrics = "auc", cens.model = "km", conservative = FALSE)``. Its standard errors differ in
    the third digit where times are tied; the ones here are the exact infinitesimal jackknife.

    References
    ----------
    Blanche P, Dartigues JF, Jacqmin-Gadda H (2013). doi:10.1002/sim.5958

    Examples
    --------
    >>> from chorall.stats import time_dependent_auc
    >>> time_dependent_auc([3, 1, 2, 0], [1, 2, 3, 4], [True] * 4, 2.5).auc
    array([0.75])
    """
    level = check_level(conf_level)
    judged = check_judged_risk(
        marker, time, event, horizon, cause_of_interest, entry_time, is_probability=False
    )
    outcome = judged.outcome
    weighting = estimate_weighting(outcome, censoring_strata)
    auc = np.full(len(judged.horizon), np.nan)
    influence = np.full(judged.risk.shape, np.nan)
    for column, limit in enumerate(judged.horizon):
        auc[column], influence[:, column] = compare_cases(judged.risk[:, column], weighting, limit)
    cases = np.stack([outcome.find_cases(limit) for limit in judged.horizon])
    known = np.stack(
        [np.where(outcome.time > h, outcome.entries <= h, outcome.is_event) for h in judged.horizon]
    )
    error = find_influence_error(influence)
    width = find_normal_quantile(level) * error
    return TimeDependentAuc(
        judged.horizon, auc, error, np.maximum(auc - width, 0.0), np.minimum(auc + width, 1.0),
        cases.sum(axis=1), (known & ~cases).sum(axis=1),
        *find_time_mean(judged.horizon, auc, influence), influence, level,
    )  # fmt: skip


def compare_cases(marker: Floats, weighting: Weighting, horizon: float) -> tuple[float, Floats]:
    """Return the area at one horizon and the influence of each patient on it."""
    weights, is_known = weighting.weigh(horizon)
    is_case = weighting.outcome.find_cases(horizon)
    case, control = weights * is_case, weights * ~is_case
    pairs = case.mean() * control.mean()
    if not is_known or pairs == 0:
        return float("nan"), np.full(len(marker), np.nan)
    below_controls, below_cases = sum_below(marker, control), sum_below(marker, case)
    # rounding may carry it past 1
    auc = min(float(np.mean(case * below_controls) / pairs), 1.0)
    above_cases = case.mean() - below_cases
    terms = case * (below_controls - auc * control.mean())
    terms += control * (above_cases - auc * case.mean())
    terms /= pairs
    return auc, weighting.find_influence(terms, horizon)


def sum_below(marker: Floats, weights: Floats) -> Floats:
    """Return for each patient the mean over all of the weights of lower markers, ties by half."""
    values, position = np.unique(marker, return_inverse=True)
    at_value = np.bincount(position, weights, minlength=len(values))
    below = np.cumsum(at_value) - at_value / 2
    return np.asarray(below[position] / len(marker), dtype=np.float64)
