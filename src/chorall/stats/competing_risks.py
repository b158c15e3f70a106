"""The Aalen-Johansen estimate of cumulative incidence under competing risks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.aalen_error import find_aalen_error
from chorall.stats.arrays import ArrayLike, Counts, Floats, Integers, freeze
from chorall.stats.checks import (
    CauseFollowUp,
    check_choice,
    check_level,
    check_time_and_cause,
    check_weights,
)
from chorall.stats.incidence_influence import IncidenceSteps, find_jackknife_error
from chorall.stats.limits import CONF_TYPES, find_limits
from chorall.stats.outcome_counts import count_outcomes
from chorall.stats.risk_table import RiskTable
from chorall.stats.step_function import evaluate_steps, read_times
from chorall.stats.survival_curve import multiply_survival

# a missing code such as 9999 would draw as many curves
MOST_CAUSES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidenceAt:
    """Cumulative incidence of K causes at m asked times.

    Attributes
    ----------
    time : ndarray of shape (m,)
        The asked times.
    cumulative_incidence, standard_error, lower, upper : ndarray of shape (K, m)
        Row k - 1 belongs to cause k; NaN where not known.
    survival : ndarray of shape (m,)
        Probability to be free of every cause.
    """

    time: Floats
    cumulative_incidence: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    survival: Floats

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence:
    """Aalen-Johansen curves of all K causes: one column per distinct follow-up time.

    Attributes
    ----------
    time : ndarray of shape (t,)
        Distinct exit times, ascending, censored ones included.
    n_at_risk, n_censored : ndarray of int64, or of float64 with weights, shape (t,)
        Patients at risk just before and censored at each time.
    n_events : ndarray of int64, or of float64 with weights, shape (K, t)
        Events of each cause; row k - 1 belongs to cause k.
    cumulative_incidence : ndarray of shape (K, t)
        Probability to have had cause k by each time.
    standard_error : ndarray of shape (K, t)
        Aalen's standard error, as in cmprsk; the infinitesimal jackknife if robust or weighted.
    lower, upper : ndarray of shape (K, t)
        Pointwise limits; on the scales "log-log" and "log" NaN while the estimate is 0, on the
        former also where it is 1.
    survival : ndarray of shape (t,)
        Probability to be free of every cause: 1 minus the sum of the incidences.
    conf_level : float
        Coverage of the limits.
    """

    time: Floats
    n_at_risk: Counts
    n_events: Counts
    n_censored: Counts
    cumulative_incidence: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    survival: Floats
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)

    def at(self, times: ArrayLike) -> CumulativeIncidenceAt:
        """Read the curves at given times.

        Parameters
        ----------
        times : array_like of shape (m,) or float
            In the unit of `time`. The curves are right-continuous: an event at exactly this
            time has already happened.

        Returns
        -------
        CumulativeIncidenceAt
            Incidence 0 before the first time; NaN after the last follow-up time unless
            nobody is left free of events, because nobody was followed to see more.
        """
        asked = read_times(times)
        ended = bool(self.survival[-1] == 0)
        incidence, standard_error, lower, upper, survival = (
            evaluate_steps(self.time, values, asked, before=before, is_known_after=ended)
            for values, before in [
                (self.cumulative_incidence, 0.0),
                (self.standard_error, 0.0),
                (self.lower, np.nan),
                (self.upper, np.nan),
                (self.survival, 1.0),
            ]
        )
        return CumulativeIncidenceAt(asked, incidence, standard_error, lower, upper, survival)


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    entry_time: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    robust: bool = False,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
    n_causes: int | None = None,
) -> CumulativeIncidence:
    """Estimate the cumulative incidence of every cause by Aalen and Johansen.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event of
        any cause comes before a censoring at the same time. Times are compared exactly.
    cause : array_like of int, shape (n,)
        Kind of event at `time`: 1, 2, ..., or 0 when the patient was censored there.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
    weights : array_like of shape (n,), optional
        Case weights, above 0. Numbers at risk and of events are then sums of weights.
    robust : bool, optional
        True takes the standard error from the infinitesimal jackknife instead of Aalen's; with
        weights it always does, because weights are no numbers of patients.
    conf_level : float, optional
        Coverage of the pointwise limits.
    conf_type : {"log-log", "log", "plain"}, optional
        Scale on which the limits are symmetrical.
    n_causes : int, optional
        Number of causes K, when the last ones may be absent from these data; otherwise the
        largest cause seen (at least 1).

    Returns
    -------
    CumulativeIncidence
        One row per cause, one column per distinct time.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length, or a cause lies
        beyond `n_causes`.

    See Also
    --------
    kaplan_meier : For one event that nothing else can prevent.

    Notes
    -----
    R: ``cmprsk::cuminc(time, cause)`` gives the same estimates and variances (Aalen 1978).
    ``survival::survfit(Surv(entry_time, time, factor(cause)) ~ 1, weights = weights, id = id)``
    gives the same estimates and, since version 3, the standard errors of `robust`. The limits
    are those of Choudhury on the scale log(-log(incidence)) unless another is asked for.

    References
    ----------
    Aalen OO (1978). doi:10.1214/aos/1176344198
    Choudhury JB (2002). doi:10.1002/sim.1070

    Examples
    --------
    >>> from chorall.stats import cumulative_incidence
    >>> curves = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1])
    >>> curves.at([2, 4]).cumulative_incidence
    array([[0.25, 0.75],
           [0.25, 0.25]])
    """
    follow_up = check_time_and_cause(time, cause, entry_time)
    level = check_level(conf_level)
    check_choice(conf_type, "conf_type", CONF_TYPES)
    n_kinds = count_causes(follow_up.cause, n_causes)
    case_weights = check_weights(weights, len(follow_up.time))
    counts = count_outcomes(follow_up, n_kinds, case_weights, robust=robust)
    n_events, n_at_risk = counts.n_events, counts.n_at_risk
    n_any = n_events.sum(axis=0)
    survival = multiply_survival(n_at_risk, n_any, counts.all_fail)
    survival_before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.cumsum(survival_before * n_events / n_at_risk, axis=1)
    if counts.table is None:
        standard_error = find_aalen_error(incidence, n_events, n_at_risk, survival_before, survival)
    else:
        hazards = np.where(counts.all_fail, 1.0, n_any / n_at_risk), n_events / n_at_risk
        standard_error = find_robust_error(
            counts.table, follow_up, case_weights, n_at_risk, hazards, survival_before, incidence
        )
    lower, upper = find_limits(incidence, standard_error, level, conf_type)
    return CumulativeIncidence(
        counts.time, n_at_risk, n_events, counts.n_censored,
        incidence, standard_error, lower, upper, survival, level,
    )  # fmt: skip


def find_robust_error(
    table: RiskTable,
    follow_up: CauseFollowUp,
    weights: Floats | None,
    n_at_risk: Counts,
    hazards: tuple[Floats, Floats],
    survival_before: Floats,
    incidence: Floats,
) -> Floats:
    """Return the infinitesimal-jackknife error of each incidence, shape (K, t)."""
    n = len(follow_up.time)
    n_passed = np.zeros(n, dtype=np.int64)
    if follow_up.entry_time is not None:
        n_passed = np.searchsorted(table.time, follow_up.entry_time, side="right").astype(np.int64)
    hazard, own = hazards
    rows = [
        find_jackknife_error(
            IncidenceSteps(table, n_at_risk, hazard, own[row], survival_before, curve),
            np.ones(n) if weights is None else weights,
            n_passed, follow_up.cause > 0, follow_up.cause == row + 1,
        )
        for row, curve in enumerate(incidence)
    ]  # fmt: skip
    return np.stack(rows)


def count_causes(cause: Integers, n_causes: int | None) -> int:
    """Return the number of causes K, checking the asked number against the data."""
    largest = max(int(cause.max()), 1)
    if max(largest, n_causes or 1) > MOST_CAUSES:
        raise InputError(
            f"`cause` or `n_causes` goes up to {max(largest, n_causes or 1)}; every cause up to "
            f"the largest has its curve, and at most {MOST_CAUSES} are drawn. Recode `cause` to "
            "1, 2, ..."
        )
    if n_causes is None:
        return largest
    if n_causes < largest:
        raise InputError(
            f"`cause` goes up to {largest}, beyond `n_causes` = {n_causes}. "
            f"Give n_causes >= {largest} or recode `cause`."
        )
    return int(n_causes)
