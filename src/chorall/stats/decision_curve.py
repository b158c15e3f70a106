"""Decision curves: the net benefit of acting on predicted risks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from chorall.stats.arrays import ArrayLike, Booleans, Floats, freeze
from chorall.stats.calibration_groups import observe_risk
from chorall.stats.checks import add_bad_places, raise_problems, read_numbers
from chorall.stats.observation_weights import estimate_weighting
from chorall.stats.predicted_risk import Outcome, check_judged_risk

# counts the positives, and those of them with the event by the horizon, both per patient
Count: TypeAlias = Callable[[Booleans, Outcome, float], tuple[float, float]]
# an estimate of risk needs no limits here
ANY_LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Net benefit at m thresholds, in true positives per patient.

    Attributes
    ----------
    threshold : ndarray of shape (m,)
        Risk from which on one would act.
    net_benefit : ndarray of shape (m,)
        Of acting on the predictions: true positives less false positives weighted with the
        odds of the threshold. NaN where the risk of those above it is not known, because none
        of them was followed to the horizon.
    net_benefit_all : ndarray of shape (m,)
        Of acting in everybody. Acting in nobody has net benefit 0.
    interventions_avoided : ndarray of shape (m,)
        Against acting in everybody: fewer interventions per patient without missing a case.
    positive_fraction : ndarray of shape (m,)
        Part of the patients with a prediction at or above the threshold.
    true_positive_rate, false_positive_rate : ndarray of shape (m,)
        Patients at or above the threshold with and without the event, per patient.
    horizon : float
        The time by which the event was predicted.
    """

    threshold: Floats
    net_benefit: Floats
    net_benefit_all: Floats
    interventions_avoided: Floats
    positive_fraction: Floats
    true_positive_rate: Floats
    false_positive_rate: Floats
    horizon: float

    def __post_init__(self) -> None:
        freeze(self)


def decision_curve(
    risk: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    horizon: float,
    threshold: ArrayLike,
    *,
    cause_of_interest: int | None = None,
    entry_time: ArrayLike | None = None,
) -> DecisionCurve:
    """Estimate the net benefit of acting on predicted risks.

    Parameters
    ----------
    risk : array_like of shape (n,)
        Predicted probability of the event by the horizon, between 0 and 1. At or above a
        threshold one acts.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event comes
        before a censoring at the same time.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. With `cause_of_interest`: int, the cause, 0
        when censored.
    horizon : float
        A time above 0 in the unit of `time`.
    threshold : array_like of shape (m,) or float
        Thresholds of risk, at least 0 and below 1: those at which clinicians would differ.
    cause_of_interest : int, optional
        The cause that was predicted, when others compete with it.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
        The parts are then those of the patients that all entrants stand for.

    Returns
    -------
    DecisionCurve
        One entry per threshold.

    Raises
    ------
    InputError
        When an argument is missing, of the wrong type or shape, a threshold is not in range, or
        delayed entry leaves the weights undefined.

    See Also
    --------
    bootstrap : For limits of these numbers.
    calibration : Miscalibrated predictions do harm; look there first.

    Notes
    -----
    The risk among those above the threshold is Kaplan-Meier's or Aalen and Johansen's; with
    delayed entry patients count with their weights for being observed, for who is above the
    threshold is then not counted rightly by number: high risks are those not seen to enter.
    R: ``dcurves::dca(Surv(time, event) ~ risk, time = horizon, thresholds = threshold)``.

    References
    ----------
    Vickers AJ, Elkin EB (2006). doi:10.1177/0272989X06295361
    Vickers AJ, Cronin AM, Elkin EB, Gonen M (2008). doi:10.1186/1472-6947-8-53

    Examples
    --------
    >>> from chorall.stats import decision_curve
    >>> curve = decision_curve([0.9, 0.4, 0.6, 0.1], [1, 2, 3, 4], [True] * 4, 2, [0.5])
    >>> curve.net_benefit, curve.net_benefit_all
    (array([0.]), array([0.]))
    """
    judged = check_judged_risk(risk, time, event, [horizon], cause_of_interest, entry_time)
    thresholds = check_thresholds(threshold)
    predicted, limit = judged.risk[:, 0], float(judged.horizon[0])
    count = count_positives if entry_time is None else weigh_positives(judged.outcome, limit)
    rows = [count(predicted >= cut, judged.outcome, limit) for cut in thresholds]
    fraction, true_positive = np.array(rows).T
    prevalence = observe_risk(judged.outcome, limit, ANY_LEVEL).risk
    odds = thresholds / (1 - thresholds)
    false_positive = fraction - true_positive
    benefit = true_positive - odds * false_positive
    benefit_all = prevalence - odds * (1 - prevalence)
    safe = np.where(odds > 0, odds, np.nan)
    return DecisionCurve(
        thresholds, benefit, benefit_all, (benefit - benefit_all) / safe,
        fraction, true_positive, false_positive, limit,
    )  # fmt: skip


def check_thresholds(threshold: ArrayLike) -> Floats:
    """Return thresholds as a vector of numbers at least 0 and below 1."""
    problems: list[str] = []
    values = read_numbers(np.atleast_1d(np.asarray(threshold)), "threshold", problems)
    bad = ~((values >= 0) & (values < 1))
    add_bad_places(problems, "threshold", bad, "not at least 0 and below 1")
    raise_problems(problems)
    return values


def count_positives(is_positive: Booleans, outcome: Outcome, horizon: float) -> tuple[float, float]:
    """Return the part of positives, and the part of positives with the event by the horizon."""
    fraction = float(is_positive.mean())
    if not fraction:
        return 0.0, 0.0
    positives = outcome.take(is_positive)
    return fraction, fraction * observe_risk(positives, horizon, ANY_LEVEL).risk


def weigh_positives(outcome: Outcome, horizon: float) -> Count:
    """Return how to count positives, and those with the event, by weights for being observed."""
    weights, is_known = estimate_weighting(outcome, None).weigh(horizon)
    cases = weights * outcome.find_cases(horizon)

    def count(is_positive: Booleans, outcome: Outcome, horizon: float) -> tuple[float, float]:
        if not is_known:
            return float("nan"), float("nan")
        return float(np.mean(weights * is_positive)), float(np.mean(cases * is_positive))

    return count
