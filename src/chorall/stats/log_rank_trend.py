"""The log-rank test of trend over ordered groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import ArrayLike, Floats, Labels, freeze
from chorall.stats.checks import check_time_and_event, read_numbers
from chorall.stats.log_rank import (
    check_compared_groups,
    sum_expected,
    tabulate_strata,
)
from chorall.stats.log_rank_family import check_powers, sum_observed, weigh_times

# a variance of the trend below this part of the largest possible one is rounding
RANK_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class LogrankTrend:
    """A test of trend over ordered groups.

    Attributes
    ----------
    groups : ndarray of shape (k,)
        Group labels, sorted.
    scores : ndarray of shape (k,)
        Score of each group.
    z : float
        Sum of score times (observed - expected) over its standard error: above 0 when groups of
        high score have more events. NaN when nothing could be compared.
    chi_square, p_value : float
        Its square, with one degree of freedom, and the two-sided p-value.
    rho, gamma : float
        Powers of the weights.
    n_strata : int
        Number of strata, 1 without strata.
    """

    groups: Labels
    scores: Floats
    z: float
    chi_square: float
    p_value: float
    rho: float
    gamma: float
    n_strata: int

    def __post_init__(self) -> None:
        freeze(self)


def logrank_trend(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    scores: ArrayLike | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
    strata: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
) -> LogrankTrend:
    """Test whether the hazard rises or falls over ordered groups.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event comes
        before a censoring at the same time; tied events get the hypergeometric variance.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    group : array_like of shape (n,)
        Group labels (text or numbers), at least two different ones, none missing.
    scores : array_like of shape (k,), optional
        Score of each group, in the order of the sorted labels; without it 1, 2, ..., k.
    rho, gamma : float, optional
        Weights over time, as in `weighted_logrank`.
    strata : array_like of shape (n,), optional
        Stratum labels; groups are compared within strata only.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.

    Returns
    -------
    LogrankTrend
        The test, with one degree of freedom.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length, or when there are
        fewer than two groups or all scores are the same.

    See Also
    --------
    logrank : Against any difference.

    Notes
    -----
    R: from ``survdiff``, ``sum(s * (obs - exp))^2 / (s %*% var %*% s)``; without ties the score
    test of ``coxph`` with the score as covariate.

    References
    ----------
    Tarone RE (1975). doi:10.1093/biomet/62.3.679

    Examples
    --------
    >>> from chorall.stats import logrank_trend
    >>> test = logrank_trend([1, 2, 3, 4], [True] * 4, ["A", "A", "B", "B"])
    >>> round(test.chi_square, 4), test.z < 0
    (2.8824, True)
    """
    follow_up = check_time_and_event(time, event, entry_time)
    groups, codes = check_compared_groups(group, len(follow_up.time))
    check_powers(rho, gamma)
    values = check_scores(scores, groups)
    tables = tabulate_strata(follow_up, codes, len(groups), strata)
    weights = [weigh_times(table, rho, gamma) for table in tables]
    expected, variance = sum_expected(tables, len(groups), weights)
    # the sum of all differences is 0: without their mean large scores cost no digits
    centred = values - values.mean()
    difference = float(centred @ (sum_observed(tables, weights) - expected))
    spread = float(centred @ variance @ centred)
    known = spread > RANK_TOLERANCE * float(centred @ centred) * float(np.trace(variance))
    z = difference / np.sqrt(spread) if known else float("nan")
    return LogrankTrend(
        groups=groups,
        scores=values,
        z=float(z),
        chi_square=float(z**2),
        p_value=float(chdtrc(1, z**2)) if known else float("nan"),
        rho=float(rho),
        gamma=float(gamma),
        n_strata=len(tables),
    )


def check_scores(scores: ArrayLike | None, groups: Labels) -> Floats:
    """Return one score per group, not all the same."""
    if scores is None:
        return np.arange(1.0, len(groups) + 1)
    problems: list[str] = []
    values = read_numbers(scores, "scores", problems)
    if not problems and (len(values) != len(groups) or not np.isfinite(values).all()):
        problems.append(f"`scores` must hold {len(groups)} finite numbers, one for each group")
    elif not problems and values.min() == values.max():
        problems.append("`scores` are all the same: there is no trend to test")
    raise_gathered(InputError, "the settings cannot be used", problems, "Correct these.")
    return values
