"""Two strategies of starting a treatment compared by cloning, censoring and weighting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import (
    add_bad_places,
    check_lengths,
    check_level,
    check_time_and_cause,
    raise_problems,
    read_numbers,
)
from chorall.stats.clone_weights import Window, cut_follow_up, find_edges, place_rows
from chorall.stats.cloned_curves import order_rows
from chorall.stats.cloned_resamples import (
    Clones,
    describe_weights,
    find_percentile_limits,
    resample_clones,
    summarise_clones,
    weigh_clones,
)
from chorall.stats.cloned_result import ClonedStrategies
from chorall.stats.cox_data import check_covariates
from chorall.stats.predicted_risk import check_horizons
from chorall.stats.resampling import Seed


def compare_cloned_strategies(
    x: ArrayLike,
    time: ArrayLike,
    cause: ArrayLike,
    start: ArrayLike,
    *,
    windows: Sequence[Window | None],
    horizon: float,
    interval: float,
    able_until: ArrayLike | None = None,
    times: ArrayLike | None = None,
    n_resamples: int = 0,
    seed: Seed = 0,
    strata: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> ClonedStrategies:
    """Compare what would happen if all started a treatment within a window, and if nobody did.

    Parameters
    ----------
    x : array_like of shape (n, p)
        Covariates at time zero on which starting and the outcome depend; p may be 0.
    time : array_like of shape (n,)
        Follow-up from time zero, above 0, in any unit.
    cause : array_like of int, shape (n,)
        0 censored, 1 the event, 2 and above competing.
    start : array_like of shape (n,)
        When treatment began, above 0; infinite where it did not. A start at or after `time`, or
        after `able_until`, is none.
    windows : sequence of two (float, float) or None
        The strategies: start after the first and no later than the second time, with the timing
        seen in all patients; None never starts. At the end of the window who has not started has
        left the strategy, unless no longer able to.
    horizon : float
        Where risks are read.
    interval : float
        Length of the steps in which weights change.
    able_until : array_like of shape (n,), optional
        When a patient can no longer start (such as a relapse); infinite for never. From then on
        every strategy is followed as it stood.
    times : array_like of shape (m,), optional
        Where curves are read as well, ascending, above 0 and below the horizon.
    n_resamples : int, optional
        Patients are drawn with replacement and everything is computed anew; 0: no limits.
    seed : int or numpy.random.SeedSequence, optional
        Resample k depends on the seed and k alone.
    strata : array_like of shape (n,), optional
        Labels (such as trials) within which patients are resampled.
    conf_level : float, optional
        Coverage of the percentile limits.

    Returns
    -------
    ClonedStrategies
        Risks, differences and what the weights look like.

    Raises
    ------
    InputError
        When an argument is missing, out of range or of the wrong length, or a covariate is
        constant.
    ConvergenceError
        When covariates tell without an error who starts: there is no overlap.

    See Also
    --------
    doubly_robust_risk : Treatment known at time zero.

    Notes
    -----
    Every patient is cloned to both strategies and censored when the clone leaves its own. Weights
    are the strategy's probability of the starts seen over that given covariates: Cox's model of
    the time to start (ties as Breslow). R: ``coxph(Surv(t, started) ~ x, ties = "breslow")``,
    ``survSplit``, ``survfit(Surv(entry, exit, cause) ~ 1, weights = w)``; tests/oracle.

    References
    ----------
    Cain LE et al. (2010). doi:10.2202/1557-4679.1212
    Hernan MA, Robins JM (2016). doi:10.1093/aje/kwv254
    Maringe C et al. (2020). doi:10.1093/ije/dyaa057

    Examples
    --------
    >>> import numpy as np
    >>> from chorall.stats import compare_cloned_strategies
    >>> found = compare_cloned_strategies(
    ...     np.empty((4, 0)), [5, 6, 7, 8], [1, 0, 1, 0], [2, np.inf, np.inf, 1],
    ...     windows=[(0, 3), None], horizon=7, interval=1)
    >>> found.risk[:, -1].round(3)
    array([0.5, 1. ])
    """
    level, edges_at = check_level(conf_level), _check_settings(windows, horizon, interval)
    outcome = check_time_and_cause(time, cause)
    values = np.empty((len(outcome.time), 0))
    if np.ndim(x) != 2 or np.shape(x)[1]:
        values = check_covariates(x, len(outcome.time))
    begin, able = _read_starts(start, able_until, outcome.time)
    begin = np.where((begin < outcome.time) & (begin <= able), begin, np.inf)
    points = np.unique(np.append([] if times is None else check_horizons(times), float(horizon)))
    edges = find_edges(begin, edges_at, interval)
    rows = cut_follow_up(outcome.time, outcome.cause, begin, edges)
    started = np.isfinite(begin)
    starts = np.unique(begin[started])
    clones = Clones(
        values, np.minimum(np.minimum(outcome.time, begin), able), started, starts,
        place_rows(rows, starts, able), rows, order_rows(rows), edges_at,
        points[points <= horizon],
    )  # fmt: skip
    once = np.ones(len(outcome.time), dtype=np.int64)
    weights = weigh_clones(clones, once)
    found = summarise_clones(clones, weights)
    replicates, n_failed = resample_clones(clones, strata, n_resamples, seed)
    lower, upper = find_percentile_limits(replicates, found, level)
    m = len(clones.times)
    return ClonedStrategies(
        clones.times, found[: 2 * m].reshape(2, m), lower[: 2 * m].reshape(2, m),
        upper[: 2 * m].reshape(2, m), float(found[-2]), float(lower[-2]), float(upper[-2]),
        found[2 * m : 2 * m + 2], float(found[-1]), float(lower[-1]), float(upper[-1]),
        *describe_weights(clones, weights, float(horizon)), int(clones.started.sum()), n_failed,
        level,
    )  # fmt: skip


def _check_settings(
    windows: Sequence[Window | None], horizon: float, interval: float
) -> list[Window | None]:
    check_horizons(horizon)
    if not (np.isfinite(interval) and interval > 0):
        raise InputError(f"`interval` is {interval!r}; expected above 0.")
    sound = len(windows) == 2 and all(
        window is None or (len(window) == 2 and 0 <= window[0] < window[1] <= horizon)
        for window in windows
    )
    if not sound or windows[0] == windows[1]:
        raise InputError(
            f"`windows` is {windows!r}; expected two different strategies, each (first, last) with "
            "0 <= first < last <= horizon, or None."
        )
    return [None if one is None else (float(one[0]), float(one[1])) for one in windows]


def _read_starts(
    start: ArrayLike, able_until: ArrayLike | None, time: Floats
) -> tuple[Floats, Floats]:
    problems: list[str] = []
    begin = read_numbers(start, "start", problems)
    able = np.full(len(time), np.inf)
    if able_until is not None:
        able = read_numbers(able_until, "able_until", problems)
    raise_problems(problems)
    check_lengths(time=time, start=begin, able_until=able)
    add_bad_places(problems, "time", ~(time > 0), "not above 0")
    add_bad_places(problems, "start", ~(begin > 0), "not above 0")
    add_bad_places(problems, "able_until", ~(able > 0), "not above 0")
    raise_problems(problems)
    return begin, able
