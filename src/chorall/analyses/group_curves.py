"""The curves of one group of patients, read at a horizon and thinned for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import count_at_risk, cumulative_incidence, kaplan_meier

MOST_STEPS: Final = 400
"""Of one drawn curve: no screen or page shows more."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A step function from time 0 to the end of follow-up, continuous from the right.

    Attributes
    ----------
    cause : int
        1 the event; 2 and above what competes.
    time : ndarray of float, shape (k,)
        Days; begins with 0.
    estimate, lower, upper : ndarray of float, shape (k,)
        Survival, or cumulative incidence where causes compete; NaN where there is no limit.
    """

    cause: int
    time: NDArray[np.float64]
    estimate: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroupCurves:
    """All curves of one group.

    Attributes
    ----------
    curves : tuple of Curve
        One per cause, thinned; only cause 1 (survival) where nothing competes.
    at_horizon : tuple of float
        Estimate, lower and upper of cause 1 at the horizon; NaN where nobody was followed so long.
    error_at_horizon : float
        Standard error of the estimate there.
    """

    curves: tuple[Curve, ...]
    at_horizon: tuple[float, float, float]
    error_at_horizon: float = float("nan")


def read_curves(
    cohort: EndpointCohort, members: NDArray[np.bool_], horizon_days: float, conf_level: float
) -> GroupCurves:
    """Estimate the curves of the patients where `members`, shape (n,), is True.

    See Also
    --------
    chorall.stats.kaplan_meier : Endpoints with one cause, log-log limits.
    chorall.stats.cumulative_incidence : Endpoints with competing causes.
    """
    if not members.any():
        return GroupCurves((), (np.nan, np.nan, np.nan))
    if cohort.n_causes > 1 or cohort.shows_incidence:
        return _read_incidences(cohort, members, horizon_days, conf_level)
    fit = kaplan_meier(
        cohort.time[members],
        cohort.event[members],
        entry_time=cohort.entries(members),
        conf_level=conf_level,
    )
    at = fit.at(horizon_days)
    steps = ((fit.survival, 1.0), (fit.lower, 1.0), (fit.upper, 1.0))
    curve = thin_curve(begin_at_zero(1, fit.time, *steps))
    first = (float(at.survival[0]), float(at.lower[0]), float(at.upper[0]))
    return GroupCurves((curve,), first, float(at.standard_error[0]))


def _read_incidences(
    cohort: EndpointCohort, members: NDArray[np.bool_], horizon_days: float, conf_level: float
) -> GroupCurves:
    fit = cumulative_incidence(
        cohort.time[members],
        cohort.cause[members],
        entry_time=cohort.entries(members),
        conf_level=conf_level,
        n_causes=cohort.n_causes,
    )
    at = fit.at(horizon_days)
    steps = [
        ((fit.cumulative_incidence[j], 0.0), (fit.lower[j], np.nan), (fit.upper[j], np.nan))
        for j in range(cohort.n_causes)
    ]
    curves = tuple(
        thin_curve(begin_at_zero(j + 1, fit.time, *step)) for j, step in enumerate(steps)
    )
    first = (at.cumulative_incidence[0, 0], at.lower[0, 0], at.upper[0, 0])
    error = float(at.standard_error[0, 0])
    return GroupCurves(curves, (float(first[0]), float(first[1]), float(first[2])), error)


def begin_at_zero(
    cause: int, time: NDArray[np.float64], *parts: tuple[NDArray[np.float64], float]
) -> Curve:
    """Put time 0 before the steps; each part is its values and what it is before the first."""
    if time[0] == 0:
        return Curve(cause, time, *(values for values, _ in parts))
    return Curve(
        cause, np.append(0.0, time), *(np.append(start, values) for values, start in parts)
    )


def thin_curve(curve: Curve) -> Curve:
    """Keep the steps, and of more than `MOST_STEPS` of them a choice spread evenly over time.

    No step is moved, and the first and the last point stay: of all steps in one cell of the grid
    the last one stays, so that the thinned curve is exact at every cell's end.
    """
    moves = np.flatnonzero(np.diff(curve.estimate)) + 1
    kept = np.union1d(moves, [0, len(curve.time) - 1])
    if len(kept) > MOST_STEPS:
        grid = np.linspace(0, curve.time[-1], MOST_STEPS - 1)
        cell = np.searchsorted(grid, curve.time[kept], side="left")
        kept = np.union1d(kept[np.flatnonzero(np.diff(cell, append=-1))], [0])
    picked = (curve.time, curve.estimate, curve.lower, curve.upper)
    return Curve(curve.cause, *(values[kept] for values in picked))


def count_by_year(
    cohort: EndpointCohort, members: NDArray[np.bool_], years: NDArray[np.float64]
) -> dict[str, NDArray[np.int64]]:
    """Count who is at risk just before each of `years`, events (cause 1) and censored up to it."""
    time, cause = cohort.time[members], cohort.cause[members]
    entry = cohort.entries(members)
    days = years * DAYS_PER_YEAR
    n_at_risk = count_at_risk(time, days, entry_time=entry).copy()
    if entry is not None:
        # The kernel's risk sets are open on the left; at time 0 whoever starts there is meant.
        n_at_risk[days == 0] = int((entry == 0).sum())
    return {
        "n_at_risk": n_at_risk,
        "n_events": np.searchsorted(np.sort(time[cause == 1]), days, side="right"),
        "n_censored": np.searchsorted(np.sort(time[cause == 0]), days, side="right"),
    }
