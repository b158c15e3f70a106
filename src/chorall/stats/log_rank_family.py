"""Relatives of the log-rank test: weights over time, and trend over ordered groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import ArrayLike, Floats, Integers, Labels, freeze
from chorall.stats.checks import check_time_and_event
from chorall.stats.log_rank import (
    GroupTable,
    check_compared_groups,
    find_chi_square,
    sum_expected,
    tabulate_strata,
)


@dataclass(frozen=True, slots=True, eq=False)
class WeightedLogrankResult:
    """A log-rank test with weights over time.

    Attributes
    ----------
    groups : ndarray of shape (k,)
        Group labels, sorted.
    n : ndarray of int64, shape (k,)
        Patients of each group.
    observed, expected : ndarray of shape (k,)
        Weighted events, and what was expected if all groups shared one hazard in each stratum.
    variance : ndarray of shape (k, k)
        Covariance of observed - expected.
    chi_square : float
        Test statistic; 0 when nothing could be compared.
    degrees_of_freedom : int
        Rank of `variance`.
    p_value : float
        Upper tail of the chi-square distribution; NaN without degrees of freedom.
    rho, gamma : float
        Powers of the weights.
    n_strata : int
        Number of strata, 1 without strata.
    """

    groups: Labels
    n: Integers
    observed: Floats
    expected: Floats
    variance: Floats
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    rho: float
    gamma: float
    n_strata: int

    def __post_init__(self) -> None:
        freeze(self)


def weighted_logrank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    rho: float = 0.0,
    gamma: float = 0.0,
    strata: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
) -> WeightedLogrankResult:
    """Test whether k groups share one hazard, by the weights of Fleming and Harrington.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event comes
        before a censoring at the same time; tied events get the hypergeometric variance.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    group : array_like of shape (n,)
        Group labels (text or numbers), at least two different ones, none missing.
    rho, gamma : float, optional
        Each event time weighs S ** rho * (1 - S) ** gamma, where S is the Kaplan-Meier estimate
        of all groups just before, in each stratum its own. (0, 0) is the log-rank test, (1, 0)
        looks at early, (0, 1) at late differences.
    strata : array_like of shape (n,), optional
        Stratum labels; groups are compared within strata only.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.

    Returns
    -------
    WeightedLogrankResult
        Weighted observed and expected events of each group, and the test.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length, or when there are
        fewer than two groups.

    See Also
    --------
    logrank : Without weights.
    logrank_trend : For ordered groups.

    Notes
    -----
    R: ``survdiff(Surv(time, event) ~ group + strata(strata), rho = rho)``, which has no gamma.
    Choose the weights before you look at the curves.

    References
    ----------
    Harrington DP, Fleming TR (1982). doi:10.1093/biomet/69.3.553

    Examples
    --------
    >>> from chorall.stats import weighted_logrank
    >>> test = weighted_logrank([1, 2, 3, 4], [True] * 4, ["A", "A", "B", "B"], rho=1)
    >>> test.observed
    array([1.75, 0.75])
    """
    follow_up = check_time_and_event(time, event, entry_time)
    groups, codes = check_compared_groups(group, len(follow_up.time))
    check_powers(rho, gamma)
    tables = tabulate_strata(follow_up, codes, len(groups), strata)
    weights = [weigh_times(table, rho, gamma) for table in tables]
    expected, variance = sum_expected(tables, len(groups), weights)
    observed = sum_observed(tables, weights)
    chi_square, rank = find_chi_square(observed - expected, variance)
    return WeightedLogrankResult(
        groups=groups,
        n=np.bincount(codes, minlength=len(groups)),
        observed=observed,
        expected=expected,
        variance=variance,
        chi_square=chi_square,
        degrees_of_freedom=rank,
        p_value=float(chdtrc(rank, chi_square)) if rank else float("nan"),
        rho=float(rho),
        gamma=float(gamma),
        n_strata=len(tables),
    )


def check_powers(rho: float, gamma: float) -> None:
    """Raise unless both powers of the weights are finite and not negative."""
    problems = [
        f"`{name}` is {value!r}; expected 0 or more"
        for name, value in [("rho", rho), ("gamma", gamma)]
        if not 0 <= value < np.inf
    ]
    raise_gathered(InputError, "the settings cannot be used", problems, "Correct these.")


def weigh_times(table: GroupTable, rho: float, gamma: float) -> Floats:
    """Return the weight of each event time, by Kaplan-Meier survival just before it."""
    surviving = 1 - table.n_events.sum(axis=0) / table.n_at_risk.sum(axis=0)
    before = np.concatenate([[1.0], np.cumprod(surviving)[:-1]])[: len(surviving)]
    return np.asarray(before**rho * (1 - before) ** gamma, dtype=np.float64)


def sum_observed(tables: list[GroupTable], weights: list[Floats]) -> Floats:
    """Return the weighted events of each group."""
    pairs = zip(tables, weights, strict=True)
    return np.asarray(sum(table.n_events @ weight for table, weight in pairs), dtype=np.float64)
