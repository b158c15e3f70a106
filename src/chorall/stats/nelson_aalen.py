"""The Nelson-Aalen estimate of the cumulative hazard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats.arrays import ArrayLike, Counts, Floats, freeze
from chorall.stats.checks import check_level, check_time_and_event, check_weights
from chorall.stats.limits import find_normal_quantile
from chorall.stats.risk_table import count_rows, sum_weights, sum_weights_at_risk, tabulate_risk
from chorall.stats.step_function import evaluate_steps, read_times


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeHazardAt:
    """Cumulative hazard at m asked times.

    Attributes
    ----------
    time : ndarray of shape (m,)
        The asked times.
    cumulative_hazard, standard_error, lower, upper : ndarray of shape (m,)
        Cumulative hazard, its standard error and confidence limits; NaN where not known.
    """

    time: Floats
    cumulative_hazard: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeHazard:
    """A Nelson-Aalen curve: one row per distinct follow-up time.

    Attributes
    ----------
    time : ndarray of shape (t,)
        Distinct exit times, ascending, censored ones included.
    n_at_risk, n_events, n_censored : ndarray of shape (t,)
        Patients at risk just before, with the event at and censored at each time;
        int64, or float64 sums of weights.
    cumulative_hazard : ndarray of shape (t,)
        Sum of events over patients at risk up to and including each time.
    standard_error : ndarray of shape (t,)
        Aalen's standard error, the root of the sum of n_events / n_at_risk ** 2.
    lower, upper : ndarray of shape (t,)
        Pointwise limits, symmetrical on the log scale; NaN before the first event.
    conf_level : float
        Coverage of the limits.
    """

    time: Floats
    n_at_risk: Counts
    n_events: Counts
    n_censored: Counts
    cumulative_hazard: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)

    def at(self, times: ArrayLike) -> CumulativeHazardAt:
        """Read the curve at given times.

        Parameters
        ----------
        times : array_like of shape (m,) or float
            In the unit of `time`. The curve is right-continuous: an event at exactly this
            time has already happened.

        Returns
        -------
        CumulativeHazardAt
            0 before the first time; NaN after the last follow-up time, because nobody was
            followed to see more.
        """
        asked = read_times(times)
        columns = [
            evaluate_steps(self.time, values, asked, before=before, is_known_after=False)
            for values, before in [
                (self.cumulative_hazard, 0.0),
                (self.standard_error, 0.0),
                (self.lower, np.nan),
                (self.upper, np.nan),
            ]
        ]
        return CumulativeHazardAt(asked, *columns)


def nelson_aalen(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry_time: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> CumulativeHazard:
    """Estimate the cumulative hazard by Nelson and Aalen.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event comes
        before a censoring at the same time; d events at one time add d / n (no tie
        correction). Times are compared exactly.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
        For a cause-specific hazard, True for events of that cause only.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
        Several rows of one patient are allowed.
    weights : array_like of shape (n,), optional
        Case weights, above 0: a weight of 2 stands for two patients.
    conf_level : float, optional
        Coverage of the pointwise limits.

    Returns
    -------
    CumulativeHazard
        One row per distinct time.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length.

    See Also
    --------
    kaplan_meier : The probability to be free of the event.
    transition_probabilities : From the hazards of many transitions to probabilities.

    Notes
    -----
    R: ``survfit(Surv(time, event) ~ 1, robust = FALSE)``, its ``cumhaz`` and ``std.chaz``.

    References
    ----------
    Aalen OO (1978). doi:10.1214/aos/1176344247
    Nelson W (1972). doi:10.1080/00401706.1972.10488991

    Examples
    --------
    >>> from chorall.stats import nelson_aalen
    >>> curve = nelson_aalen([1, 2, 3, 4], [True, False, True, False])
    >>> curve.at([1, 3]).cumulative_hazard
    array([0.25, 0.75])
    """
    follow_up = check_time_and_event(time, event, entry_time)
    level = check_level(conf_level)
    case_weights = check_weights(weights, len(follow_up.time))
    table = tabulate_risk(follow_up.time, follow_up.entry_time)
    n_events: Counts = count_rows(table, follow_up.event)
    n_censored: Counts = count_rows(table, ~follow_up.event)
    n_at_risk: Counts = table.n_at_risk
    if case_weights is not None:
        n_events = sum_weights(table, case_weights * follow_up.event)
        n_censored = sum_weights(table, case_weights * ~follow_up.event)
        n_at_risk = sum_weights_at_risk(table, case_weights, follow_up.entry_time)
    hazard = np.cumsum(n_events / n_at_risk)
    standard_error = np.sqrt(np.cumsum(n_events / n_at_risk.astype(np.float64) ** 2))
    lower, upper = find_log_limits(hazard, standard_error, level)
    return CumulativeHazard(
        table.time, n_at_risk, n_events, n_censored,
        hazard, standard_error, lower, upper, level,
    )  # fmt: skip


def find_log_limits(
    hazard: Floats, standard_error: Floats, conf_level: float
) -> tuple[Floats, Floats]:
    """Return limits symmetrical on the log scale, NaN where the hazard is 0."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = np.exp(find_normal_quantile(conf_level) * standard_error / hazard)
        known = hazard > 0
        lower = np.where(known, hazard / factor, np.nan)
        return lower, np.where(known, hazard * factor, np.nan)
