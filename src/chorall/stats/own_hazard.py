"""Each patient's own cumulative hazard: what an imputation for a Cox model must see."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import check_labels, check_time_and_event
from chorall.stats.nelson_aalen import nelson_aalen
from chorall.stats.step_function import evaluate_steps


def find_own_hazard(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry_time: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> Floats:
    """Find the cumulative hazard that each patient has been under.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event at the end of
        a patient's own follow-up counts.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. For competing causes call once per cause.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry): the hazard before it is not counted.
    strata : array_like of shape (n,), optional
        Labels, such as trials: each has its own hazard.

    Returns
    -------
    ndarray of shape (n,)
        Nelson and Aalen's estimate at `time`, less the one at `entry_time`. No value is missing.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length.

    See Also
    --------
    nelson_aalen : The curve.
    impute_chained : Takes this and `event` as `fixed` predictors.

    Notes
    -----
    R: ``mice::nelsonaalen(data, time, event)`` per stratum, without delayed entry.

    References
    ----------
    White IR, Royston P (2009). doi:10.1002/sim.3618

    Examples
    --------
    >>> from chorall.stats import find_own_hazard
    >>> find_own_hazard([1, 2, 3, 4], [True, False, True, False])
    array([0.25, 0.25, 0.75, 0.75])
    """
    follow_up = check_time_and_event(time, event, entry_time)
    n = len(follow_up.time)
    codes = np.zeros(n, dtype=np.int64) if strata is None else check_labels(strata, n, "strata")[1]
    hazard = np.empty(n)
    for code in range(int(codes.max()) + 1):
        rows = np.flatnonzero(codes == code)
        entry = None if follow_up.entry_time is None else follow_up.entry_time[rows]
        curve = nelson_aalen(follow_up.time[rows], follow_up.event[rows], entry_time=entry)
        steps = curve.time, curve.cumulative_hazard
        end = follow_up.time[rows]
        hazard[rows] = evaluate_steps(*steps, end, before=0.0, is_known_after=True)
        if entry is not None:
            hazard[rows] -= evaluate_steps(*steps, entry, before=0.0, is_known_after=True)
    return hazard
