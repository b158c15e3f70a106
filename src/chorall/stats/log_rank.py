"""The log-rank test of k groups, stratified and with delayed entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

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
    weighted_logrank : Sees late, early or crossing differences.
    logrank_trend : Sees a trend over ordered groups.
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
    groups, group_codes = check_compared_groups(group, len(follow_up.time))
    tables = tabulate_strata(follow_up, group_codes, len(groups), strata)
    expected, variance = sum_expected(tables, len(groups))
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
        n_strata=len(tables),
    )


class GroupTable(NamedTuple):
    """Who is at risk and who has the event in each of k groups at the t event times of a stratum.

    `n_at_risk` and `n_events` have shape (k, t).
    """

    time: Floats
    n_at_risk: Integers
    n_events: Integers


def check_compared_groups(group: ArrayLike, n: int) -> tuple[Labels, Integers]:
    """Return the labels of at least two groups and the number of each patient's group."""
    groups, group_codes = check_labels(group, n, "group")
    if len(groups) < 2:
        raise InputError("`group` holds one group only. Give at least two groups to compare.")
    return groups, group_codes


def tabulate_strata(
    follow_up: FollowUp, group_codes: Integers, n_groups: int, strata: ArrayLike | None
) -> list[GroupTable]:
    """Return the table of each stratum; one without strata."""
    tables = []
    for rows in split_strata(strata, len(follow_up.time))[1]:
        stratum = FollowUp(
            follow_up.time[rows],
            follow_up.event[rows],
            None if follow_up.entry_time is None else follow_up.entry_time[rows],
        )
        tables.append(tabulate_groups(stratum, group_codes[rows], n_groups))
    return tables


def split_strata(strata: ArrayLike | None, n: int) -> tuple[int, list[Integers]]:
    """Return the number of strata and the rows of each."""
    if strata is None:
        return 1, [np.arange(n)]
    labels, codes = check_labels(strata, n, "strata")
    order = np.argsort(codes, kind="stable")
    bounds = np.cumsum(np.bincount(codes))[:-1]
    return len(labels), np.split(order, bounds)


def tabulate_groups(follow_up: FollowUp, group_codes: Integers, n_groups: int) -> GroupTable:
    """Count those at risk and the events of each group at the event times of one stratum."""
    time, event, entry_time = follow_up
    event_times, position = np.unique(time[event], return_inverse=True)
    members = [group_codes == code for code in range(n_groups)]
    shape = (n_groups, len(event_times))
    cells = group_codes[event] * len(event_times) + position
    n_events = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    n_at_risk = np.stack([count_members(event_times, time, entry_time, who) for who in members])
    return GroupTable(event_times, n_at_risk, n_events)


def sum_expected(
    tables: list[GroupTable], n_groups: int, weights: list[Floats] | None = None
) -> tuple[Floats, Floats]:
    """Return expected events and their covariance, weighted at each time of each stratum."""
    expected = np.zeros(n_groups)
    variance = np.zeros((n_groups, n_groups))
    for number, table in enumerate(tables):
        weight = np.ones(len(table.time)) if weights is None else weights[number]
        n_events, n_at_risk = table.n_events.sum(axis=0), table.n_at_risk.sum(axis=0)
        share = table.n_at_risk / n_at_risk
        expected += share @ (weight * n_events)
        scale = weight**2 * n_events * (n_at_risk - n_events) / np.maximum(n_at_risk - 1, 1)
        variance += np.diag(share @ scale) - (share * scale) @ share.T
    return expected, variance


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
