"""The log-rank test of k groups, stratified and with delayed entry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, Labels, freeze
from chorall.stats.checks import FollowUp, check_labels, check_time_and_event

# eigenvalues of the variance below this part of the largest are directions without comparison
RANK_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class LogrankResult:
    """A log-rank test.

    Attributes
    ----------
    groups : ndarray of shape (k,)
        Group labels, sorted.
    n, observed : ndarray of int64, shape (k,)
        Patients and events in each group.
    expected : ndarray of shape (k,)
        Events expected in each group if all groups shared one hazard within each stratum.
    variance : ndarray of shape (k, k)
        Hypergeometric covariance of observed - expected.
    chi_square : float
        Test statistic; 0 when nothing could be compared.
    degrees_of_freedom : int
        Rank of `variance`: k - 1, less where groups never met at risk.
    p_value : float
        Upper tail of the chi-square distribution; NaN without degrees of freedom.
    n_strata : int
        Number of strata, 1 without strata.
    """

    groups: Labels
    n: Integers
    observed: Integers
    expected: Floats
    variance: Floats
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    n_strata: int

    def __post_init__(self) -> None:
        freeze(self)


def logrank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
) -> LogrankResult:
    """Test whether k groups share one hazard.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event comes
        before a censoring at the same time; tied events get the hypergeometric variance.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    group : array_like of shape (n,)
        Group labels (text or numbers), at least two different ones, none missing.
    strata : array_like of shape (n,), optional
        Stratum labels; groups are compared within strata only.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.

    Returns
    -------
    LogrankResult
        Observed and expected events of each group, summed over strata, and the test.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length, or when there are
        fewer than two groups.

    See Also
    --------
    fit_cox : Estimates how much the hazards differ.
    kaplan_meier : The curves to show beside the test.

    Notes
    -----
    R: ``survdiff(Surv(time, event) ~ group + strata(strata))``. R counts one degree of freedom
    for every group with an expectation above 0, less one, and fails where the variance is
    singular; here it is the rank of the variance.

    References
    ----------
    Peto R, Peto J (1972). doi:10.2307/2344317

    Examples
    --------
    >>> from chorall.stats import logrank
    >>> test = logrank([1, 2, 3, 4], [True] * 4, ["A", "A", "B", "B"])
    >>> round(test.chi_square, 4)
    2.8824
    """
    follow_up = check_time_and_event(time, event, entry_time)
    n = len(follow_up.time)
    groups, group_codes = check_labels(group, n, "group")
    if len(groups) < 2:
        raise InputError("`group` holds one group only. Give at least two groups to compare.")
    n_strata, members = split_strata(strata, n)
    expected = np.zeros(len(groups))
    variance = np.zeros((len(groups), len(groups)))
    for rows in members:
        stratum = FollowUp(
            follow_up.time[rows],
            follow_up.event[rows],
            None if follow_up.entry_time is None else follow_up.entry_time[rows],
        )
        add_stratum(expected, variance, stratum, group_codes[rows])
    observed = np.bincount(group_codes[follow_up.event], minlength=len(groups))
    chi_square, rank = find_chi_square(observed - expected, variance)
    return LogrankResult(
        groups=groups,
        n=np.bincount(group_codes, minlength=len(groups)),
        observed=observed,
        expected=expected,
        variance=variance,
        chi_square=chi_square,
        degrees_of_freedom=rank,
        p_value=float(chdtrc(rank, chi_square)) if rank else float("nan"),
        n_strata=n_strata,
    )


def split_strata(strata: ArrayLike | None, n: int) -> tuple[int, list[Integers]]:
    """Return the number of strata and the rows of each."""
    if strata is None:
        return 1, [np.arange(n)]
    labels, codes = check_labels(strata, n, "strata")
    order = np.argsort(codes, kind="stable")
    bounds = np.cumsum(np.bincount(codes))[:-1]
    return len(labels), np.split(order, bounds)


def add_stratum(
    expected: Floats, variance: Floats, follow_up: FollowUp, group_codes: Integers
) -> None:
    """Add the expectations and the covariance of one stratum in place."""
    time, event, entry_time = follow_up
    event_times, n_events = np.unique(time[event], return_counts=True)
    if not event_times.size:
        return
    in_group = [group_codes == code for code in range(len(expected))]
    at_risk = np.stack([count_members(event_times, time, entry_time, who) for who in in_group])
    n_at_risk = at_risk.sum(axis=0)
    share = at_risk / n_at_risk
    expected += share @ n_events
    scale = n_events * (n_at_risk - n_events) / np.maximum(n_at_risk - 1, 1)
    variance += np.diag(share @ scale) - (share * scale) @ share.T


def count_members(
    event_times: Floats, time: Floats, entry_time: Floats | None, members: Booleans
) -> Integers:
    """Return how many of the members are at risk just before each event time."""
    n_left = np.searchsorted(np.sort(time[members]), event_times, side="left")
    if entry_time is None:
        return np.asarray(members.sum() - n_left, dtype=np.int64)
    n_entered = np.searchsorted(np.sort(entry_time[members]), event_times, side="left")
    return np.asarray(n_entered - n_left, dtype=np.int64)


def find_chi_square(difference: Floats, variance: Floats) -> tuple[float, int]:
    """Return the quadratic form of the difference in the inverse variance, and its rank."""
    values, vectors = np.linalg.eigh(variance)
    kept = values > RANK_TOLERANCE * max(values[-1], 0.0)
    rank = int(kept.sum())
    components = vectors[:, kept].T @ difference
    return float(np.sum(components**2 / values[kept])), rank
