"""The mean time free of the event up to a horizon, and its difference between two groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import (
    FollowUp,
    check_level,
    check_time_and_event,
    check_weights,
)
from chorall.stats.limits import find_normal_quantile
from chorall.stats.survival_curve import SurvivalCurve, kaplan_meier


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Mean time free of the event up to a horizon, in the unit of `time`.

    Attributes
    ----------
    restricted_mean : float
        Area under the Kaplan-Meier curve up to the horizon; NaN when follow-up ends before it.
    standard_error : float
        Of `restricted_mean`.
    lower, upper : float
        Normal limits, held between 0 and the horizon.
    horizon : float
        Where the mean is cut.
    n, n_events : int
        Patients, and events up to the horizon, unweighted.
    conf_level : float
        Coverage of the limits.
    """

    restricted_mean: float
    standard_error: float
    lower: float
    upper: float
    horizon: float
    n: int
    n_events: int
    conf_level: float


def restricted_mean(
    time: ArrayLike,
    event: ArrayLike,
    *,
    horizon: float,
    entry_time: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> RestrictedMean:
    """Estimate the mean time free of the event up to a horizon.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event comes
        before a censoring at the same time.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    horizon : float
        Where to cut, above 0, in the unit of `time`. Choose it before seeing the curves.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
    weights : array_like of shape (n,), optional
        Case weights, above 0: a weight of 2 stands for two patients.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    RestrictedMean
        NaN when the last follow-up lies before the horizon and the curve has not reached 0:
        what nobody was followed to see is not known.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length.

    See Also
    --------
    restricted_mean_difference : Compare two groups.
    kaplan_meier : The curve whose area this is.

    Notes
    -----
    R: ``print(survfit(Surv(time, event) ~ 1), rmean = horizon)``, which carries a curve on
    beyond the last follow-up. The variance is the sum over event times of the squared
    area that is left times d / (n (n - d)) (Greenwood).

    References
    ----------
    Irwin JO (1949). doi:10.1017/S0022172400014443

    Examples
    --------
    >>> from chorall.stats import restricted_mean
    >>> restricted_mean([1, 2, 3, 4], [True, True, False, True], horizon=3).restricted_mean
    2.25
    """
    follow_up = check_time_and_event(time, event, entry_time)
    level = check_level(conf_level)
    cut = check_horizon(horizon)
    case_weights = check_weights(weights, len(follow_up.time))
    mean, standard_error = estimate_area(follow_up, case_weights, cut)
    width = find_normal_quantile(level) * standard_error
    lower, upper = np.clip([mean - width, mean + width], 0.0, cut)
    return RestrictedMean(
        mean, standard_error, float(lower), float(upper), cut,
        len(follow_up.time), int((follow_up.event & (follow_up.time <= cut)).sum()), level,
    )  # fmt: skip


def check_horizon(horizon: float) -> float:
    """Return the horizon, a finite number above 0."""
    if not isinstance(horizon, int | float | np.number) or not 0 < horizon < np.inf:
        raise InputError(f"`horizon` is {horizon!r}; expected a time above 0.")
    return float(horizon)


def estimate_area(
    follow_up: FollowUp, weights: Floats | None, horizon: float
) -> tuple[float, float]:
    """Return the area under the curve up to the horizon, and its standard error.

    Areas are taken in units of the horizon: squares of times of any size stay within floating
    point.
    """
    time, event, entry_time = follow_up
    curve = kaplan_meier(time, event, entry_time=entry_time, weights=weights)
    if curve.time[-1] < horizon and curve.survival[-1] > 0:
        return float("nan"), float("nan")
    seen = curve.time < horizon
    height = np.concatenate([[1.0], curve.survival[seen]])
    edges = np.concatenate([[0.0], curve.time[seen], [horizon]])
    pieces = height * np.diff(edges)
    # after each time: the area from there to the horizon
    left = np.cumsum(pieces[::-1])[::-1][1:] / horizon
    variance = float(np.sum(left**2 * find_hazard_variance(curve)[seen]))
    return float(pieces.sum()), horizon * float(np.sqrt(variance))


def find_hazard_variance(curve: SurvivalCurve) -> Floats:
    """Return Greenwood's terms d / (n (n - d)), 0 where everybody has the event."""
    n, d = curve.n_at_risk.astype(np.float64), curve.n_events.astype(np.float64)
    terms = np.zeros(len(n))
    # no area is left after such a time
    np.divide(d, n * (n - d), out=terms, where=curve.survival > 0)
    return terms
