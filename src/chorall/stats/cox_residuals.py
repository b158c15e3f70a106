"""Residuals of a Cox fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats.arrays import Floats, Integers, Labels, freeze
from chorall.stats.checks import check_choice
from chorall.stats.cox_baseline import check_has_hazard
from chorall.stats.cox_likelihood import evaluate_likelihood, spread_over_rows, sum_risk_sets
from chorall.stats.cox_result import CoxFit, invert_information
from chorall.stats.cox_robust import average_tied, find_score_residuals

KINDS = ("martingale", "deviance", "score", "dfbeta", "dfbetas")


@dataclass(frozen=True, slots=True, eq=False)
class SchoenfeldResiduals:
    """Covariates of those with the event less the mean at risk: one row per event.

    Attributes
    ----------
    stratum : ndarray of shape (d,)
        Label of the stratum; None without strata.
    time : ndarray of shape (d,)
        Time of the event, ascending within each stratum.
    position : ndarray of shape (d,)
        Position of the patient among the arguments of the fit.
    residuals : ndarray of shape (d, p)
        In units of `x`; when scaled, an estimate of the log hazard ratio around this time.
    """

    stratum: Labels
    time: Floats
    position: Integers
    residuals: Floats

    def __post_init__(self) -> None:
        freeze(self)


def find_cox_residuals(fit: CoxFit, kind: str = "martingale") -> Floats:
    """Compute residuals of a Cox fit, one row per patient.

    Parameters
    ----------
    fit : CoxFit
        A fit by Efron's or Breslow's rule.
    kind : {"martingale", "deviance", "score", "dfbeta", "dfbetas"}, optional
        Events less expected events; the same made more symmetrical; shares of the score; change
        of the coefficients when the patient is left out, to first order; the same in standard
        errors.

    Returns
    -------
    ndarray of shape (n,) or (n, p)
        In the order of the arguments of the fit. The first three are not multiplied with the
        case weights; the last two are, for with the patient the weight is left out.

    Raises
    ------
    InputError
        When `kind` is not known or the fit used exact ties.

    See Also
    --------
    find_schoenfeld_residuals : One row per event.
    check_proportional_hazards : The test that goes with them.

    Notes
    -----
    R: ``residuals(fit, type = kind)``.

    References
    ----------
    Therneau TM, Grambsch PM, Fleming TR (1990). doi:10.1093/biomet/77.1.147

    Examples
    --------
    >>> from chorall.stats import find_cox_residuals, fit_cox
    >>> fit = fit_cox([[0], [1], [1], [0]], [1, 2, 3, 4], [True, True, True, False])
    >>> bool(abs(find_cox_residuals(fit).sum()) < 1e-12)
    True
    """
    check_choice(kind, "kind", KINDS)
    check_has_hazard(fit)
    data = fit.data
    if kind in ("martingale", "deviance"):
        residuals = find_martingale_residuals(fit)
        if kind == "deviance":
            residuals = straighten_residuals(residuals, data.event.astype(np.float64))
    else:
        residuals = find_score_residuals(data, fit.log_hazard_ratio * data.scale) * data.scale
        if kind != "score":
            covariance = find_model_covariance(fit)
            residuals = data.weights[:, None] * residuals @ covariance
            if kind == "dfbetas":
                residuals = residuals / np.sqrt(np.diag(covariance))
    ordered = np.empty_like(residuals)
    ordered[data.order] = residuals
    return ordered


def find_martingale_residuals(fit: CoxFit) -> Floats:
    """Return events less expected events, in data order."""
    sums = sum_risk_sets(fit.data, fit.log_hazard_ratio * fit.data.scale)
    return np.asarray(fit.data.event - spread_over_rows(fit.data, sums)[:, 0], dtype=np.float64)


def straighten_residuals(martingale: Floats, event: Floats) -> Floats:
    """Return deviance residuals: the signed root of each patient's part of the deviance."""
    expected = np.maximum(event - martingale, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_part = np.where(event > 0, event * np.log(expected), 0.0)
    return np.asarray(np.sign(martingale) * np.sqrt(np.maximum(-2 * (martingale + log_part), 0.0)))


def find_model_covariance(fit: CoxFit) -> Floats:
    """Return the inverse information in units of `x`, which `covariance` is without clusters."""
    if fit.n_clusters is None:
        return fit.covariance
    found = evaluate_likelihood(fit.data, fit.log_hazard_ratio * fit.data.scale)
    return invert_information(found.information) / np.outer(fit.data.scale, fit.data.scale)


def find_schoenfeld_residuals(fit: CoxFit, *, scaled: bool = False) -> SchoenfeldResiduals:
    """Compute Schoenfeld residuals of a Cox fit, one row per event.

    Parameters
    ----------
    fit : CoxFit
        A fit by Efron's or Breslow's rule.
    scaled : bool, optional
        True multiplies with the covariance and the number of events and adds the coefficients:
        smoothed over time this shows how a log hazard ratio changes.

    Returns
    -------
    SchoenfeldResiduals
        By stratum, ascending time and position.

    Raises
    ------
    InputError
        When the fit used exact ties.

    See Also
    --------
    check_proportional_hazards : The test that goes with them.

    Notes
    -----
    R: ``residuals(fit, type = "schoenfeld")`` and ``type = "scaledsch"``.

    References
    ----------
    Grambsch PM, Therneau TM (1994). doi:10.1093/biomet/81.3.515

    Examples
    --------
    >>> from chorall.stats import find_schoenfeld_residuals, fit_cox
    >>> fit = fit_cox([[0], [1], [1], [0]], [1, 2, 3, 4], [True, True, True, False])
    >>> find_schoenfeld_residuals(fit).time
    array([1., 2., 3.])
    """
    check_has_hazard(fit)
    data = fit.data
    sums = sum_risk_sets(data, fit.log_hazard_ratio * data.scale)
    residuals = (data.x[data.event] - average_tied(data, sums)) * data.scale
    if scaled:
        residuals = residuals @ find_model_covariance(fit) * fit.n_events + fit.log_hazard_ratio
    stratum, time = data.row_stratum[data.event], data.time[data.event]
    position = data.order[data.event]
    order = np.lexsort((position, time, stratum))
    return SchoenfeldResiduals(
        stratum=data.strata[stratum[order]],
        time=time[order],
        position=position[order].astype(np.int64),
        residuals=residuals[order],
    )
