"""Baseline hazard and predicted survival of a Cox fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, Integers, freeze
from chorall.stats.checks import check_choice, check_level
from chorall.stats.cox_baseline import (
    StratumSums,
    check_has_hazard,
    sum_stratum,
)
from chorall.stats.cox_data import check_covariates, check_offset
from chorall.stats.cox_likelihood import sum_risk_sets
from chorall.stats.cox_result import CoxFit
from chorall.stats.limits import CONF_TYPES, find_limits
from chorall.stats.step_function import evaluate_steps, read_times


@dataclass(frozen=True, slots=True, eq=False)
class PredictedSurvival:
    """Predicted survival of m patients at t times.

    Attributes
    ----------
    time : ndarray of shape (t,)
        The asked times.
    survival, standard_error, lower, upper : ndarray of shape (m, t)
        Survival, its standard error and confidence limits; NaN after the last follow-up time
        of the patient's stratum.
    cumulative_hazard : ndarray of shape (m, t)
        Minus the logarithm of survival.
    conf_level : float
        Coverage of the limits.
    conf_type : str
        Scale of the limits.
    """

    time: Floats
    survival: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    cumulative_hazard: Floats
    conf_level: float
    conf_type: str

    def __post_init__(self) -> None:
        freeze(self)


def predict_cox_survival(
    fit: CoxFit,
    x: ArrayLike,
    times: ArrayLike,
    *,
    stratum: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> PredictedSurvival:
    """Predict the survival of patients from a Cox fit.

    Parameters
    ----------
    fit : CoxFit
        A fit by Efron's or Breslow's rule.
    x : array_like of shape (m, p)
        Covariates of the patients, in the columns and units of the fit.
    times : array_like of shape (t,) or float
        Times to predict at; an event at exactly this time has already happened.
    stratum : array_like of shape (m,) or a single label, optional
        The patients' strata, among those of the fit; needed when it has more than one.
    offset : array_like of shape (m,), optional
        Offset of each patient.
    conf_level : float, optional
        Coverage of the limits.
    conf_type : {"log-log", "log", "plain"}, optional
        Scale on which the limits are symmetrical.

    Returns
    -------
    PredictedSurvival
        Survival 1 before the first event; NaN after the stratum's last follow-up time.

    Raises
    ------
    InputError
        When an argument is not usable, a stratum is unknown, or the fit used exact ties.

    See Also
    --------
    find_baseline_hazard : The hazard behind the prediction.
    kaplan_meier : The observed survival to compare with.

    Notes
    -----
    R: ``survfit(fit, newdata, conf.type = "log-log")``, where ``std.err`` is the standard error
    of the cumulative hazard: here times survival. The variance allows for the coefficients and
    for the baseline; with clusters the coefficients' part is robust, as in R.

    References
    ----------
    Tsiatis AA (1981). doi:10.1214/aos/1176345329

    Examples
    --------
    >>> from chorall.stats import fit_cox, predict_cox_survival
    >>> fit = fit_cox([[0], [1], [1], [0]], [1, 2, 3, 4], [True, True, True, False])
    >>> predict_cox_survival(fit, [[0], [1]], 0.5).survival
    array([[1.],
           [1.]])
    """
    check_has_hazard(fit)
    level = check_level(conf_level)
    scale = check_choice(conf_type, "conf_type", CONF_TYPES)
    asked = read_times(times)
    rows = check_new_covariates(fit, x)
    predictor = rows @ (fit.log_hazard_ratio * fit.data.scale) + check_offset(offset, len(rows))
    numbers = find_strata(fit, stratum, len(rows))
    covariance = fit.covariance * np.outer(fit.data.scale, fit.data.scale)
    sums = sum_risk_sets(fit.data, fit.log_hazard_ratio * fit.data.scale)
    hazard, error = np.empty((2, len(rows), len(asked)))
    for number in np.unique(numbers):
        chosen = numbers == number
        part = sum_stratum(fit.data, sums, int(number))
        hazard[chosen], error[chosen] = predict_hazard(
            part, asked, rows[chosen], predictor[chosen], covariance
        )
    survival = np.exp(-hazard)
    standard_error = multiply_error(survival, error)
    lower, upper = find_limits(survival, standard_error, level, scale)
    return PredictedSurvival(
        asked, survival, standard_error, np.where(hazard == 0, 1.0, lower),
        np.where(hazard == 0, 1.0, upper), hazard, level, scale,
    )  # fmt: skip


def check_new_covariates(fit: CoxFit, x: ArrayLike) -> Floats:
    """Return new covariates on the scale of the fit."""
    values = np.asarray(x)
    covariates = check_covariates(x, len(values) if values.ndim else 0)
    p = len(fit.log_hazard_ratio)
    if covariates.shape[1] != p:
        raise InputError(f"`x` has {covariates.shape[1]} columns, but the fit has {p}.")
    return (covariates - fit.data.centre) / fit.data.scale


def find_strata(fit: CoxFit, stratum: ArrayLike | None, m: int) -> Integers:
    """Return the number of each new patient's stratum."""
    known = fit.data.strata
    if stratum is None:
        if len(known) > 1:
            listed = ", ".join(str(label) for label in known)
            raise InputError(f"`stratum` is needed: the fit has the strata {listed}.")
        return np.zeros(m, dtype=np.int64)
    labels = np.broadcast_to(np.asarray(stratum), (m,))
    places = {label: number for number, label in enumerate(known.tolist())}
    unknown = sorted({str(label) for label in labels.tolist() if label not in places})
    if unknown:
        listed = ", ".join(str(label) for label in known)
        raise InputError(f"`stratum` holds {', '.join(unknown)}; expected one of: {listed}.")
    return np.array([places[label] for label in labels.tolist()], dtype=np.int64)


def predict_hazard(
    part: StratumSums, times: Floats, rows: Floats, predictor: Floats, covariance: Floats
) -> tuple[Floats, Floats]:
    """Return cumulative hazards at `times` and their standard errors, both of shape (m, t)."""
    columns = np.vstack([part.hazard, part.variance, part.hazard_means.T])
    read = evaluate_steps(part.time, columns, times, before=0.0, is_known_after=True)
    read[:, ~(times <= part.last_time)] = np.nan
    hazard, variance, hazard_means = read[0], read[1], read[2:]
    risk = find_risk(predictor - part.reference, hazard)
    # shape (m, t, p): how far the patient is from those at risk, summed over the hazard
    distance = rows[:, None, :] * hazard[None, :, None] - hazard_means.T[None]
    squared = variance + np.einsum("ijk,kl,ijl->ij", distance, covariance, distance)
    with np.errstate(over="ignore"):
        return risk * hazard, risk * np.sqrt(squared)


def find_risk(predictor: Floats, hazard: Floats) -> Floats:
    """Return exp(predictor) of shape (m, t), which beyond floating point is infinite.

    Before the first event it does not matter, and is 0, so that no hazard stays none.
    """
    with np.errstate(over="ignore"):
        risk = np.exp(predictor)[:, None]
    return np.where(np.isinf(risk) & (hazard == 0), 0.0, risk)


def multiply_error(survival: Floats, hazard_error: Floats) -> Floats:
    """Return the standard error of exp(-hazard): 0 where the hazard leaves nobody."""
    nobody = survival == 0
    return np.where(nobody, 0.0, survival * np.where(nobody, 0.0, hazard_error))
