"""The Brier score of predicted risks, weighted for censoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.censoring_weights import find_influence_error
from chorall.stats.checks import check_level
from chorall.stats.competing_risks import cumulative_incidence
from chorall.stats.limits import find_normal_quantile
from chorall.stats.observation_weights import Weighting, estimate_weighting
from chorall.stats.predicted_risk import check_judged_risk
from chorall.stats.time_mean import find_time_mean


@dataclass(frozen=True, slots=True, eq=False)
class BrierScore:
    """Mean squared error of predicted risks at m horizons.

    Attributes
    ----------
    horizon : ndarray of shape (m,)
        The times by which the event was predicted.
    brier : ndarray of shape (m,)
        Mean squared difference of risk and outcome, 0 for a perfect prediction; NaN at a
        horizon to which nobody was followed.
    standard_error, lower, upper : ndarray of shape (m,)
        Its standard error, which allows for the estimated weights, and limits within 0 and 1.
    null_brier : ndarray of shape (m,)
        Of predicting for everybody the incidence among all.
    scaled_brier : ndarray of shape (m,)
        1 - brier / null_brier (index of prediction accuracy): 0 is no better than that, 1 is
        perfect; NaN where null_brier is 0.
    scaled_standard_error, scaled_lower, scaled_upper : ndarray of shape (m,)
        Its standard error and limits, at most 1.
    integrated_brier, integrated_null_brier : float
        Means over time from the first to the last horizon by the trapezium rule; NaN with one
        horizon.
    integrated_standard_error : float
        Standard error of integrated_brier.
    integrated_scaled_brier, integrated_scaled_error : float
        1 - integrated_brier / integrated_null_brier, with its standard error.
    influence : ndarray of shape (n, m)
        What each patient adds to the error: for differences between models.
    conf_level : float
        Coverage of the limits.
    """

    horizon: Floats
    brier: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    null_brier: Floats
    scaled_brier: Floats
    scaled_standard_error: Floats
    scaled_lower: Floats
    scaled_upper: Floats
    integrated_brier: float
    integrated_null_brier: float
    integrated_standard_error: float
    integrated_scaled_brier: float
    integrated_scaled_error: float
    influence: Floats
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def brier_score(
    risk: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    horizon: ArrayLike,
    *,
    cause_of_interest: int | None = None,
    censoring_strata: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> BrierScore:
    """Estimate the Brier score by inverse probability of censoring weights.

    Parameters
    ----------
    risk : array_like of shape (n,) or (n, m)
        Predicted probability of the event by each horizon, between 0 and 1: 1 - survival, or
        the cumulative incidence of the cause. One dimension will do for one horizon.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event comes
        before a censoring at the same time; a patient censored at a horizon is unknown there.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. With `cause_of_interest`: int, the cause, 0
        when censored.
    horizon : array_like of shape (m,) or float
        Times above 0, ascending, in the unit of `time`.
    cause_of_interest : int, optional
        The cause that was predicted, when others compete with it.
    censoring_strata : array_like of shape (n,), optional
        Labels of groups (such as trials) with a censoring (and entry) of their own.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it. The
        answer is for the patients that all entrants stand for, as if none had come late.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    BrierScore
        One entry per horizon.

    Raises
    ------
    InputError
        When an argument is missing, of the wrong type or shape, a risk lies outside 0 to 1,
        or delayed entry leaves the weights undefined.

    See Also
    --------
    time_dependent_auc : Discrimination alone.
    calibration : Calibration alone.

    Notes
    -----
    R: ``riskRegression::Score(list(risk), Surv(time, event) ~ 1, times = horizon,
    metrics = "brier", cens.model = "km", conservative = FALSE)``; with causes
    ``Hist(time, event) ~ 1``. With tied times its standard errors differ in the third digit;
    the ones here are the exact infinitesimal jackknife. Censoring must not depend on the
    outcome within `censoring_strata`.

    References
    ----------
    Graf E, Schmoor C, Sauerbrei W, Schumacher M (1999).
    doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5
    Gerds TA, Schumacher M (2006). doi:10.1002/bimj.200610301
    Kattan MW, Gerds TA (2018). doi:10.1186/s41512-018-0029-2

    Examples
    --------
    >>> from chorall.stats import brier_score
    >>> score = brier_score([0.9, 0.8, 0.2, 0.1], [1, 2, 3, 4], [True] * 4, 2.5)
    >>> score.brier.round(4), score.scaled_brier.round(4)
    (array([0.025]), array([0.9]))
    """
    level = check_level(conf_level)
    judged = check_judged_risk(risk, time, event, horizon, cause_of_interest, entry_time)
    weighting = estimate_weighting(judged.outcome, censoring_strata)
    incidence = find_incidence(weighting, judged.horizon)
    everybody = np.broadcast_to(incidence, judged.risk.shape)
    brier, influence = weigh_errors(judged.risk, weighting, judged.horizon)
    # the incidence makes the null score as small as it can be: that it is estimated adds nothing
    null_brier, null_influence = weigh_errors(everybody, weighting, judged.horizon)
    error = find_influence_error(influence)
    quantile = find_normal_quantile(level)
    scaled, scaled_error = find_scaled(brier, null_brier, influence, null_influence)
    integrated, integrated_error = find_time_mean(judged.horizon, brier, influence)
    integrated_null, _ = find_time_mean(judged.horizon, null_brier, null_influence)
    # the ratio of integrals is that of means
    integrals = (
        np.asarray(np.trapezoid(values, judged.horizon, axis=-1))[..., None]
        for values in (brier, null_brier, influence, null_influence)
    )
    integrated_scaled, integrated_scaled_error = find_scaled(*integrals)
    return BrierScore(
        horizon=judged.horizon,
        brier=brier,
        standard_error=error,
        lower=np.maximum(brier - quantile * error, 0.0),
        upper=np.minimum(brier + quantile * error, 1.0),
        null_brier=null_brier,
        scaled_brier=scaled,
        scaled_standard_error=scaled_error,
        scaled_lower=scaled - quantile * scaled_error,
        scaled_upper=np.minimum(scaled + quantile * scaled_error, 1.0),
        integrated_brier=integrated,
        integrated_null_brier=integrated_null,
        integrated_standard_error=integrated_error,
        integrated_scaled_brier=float(integrated_scaled[0]),
        integrated_scaled_error=float(integrated_scaled_error[0]),
        influence=influence,
        conf_level=level,
    )


def find_scaled(
    brier: Floats, null_brier: Floats, influence: Floats, null_influence: Floats
) -> tuple[Floats, Floats]:
    """Return 1 - brier / null with its standard error, NaN where null is 0."""
    safe = np.where(null_brier > 0, null_brier, np.nan)
    scaled = 1 - brier / safe
    own = ((1 - scaled) * null_influence - influence) / safe
    return scaled, find_influence_error(own)


def find_incidence(weighting: Weighting, horizon: Floats) -> Floats:
    """Return the incidence of the event of interest among all at the horizons."""
    outcome = weighting.outcome
    if weighting.entries:
        parts = [weighting.weigh(limit) for limit in horizon]
        found = [
            np.mean(weights * outcome.find_cases(limit)) if is_known else np.nan
            for (weights, is_known), limit in zip(parts, horizon, strict=True)
        ]
        return np.asarray(found, dtype=np.float64)
    curves = cumulative_incidence(outcome.time, outcome.cause, n_causes=2)
    return np.asarray(curves.at(horizon).cumulative_incidence[0], dtype=np.float64)


def weigh_errors(risk: Floats, weighting: Weighting, horizon: Floats) -> tuple[Floats, Floats]:
    """Return the Brier scores and the influence of each patient on them."""
    brier, influence = np.full(len(horizon), np.nan), np.full(risk.shape, np.nan)
    for column, limit in enumerate(horizon):
        weights, is_known = weighting.weigh(limit)
        if is_known:
            errors = (weighting.outcome.find_cases(limit) - risk[:, column]) ** 2
            brier[column] = np.mean(weights * errors)
            terms = weights * (errors - brier[column])
            influence[:, column] = weighting.find_influence(terms, limit)
    return brier, influence
