"""Baseline hazard of a Cox fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import Floats, Labels, freeze
from chorall.stats.cox_data import CoxData
from chorall.stats.cox_likelihood import RiskSums, sum_risk_sets
from chorall.stats.cox_result import CoxFit


@dataclass(frozen=True, slots=True, eq=False)
class BaselineHazard:
    """Cumulative hazard of a patient whose covariates and offset are 0.

    Attributes
    ----------
    stratum : ndarray of shape (t,)
        Label of the stratum of each row; None without strata.
    time : ndarray of shape (t,)
        Distinct times of events of the stratum, ascending.
    hazard, cumulative_hazard : ndarray of shape (t,)
        Its increase at, and its value from this time on.
    """

    stratum: Labels
    time: Floats
    hazard: Floats
    cumulative_hazard: Floats

    def __post_init__(self) -> None:
        freeze(self)


class StratumSums(NamedTuple):
    """Sums up to the t event times of one stratum, for the predictor `reference`."""

    time: Floats
    last_time: float
    reference: float
    hazard: Floats
    variance: Floats
    hazard_means: Floats


def find_baseline_hazard(fit: CoxFit) -> BaselineHazard:
    """Estimate the baseline hazard of each stratum.

    Parameters
    ----------
    fit : CoxFit
        A fit by Efron's or Breslow's rule; the hazard follows the same rule.

    Returns
    -------
    BaselineHazard
        One row per stratum and event time.

    Raises
    ------
    InputError
        When the fit used exact ties.

    See Also
    --------
    predict_cox_survival : Survival of patients with their covariates, and its limits.

    Notes
    -----
    R: ``basehaz(fit, centered = FALSE)``, which lists times of censoring too.

    References
    ----------
    Breslow NE (1972). doi:10.1111/j.2517-6161.1972.tb00900.x

    Examples
    --------
    >>> from chorall.stats import find_baseline_hazard, fit_cox
    >>> fit = fit_cox([[0], [1], [1], [0]], [1, 2, 3, 4], [True, True, True, False])
    >>> find_baseline_hazard(fit).time
    array([1., 2., 3.])
    """
    check_has_hazard(fit)
    coefficients = fit.log_hazard_ratio * fit.data.scale
    sums = sum_risk_sets(fit.data, coefficients)
    centre = -float(fit.log_hazard_ratio @ fit.data.centre)
    strata = [sum_stratum(fit.data, sums, number) for number in range(len(fit.data.strata))]
    cumulative = [part.hazard * np.exp(centre - part.reference) for part in strata]
    return BaselineHazard(
        stratum=np.repeat(fit.data.strata, [len(part.time) for part in strata]),
        time=np.concatenate([part.time for part in strata]),
        hazard=np.concatenate([np.diff(values, prepend=0.0) for values in cumulative]),
        cumulative_hazard=np.concatenate(cumulative),
    )


def check_has_hazard(fit: CoxFit) -> None:
    """Raise for exact ties, whose model of discrete time has no hazard of this kind."""
    if fit.ties == "exact":
        raise InputError(
            "the fit used exact ties, which give no baseline hazard and no residuals. Fit it "
            'again with ties="efron".'
        )


def sum_stratum(data: CoxData, sums: RiskSums, number: int) -> StratumSums:
    """Add hazards, their variances and hazard times mean up over ascending time."""
    rows = slice(data.stratum_bounds[number], data.stratum_bounds[number + 1])
    first = int(np.count_nonzero(data.event[: rows.start]))
    steps = slice(first, first + int(np.count_nonzero(data.event[rows])))
    time = data.time[rows][data.event[rows]][::-1]
    shift = sums.shift[steps][::-1]
    reference = float(shift.max(initial=-np.inf)) if len(shift) else 0.0
    with np.errstate(over="ignore"):
        hazard = sums.hazard[steps][::-1] * np.exp(reference - shift)
    variance = hazard**2 / data.step_weight[steps][::-1]
    means = hazard[:, None] * sums.means[steps][::-1]
    last = np.append(np.diff(time) != 0, True)[: len(time)]
    return StratumSums(
        time[last], float(data.time[rows].max()), reference,
        np.cumsum(hazard)[last], np.cumsum(variance)[last], np.cumsum(means, axis=0)[last],
    )  # fmt: skip
