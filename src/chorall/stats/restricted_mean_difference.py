"""The difference of restricted means between two groups, stratified."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, Labels, freeze
from chorall.stats.checks import (
    FollowUp,
    check_choice,
    check_labels,
    check_level,
    check_time_and_event,
    check_weights,
)
from chorall.stats.limits import find_normal_quantile
from chorall.stats.restricted_mean import check_horizon, estimate_area

POOLING = ("size", "inverse-variance")


@dataclass(frozen=True, slots=True, eq=False)
class RestrictedMeanDifference:
    """Difference of two restricted means: second group less first.

    Attributes
    ----------
    groups : ndarray of shape (2,)
        Group labels, sorted.
    difference : float
        Restricted mean of the second group less that of the first, pooled over strata;
        NaN when follow-up of a group ends before the horizon in any stratum.
    standard_error, lower, upper : float
        Of `difference`, with normal limits.
    z, p_value : float
        Wald statistic and its two-sided p-value.
    restricted_mean, restricted_mean_error : ndarray of shape (n_strata, 2)
        Mean and its standard error in each stratum and group.
    stratum_share : ndarray of shape (n_strata,)
        Weight of each stratum in `difference`, adding up to 1.
    horizon : float
        Where the means are cut.
    n_strata : int
        Number of strata, 1 without strata.
    conf_level : float
        Coverage of the limits.
    """

    groups: Labels
    difference: float
    standard_error: float
    lower: float
    upper: float
    z: float
    p_value: float
    restricted_mean: Floats
    restricted_mean_error: Floats
    stratum_share: Floats
    horizon: float
    n_strata: int
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def restricted_mean_difference(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    horizon: float,
    strata: ArrayLike | None = None,
    pooling: str = "size",
    entry_time: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> RestrictedMeanDifference:
    """Compare the mean time free of the event up to a horizon between two groups.

    Parameters
    ----------
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event comes
        before a censoring at the same time.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    group : array_like of shape (n,)
        Two different labels, none missing; the difference is the second, in sorted order,
        less the first.
    horizon : float
        Where to cut, above 0, in the unit of `time`. Choose it before seeing the curves.
    strata : array_like of shape (n,), optional
        Stratum labels; groups are compared within strata and the differences pooled.
    pooling : {"size", "inverse-variance"}, optional
        How strata weigh: by their patients (the difference in a population made up like
        this one), or by the precision of their differences (one common difference).
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
    weights : array_like of shape (n,), optional
        Case weights, above 0; they also count as the size of a stratum.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    RestrictedMeanDifference
        The pooled difference with limits and test, and the means that it came from.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length, when there are not
        exactly two groups, a stratum lacks one of them, or a stratum to be weighed by its
        precision has no event.

    See Also
    --------
    restricted_mean : One group.
    logrank : Tests hazards along the whole of follow-up.

    Notes
    -----
    R: ``survRM2::rmst2(time, event, group, tau = horizon)``, whose standard errors are the same.

    References
    ----------
    Zucker DM (1998). doi:10.1080/01621459.1998.10473722
    Uno H et al. (2014). doi:10.1200/JCO.2014.55.2208

    Examples
    --------
    >>> from chorall.stats import restricted_mean_difference
    >>> found = restricted_mean_difference([1, 2, 3, 4], [True] * 4, list("AABB"), horizon=4)
    >>> found.difference
    2.0
    """
    follow_up = check_time_and_event(time, event, entry_time)
    n = len(follow_up.time)
    level = check_level(conf_level)
    cut = check_horizon(horizon)
    check_choice(pooling, "pooling", POOLING)
    case_weights = check_weights(weights, n)
    groups, codes = check_labels(group, n, "group")
    if len(groups) != 2:
        raise InputError(f"`group` holds {len(groups)} groups; expected exactly two.")
    stratum = np.zeros(n, np.int64) if strata is None else check_labels(strata, n, "strata")[1]
    check_both_present(stratum, codes)
    mean, error = estimate_areas(follow_up, case_weights, stratum, codes, cut)
    # in units of the horizon, as times of any size have no square
    variance = np.sum((error / cut) ** 2, axis=1)
    sizes = np.bincount(stratum, weights=case_weights).astype(np.float64)
    share = find_share(sizes, variance, pooling)
    difference = float(share @ (mean[:, 1] - mean[:, 0]))
    standard_error = cut * float(np.sqrt(share**2 @ variance))
    width = find_normal_quantile(level) * standard_error
    z = difference / standard_error if standard_error else float("nan")
    return RestrictedMeanDifference(
        groups, difference, standard_error, difference - width, difference + width,
        z, float(2 * ndtr(-abs(z))), mean, error, share, cut, len(mean), level,
    )  # fmt: skip


def check_both_present(stratum: Integers, codes: Integers) -> None:
    """Raise when a stratum holds one group only."""
    counts = np.zeros((int(stratum.max()) + 1, 2), np.int64)
    np.add.at(counts, (stratum, codes), 1)
    lacking = np.flatnonzero((counts == 0).any(axis=1))
    problems = [f"stratum {number} (in sorted order, from 0)" for number in lacking]
    heading = "strata in which one of the two groups has no patient"
    raise_gathered(
        InputError, heading, problems, "Join these strata with others or leave them out."
    )


def find_share(sizes: Floats, variance: Floats, pooling: str) -> Floats:
    """Return the weight of each stratum."""
    if pooling == "size":
        return np.asarray(sizes / sizes.sum(), dtype=np.float64)
    if (variance == 0).any():
        raise InputError(
            "a stratum without events up to `horizon` has no variance to weigh it by. "
            'Use pooling="size", or join strata.'
        )
    return np.asarray((1 / variance) / np.sum(1 / variance), dtype=np.float64)


def estimate_areas(
    follow_up: FollowUp, weights: Floats | None, stratum: Integers, codes: Integers, horizon: float
) -> tuple[Floats, Floats]:
    """Return means and standard errors of shape (n_strata, 2)."""
    shape = (int(stratum.max()) + 1, 2)
    mean, error = np.empty(shape), np.empty(shape)
    for index in np.ndindex(shape):
        rows = (stratum == index[0]) & (codes == index[1])
        chosen = None if weights is None else weights[rows]
        mean[index], error[index] = estimate_area(choose_rows(follow_up, rows), chosen, horizon)
    return mean, error


def choose_rows(follow_up: FollowUp, rows: Booleans) -> FollowUp:
    """Return the follow-up of some patients."""
    entries = None if follow_up.entry_time is None else follow_up.entry_time[rows]
    return FollowUp(follow_up.time[rows], follow_up.event[rows], entries)
