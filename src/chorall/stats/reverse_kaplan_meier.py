"""How long patients were followed: Kaplan-Meier with event and censoring exchanged."""

from __future__ import annotations

from chorall.stats.arrays import ArrayLike
from chorall.stats.checks import check_time_and_event
from chorall.stats.survival_curve import SurvivalCurve, kaplan_meier


def reverse_kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry_time: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> SurvivalCurve:
    """Estimate potential follow-up; its `median` is the median follow-up of a report.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: those with the
        event at a time still count as at risk of being censored there, as in R's survfit.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there
        (as for `kaplan_meier`; the exchange happens here).
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
        `survival` is the probability to be followed beyond each time if nobody had the event;
        `n_events` counts the censored and `n_censored` those with the event. Read
        ``.median.estimate``; NaN when less than half would be censored.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length.

    See Also
    --------
    kaplan_meier : The curve of the event.

    Notes
    -----
    R: ``survfit(Surv(time, !event) ~ 1)``; ``prodlim(..., reverse = TRUE)`` takes those with
    the event at a tied time out of the risk set first.

    References
    ----------
    Schemper M, Smith TL (1996). doi:10.1016/0197-2456(96)00075-X

    Examples
    --------
    >>> from chorall.stats import reverse_kaplan_meier
    >>> reverse_kaplan_meier([1, 2, 3, 4], [True, False, False, False]).median.estimate
    3.0
    """
    follow_up = check_time_and_event(time, event, entry_time)
    return kaplan_meier(
        follow_up.time,
        ~follow_up.event,
        entry_time=follow_up.entry_time,
        weights=weights,
        conf_level=conf_level,
        conf_type=conf_type,
    )
