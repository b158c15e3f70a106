"""Gray's test of cumulative incidence between k groups, stratified."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, Integers, Labels, freeze
from chorall.stats.checks import check_labels, check_time_and_cause
from chorall.stats.gray_scores import compare_groups, tabulate_groups
from chorall.stats.log_rank import find_chi_square, split_strata


@dataclass(frozen=True, slots=True, eq=False)
class GrayResult:
    """Gray's tests, one for each of c causes.

    Attributes
    ----------
    causes : ndarray of int64, shape (c,)
        The causes tested.
    groups : ndarray of shape (k,)
        Group labels, sorted.
    n : ndarray of int64, shape (k,)
        Patients in each group.
    n_events : ndarray of int64, shape (c, k)
        Events of each cause in each group.
    score : ndarray of shape (c, k)
        Weighted sum of observed less expected events of the cause, over strata.
    variance : ndarray of shape (c, k, k)
        Covariance of the scores.
    chi_square : ndarray of shape (c,)
        Test statistics; 0 when nothing could be compared.
    degrees_of_freedom : ndarray of int64, shape (c,)
        Rank of each variance: k - 1, less where groups never met at risk.
    p_value : ndarray of shape (c,)
        Upper tail of the chi-square distribution; NaN without degrees of freedom.
    n_strata : int
        Number of strata, 1 without strata.
    rho : float
        Power of the weight (1 - pooled cumulative incidence) ** rho.
    """

    causes: Integers
    groups: Labels
    n: Integers
    n_events: Integers
    score: Floats
    variance: Floats
    chi_square: Floats
    degrees_of_freedom: Integers
    p_value: Floats
    n_strata: int
    rho: float

    def __post_init__(self) -> None:
        freeze(self)


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    cause_of_interest: int | None = None,
    rho: float = 0.0,
) -> GrayResult:
    """Test whether k groups share one cumulative incidence of a cause.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event of
        any cause comes before a censoring at the same time; tied events get the
        hypergeometric variance. Times are compared exactly.
    cause : array_like of int, shape (n,)
        Kind of event at `time`: 1, 2, ..., or 0 when the patient was censored there.
    group : array_like of shape (n,)
        Group labels (text or numbers), at least two different ones, none missing.
    strata : array_like of shape (n,), optional
        Stratum labels; groups are compared within strata only.
    cause_of_interest : int, optional
        The cause to test; otherwise every cause that occurs is tested.
    rho : float, optional
        Weight (1 - pooled cumulative incidence) ** rho: above 0 stresses early differences.

    Returns
    -------
    GrayResult
        One test for each cause.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length, when there are
        fewer than two groups, or no event (of `cause_of_interest`).

    See Also
    --------
    cumulative_incidence : The curves to show beside the test.
    fit_fine_gray : Estimates how much the incidences differ.
    logrank : Compares the cause-specific hazards instead (other causes censored).

    Notes
    -----
    R: ``cmprsk::cuminc(time, cause, group, strata, rho)$Tests``. R gives -1 where the variance
    is singular; here the test keeps the directions in which there is one. Delayed entry is not
    defined for this test.

    References
    ----------
    Gray RJ (1988). doi:10.1214/aos/1176350951

    Examples
    --------
    >>> from chorall.stats import gray_test
    >>> test = gray_test([1, 2, 3, 4, 5, 6], [1, 1, 2, 1, 2, 0], list("AAABBB"))
    >>> test.causes, test.degrees_of_freedom
    (array([1, 2]), array([1, 1]))
    """
    follow_up = check_time_and_cause(time, cause)
    n = len(follow_up.time)
    groups, group_codes = check_labels(group, n, "group")
    if len(groups) < 2:
        raise InputError("`group` holds one group only. Give at least two groups to compare.")
    power = check_rho(rho)
    causes = list_causes(follow_up.cause, cause_of_interest)
    n_strata, members = split_strata(strata, n)
    k = len(groups)
    score, variance = np.zeros((len(causes), k)), np.zeros((len(causes), k, k))
    n_events = np.zeros((len(causes), k), np.int64)
    for row, kind in enumerate(causes):
        for rows in members:
            table = tabulate_groups(
                follow_up.time[rows], follow_up.cause[rows], kind, group_codes[rows], k
            )
            stratum_score, stratum_variance = compare_groups(table, power)
            score[row] += stratum_score
            variance[row] += stratum_variance
            n_events[row] += table.of_cause.sum(axis=0)
    tests = [find_chi_square(s, v) for s, v in zip(score, variance, strict=True)]
    return GrayResult(
        causes=causes,
        groups=groups,
        n=np.bincount(group_codes, minlength=k).astype(np.int64),
        n_events=n_events,
        score=score,
        variance=variance,
        chi_square=np.array([chi_square for chi_square, _ in tests]),
        degrees_of_freedom=np.array([rank for _, rank in tests], dtype=np.int64),
        p_value=np.array([chdtrc(rank, value) if rank else np.nan for value, rank in tests]),
        n_strata=n_strata,
        rho=power,
    )


def check_rho(rho: float) -> float:
    """Return the power of the weight, a finite number."""
    if not isinstance(rho, int | float | np.number) or not np.isfinite(rho):
        raise InputError(f"`rho` is {rho!r}; expected a finite number, such as 0.")
    return float(rho)


def list_causes(cause: Integers, cause_of_interest: int | None) -> Integers:
    """Return the causes to test, each of which must occur."""
    seen = np.unique(cause[cause > 0])
    if not seen.size:
        raise InputError("`cause` is 0 throughout: without an event there is nothing to test.")
    if cause_of_interest is None:
        return seen
    if cause_of_interest not in seen:
        listed = ", ".join(str(kind) for kind in seen)
        raise InputError(
            f"`cause_of_interest` is {cause_of_interest!r}, but `cause` holds only: {listed}."
        )
    return np.array([cause_of_interest], dtype=np.int64)
