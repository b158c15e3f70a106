"""Jackknife pseudo-values of survival and cumulative incidence, in linear time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats, Integers
from chorall.stats.predicted_risk import Outcome, check_horizons, check_outcome
from chorall.stats.risk_table import RiskTable, count_rows, tabulate_risk
from chorall.stats.survival_curve import multiply_survival


class Curve(NamedTuple):
    """Events and estimates at the t distinct times, everybody included."""

    table: RiskTable
    n_any: Integers
    n_own: Integers
    survival: Floats
    incidence: Floats


class PathWithout(NamedTuple):
    """Estimates along the t times when one patient still at risk is left out, and before them."""

    survival: Floats
    incidence: Floats


def pseudo_values(
    time: ArrayLike,
    event: ArrayLike,
    times: ArrayLike,
    *,
    cause_of_interest: int | None = None,
) -> Floats:
    """Find what each patient contributes to a survival or an incidence.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing; at least two
        patients. An event comes before a censoring at the same time.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. With `cause_of_interest`: int, the cause, 0
        when censored.
    times : array_like of shape (m,) or float
        Times above 0, ascending, in the unit of `time`.
    cause_of_interest : int, optional
        Asks for the cumulative incidence of this cause, in competition with the others.

    Returns
    -------
    ndarray of shape (n, m)
        n * estimate - (n - 1) * estimate without the patient: of survival, or of the
        cumulative incidence with `cause_of_interest`. They stand in for the unknown outcomes
        in a regression and may lie outside 0 to 1. NaN at times to which nobody was followed,
        and with one patient.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length.

    See Also
    --------
    kaplan_meier : The estimate itself.
    calibration : Uses them.

    Notes
    -----
    R: ``prodlim::jackknife(prodlim(Hist(time, event) ~ 1), times = times)``. Without the last
    patient followed the curve stays flat to its end. Censoring must not depend on what the
    regression will contain; otherwise compute them within groups.

    References
    ----------
    Andersen PK, Klein JP, Rosthoj S (2003). doi:10.1093/biomet/90.1.15
    Andersen PK, Perme MP (2010). doi:10.1177/0962280209105020

    Examples
    --------
    >>> from chorall.stats import pseudo_values
    >>> pseudo_values([1, 2, 3, 4], [True, False, True, False], 3).round(4).ravel()
    array([ 0. ,  0.5, -0.5,  1.5])
    """
    outcome = check_outcome(time, event, cause_of_interest)
    asked = check_horizons(times)
    curve = tabulate_curve(outcome)
    use_incidence = cause_of_interest is not None
    n = len(outcome.time)
    everybody = curve.incidence if use_incidence else curve.survival
    before = 0.0 if use_incidence else 1.0
    start = np.concatenate([[before], everybody])
    rows = np.searchsorted(curve.table.time, asked, side="right")
    values = np.empty((n, len(asked)))
    without = walk_without(curve)
    for column, row in enumerate(rows):
        left_out = leave_each_out(curve, outcome, without, row, use_incidence)
        values[:, column] = n * start[row] - (n - 1) * left_out
    is_known = (asked <= curve.table.time[-1]) | (curve.survival[-1] == 0)
    return np.asarray(np.where(is_known & (n > 1), values, np.nan), dtype=np.float64)


def tabulate_curve(outcome: Outcome) -> Curve:
    """Return the estimates of all patients together."""
    table = tabulate_risk(outcome.time, None)
    n_any, n_own = count_rows(table, outcome.cause > 0), count_rows(table, outcome.cause == 1)
    survival = multiply_survival(table.n_at_risk, n_any, n_any == table.n_at_risk)
    before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.cumsum(before * n_own / table.n_at_risk)
    return Curve(table, n_any, n_own, survival, incidence)


def walk_without(curve: Curve) -> PathWithout:
    """Return the estimates without a patient who is at risk all along; entry 0 is the start."""
    others = np.maximum(curve.table.n_at_risk - 1, 1)
    # at the last times there may be more events than others; such entries are never read
    survival = np.cumprod(np.concatenate([[1.0], np.maximum(1 - curve.n_any / others, 0.0)]))
    incidence = np.cumsum(np.concatenate([[0.0], survival[:-1] * curve.n_own / others]))
    return PathWithout(survival, incidence)


def leave_each_out(
    curve: Curve, outcome: Outcome, without: PathWithout, row: int, use_incidence: bool
) -> Floats:
    """Return the estimate before row `row` of the table without each patient, shape (n,).

    A patient who leaves at or after that row is away from every risk set that matters; one who
    left earlier is away up to the own time, and from there on the curve of all takes over.
    """
    own_row = curve.table.position
    survival, incidence = step_over_own_time(curve, outcome, without)
    if row == 0:
        return np.full(len(own_row), 0.0 if use_incidence else 1.0, dtype=np.float64)
    at_own, at_end = curve.survival[own_row], curve.survival[row - 1]
    # where nobody is left the curve has ended at the own time
    ended = at_own == 0
    scale = np.divide(survival, at_own, out=np.zeros(len(survival)), where=~ended)
    if use_incidence:
        left = incidence + scale * (curve.incidence[row - 1] - curve.incidence[own_row])
        stayed = without.incidence[row]
    else:
        left, stayed = np.where(ended, survival, scale * at_end), without.survival[row]
    return np.asarray(np.where(own_row < row, left, stayed), dtype=np.float64)


def step_over_own_time(
    curve: Curve, outcome: Outcome, without: PathWithout
) -> tuple[Floats, Floats]:
    """Return survival and incidence just after each patient's own time, the patient left out."""
    own_row = curve.table.position
    others = curve.table.n_at_risk[own_row] - 1
    other_events = curve.n_any[own_row] - (outcome.cause > 0)
    other_own = curve.n_own[own_row] - (outcome.cause == 1)
    per_other = 1 / np.maximum(others, 1)
    before = without.survival[own_row]
    survival = before * (1 - other_events * per_other)
    incidence = without.incidence[own_row] + before * other_own * per_other
    return survival, incidence
