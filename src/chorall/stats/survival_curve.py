"""The Kaplan-Meier estimate of survival."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats.arrays import ArrayLike, Counts, Floats, freeze
from chorall.stats.checks import (
    FollowUp,
    check_choice,
    check_level,
    check_time_and_event,
    check_weights,
)
from chorall.stats.limits import CONF_TYPES, find_limits
from chorall.stats.outcome_table import tabulate_outcomes
from chorall.stats.risk_table import sum_weights, sum_weights_at_risk, tabulate_risk
from chorall.stats.step_function import evaluate_steps, find_quantile, read_times


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalAt:
    """Survival at m asked times.

    Attributes
    ----------
    time : ndarray of shape (m,)
        The asked times.
    survival, standard_error, lower, upper : ndarray of shape (m,)
        Survival, its standard error and confidence limits; NaN where not known.
    """

    time: Floats
    survival: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True)
class SurvivalQuantile:
    """A time by which a given part of the patients has had the event.

    Attributes
    ----------
    estimate, lower, upper : float
        In the unit of `time`; NaN when the curve (or its limit) does not fall that far.
    """

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """A Kaplan-Meier curve: one row per distinct follow-up time.

    Attributes
    ----------
    time : ndarray of shape (t,)
        Distinct exit times, ascending, censored ones included.
    n_at_risk, n_events, n_censored : ndarray of shape (t,)
        Patients at risk just before, with the event at and censored at each time;
        int64, or float64 sums of weights.
    survival : ndarray of shape (t,)
        Probability to be free of the event beyond each time.
    standard_error : ndarray of shape (t,)
        Greenwood's standard error of `survival`; NaN where survival is 0, as in R.
    lower, upper : ndarray of shape (t,)
        Pointwise limits; NaN where the scale does not define them.
    conf_level : float
        Coverage of the limits.
    conf_type : str
        Scale of the limits.
    """

    time: Floats
    n_at_risk: Counts
    n_events: Counts
    n_censored: Counts
    survival: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    conf_level: float
    conf_type: str

    def __post_init__(self) -> None:
        freeze(self)

    def at(self, times: ArrayLike) -> SurvivalAt:
        """Read the curve at given times.

        Parameters
        ----------
        times : array_like of shape (m,) or float
            In the unit of `time`. The curve is right-continuous: an event at exactly this
            time has already happened.

        Returns
        -------
        SurvivalAt
            Survival 1 before the first time; NaN after the last follow-up time unless the
            curve has reached 0, because nobody was followed to see more.
        """
        asked = read_times(times)
        ended = bool(self.survival[-1] == 0)
        columns = [
            evaluate_steps(self.time, values, asked, before=before, is_known_after=ended)
            for values, before in [
                (self.survival, 1.0),
                (self.standard_error, 0.0),
                (self.lower, 1.0),
                (self.upper, 1.0),
            ]
        ]
        return SurvivalAt(asked, *columns)

    def quantile(self, probability: float) -> SurvivalQuantile:
        """Find when a given part of the patients has had the event.

        Parameters
        ----------
        probability : float
            The part, between 0 and 1; 0.5 asks for the median.

        Returns
        -------
        SurvivalQuantile
            Limits are where the confidence limits of the curve cross the same height
            (Brookmeyer and Crowley); R: ``quantile(fit, probability)``.
        """
        part = check_level(probability, "probability")
        curves = (self.survival, self.lower, self.upper)
        return SurvivalQuantile(*(find_quantile(self.time, curve, part) for curve in curves))

    @property
    def median(self) -> SurvivalQuantile:
        """Median survival time with its confidence limits."""
        return self.quantile(0.5)


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry_time: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> SurvivalCurve:
    """Estimate survival by the product-limit method of Kaplan and Meier.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event at time 0
        counts. Ties: an event comes before a censoring at the same time. Times are compared
        exactly (R rounds first: ``timefix``).
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
    weights : array_like of shape (n,), optional
        Case weights, above 0: a weight of 2 stands for two patients.
    conf_level : float, optional
        Coverage of the pointwise limits.
    conf_type : {"log-log", "log", "plain"}, optional
        Scale on which the limits are symmetrical.

    Returns
    -------
    SurvivalCurve
        One row per distinct time.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length.

    See Also
    --------
    cumulative_incidence : Use it instead when another event can prevent this one.
    count_at_risk : Numbers at risk at round times.
    logrank : Compare groups.

    Notes
    -----
    R: ``survfit(Surv(time, event) ~ 1, conf.type = "log-log")``, with weights also
    ``robust = FALSE``. With delayed entry the curve falls to 0 for good when everybody at risk
    at an early time has the event; look at `n_at_risk`.

    References
    ----------
    Kaplan EL, Meier P (1958). doi:10.1080/01621459.1958.10501452

    Examples
    --------
    >>> from chorall.stats import kaplan_meier
    >>> curve = kaplan_meier([1, 2, 3, 4], [True, False, True, False])
    >>> curve.at([1, 3]).survival
    array([0.75 , 0.375])
    """
    follow_up = check_time_and_event(time, event, entry_time)
    level = check_level(conf_level)
    scale = check_choice(conf_type, "conf_type", CONF_TYPES)
    case_weights = check_weights(weights, len(follow_up.time))
    table = tabulate_outcomes(
        follow_up.time, follow_up.event.view(np.uint8), 2, follow_up.entry_time
    )
    n_censored, n_events = table.counts
    n_at_risk: Counts = table.n_at_risk
    all_die = n_events == n_at_risk
    if case_weights is not None:
        n_at_risk, n_events, n_censored = sum_case_weights(follow_up, case_weights)
    survival = multiply_survival(n_at_risk, n_events, all_die)
    standard_error = find_greenwood_error(survival, n_at_risk, n_events, all_die)
    lower, upper = find_limits(survival, standard_error, level, scale)
    return SurvivalCurve(
        table.time, n_at_risk, n_events, n_censored,
        survival, standard_error, lower, upper, level, scale,
    )  # fmt: skip


def sum_case_weights(follow_up: FollowUp, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the sums of weights at risk, with the event and censored at each distinct time."""
    table = tabulate_risk(follow_up.time, follow_up.entry_time)
    return (
        sum_weights_at_risk(table, weights, follow_up.entry_time),
        sum_weights(table, weights * follow_up.event),
        sum_weights(table, weights * ~follow_up.event),
    )


def multiply_survival(n_at_risk: Counts, n_events: Counts, all_die: Counts) -> Floats:
    """Return the product of the conditional survival probabilities."""
    # whether everybody dies is asked of the patients: a difference of weights may miss 0
    surviving = np.where(all_die, 0.0, (n_at_risk - n_events) / n_at_risk)
    return np.asarray(np.cumprod(surviving), dtype=np.float64)


def find_greenwood_error(
    survival: Floats, n_at_risk: Counts, n_events: Counts, all_die: Counts
) -> Floats:
    """Return Greenwood's standard error, NaN from the time on at which survival is 0."""
    safe = np.where(all_die, 1.0, n_at_risk - n_events)
    terms = np.where(all_die, np.nan, n_events / (n_at_risk * safe))
    return np.asarray(survival * np.sqrt(np.cumsum(terms)), dtype=np.float64)
