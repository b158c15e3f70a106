"""Survival of those who are still free of the event at a landmark."""

from __future__ import annotations

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike
from chorall.stats.checks import check_time_and_event, check_weights
from chorall.stats.survival_curve import SurvivalCurve, kaplan_meier


def conditional_survival(
    time: ArrayLike,
    event: ArrayLike,
    *,
    given: float,
    entry_time: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> SurvivalCurve:
    """Estimate P(T > given + t | T > given) for those still free of the event.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event comes
        before a censoring at the same time; an event at exactly `given` is past.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    given : float
        The landmark, in the unit of `time`: time that has been survived already.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
    weights : array_like of shape (n,), optional
        Case weights, above 0.
    conf_level : float, optional
        Coverage of the pointwise limits.
    conf_type : {"log-log", "log", "plain"}, optional
        Scale on which the limits are symmetrical.

    Returns
    -------
    SurvivalCurve
        Its `time` counts from `given`: ``.at(t)`` answers P(T > given + t | T > given). It is
        the curve of the patients at risk after `given`, equal to S(given + t) / S(given) with
        Greenwood's variance of the times in between.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length, or nobody is
        followed beyond `given`.

    See Also
    --------
    kaplan_meier : Survival from the origin.

    Notes
    -----
    R: ``survfit(Surv(time, event) ~ 1, start.time = given)``, whose times count from the origin.

    References
    ----------
    Zabor EC et al. (2013). Journal of Clinical Oncology 31: 20-28.

    Examples
    --------
    >>> from chorall.stats import conditional_survival
    >>> curve = conditional_survival([1, 2, 3, 4], [True, True, True, False], given=1)
    >>> curve.at(1).survival
    array([0.66666667])
    """
    follow_up = check_time_and_event(time, event, entry_time)
    case_weights = check_weights(weights, len(follow_up.time))
    landmark = float(given)
    if not 0 <= landmark < np.inf:
        raise InputError(f"`given` is {given!r}; expected a time of 0 or more.")
    remain = follow_up.time > landmark
    if not remain.any():
        raise InputError("nobody is followed beyond `given`. Give an earlier time.")
    entries = follow_up.entry_time
    return kaplan_meier(
        follow_up.time[remain] - landmark,
        follow_up.event[remain],
        entry_time=None if entries is None else np.maximum(entries[remain] - landmark, 0.0),
        weights=None if case_weights is None else case_weights[remain],
        conf_level=conf_level,
        conf_type=conf_type,
    )
