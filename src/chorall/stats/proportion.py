"""Confidence intervals of a proportion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.checks import check_choice, check_level
from chorall.stats.limits import find_normal_quantile
from chorall.stats.number_arrays import read_array

METHODS = ("wilson", "clopper-pearson")


@dataclass(frozen=True, slots=True, eq=False)
class ProportionInterval:
    """Proportions with confidence limits.

    Attributes
    ----------
    estimate : ndarray
        n_events / n, in the shape of the arguments; NaN where n is 0.
    lower, upper : ndarray
        Limits of the same shape; 0 and 1 where n is 0, for nothing is known then.
    conf_level : float
        Coverage of the limits.
    method : str
        How the limits were found.
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    conf_level: float
    method: str

    def __post_init__(self) -> None:
        freeze(self)


def proportion_interval(
    n_events: ArrayLike, n: ArrayLike, *, conf_level: float = 0.95, method: str = "wilson"
) -> ProportionInterval:
    """Estimate proportions with confidence limits.

    Parameters
    ----------
    n_events : array_like of int
        Patients with the finding; any shape that broadcasts with `n`.
    n : array_like of int
        Patients tested; where it is 0 the estimate is NaN and the limits are 0 and 1.
    conf_level : float, optional
        Coverage of the limits.
    method : {"wilson", "clopper-pearson"}, optional
        Wilson's score interval covers `conf_level` on average; Clopper and Pearson's is
        wider and never covers less.

    Returns
    -------
    ProportionInterval
        Arrays of the common shape.

    Raises
    ------
    InputError
        When counts are missing, negative, not whole, or `n_events` is above `n`.

    See Also
    --------
    cumulative_incidence : Use it instead when patients were followed for different times.

    Notes
    -----
    R: ``prop.test(n_events, n, correct = FALSE)`` for Wilson,
    ``binom.test(n_events, n)`` for Clopper and Pearson.

    References
    ----------
    Wilson EB (1927). doi:10.1080/01621459.1927.10502953
    Clopper CJ, Pearson ES (1934). doi:10.1093/biomet/26.4.404

    Examples
    --------
    >>> from chorall.stats import proportion_interval
    >>> proportion_interval([5, 0], [10, 0]).lower.round(4)
    array([0.2366, 0.    ])
    """
    level = check_level(conf_level)
    check_choice(method, "method", METHODS)
    events, totals = check_counts(n_events, n)
    safe = np.where(totals > 0, totals, 1.0)
    estimate = events / safe
    find = find_wilson_limits if method == "wilson" else find_clopper_pearson_limits
    lower, upper = find(events, safe, level)
    known = totals > 0
    return ProportionInterval(
        estimate=np.where(known, estimate, np.nan),
        lower=np.where(known, lower, 0.0),
        upper=np.where(known, upper, 1.0),
        conf_level=level,
        method=method,
    )


def check_counts(n_events: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Return both counts as float64 arrays of one shape, or raise."""
    try:
        events, totals = np.broadcast_arrays(read_array(n_events, "n_events"), read_array(n, "n"))
    except ValueError as error:
        raise InputError(
            f"`n_events` and `n` must be counts of shapes that fit together ({error})."
        ) from error
    whole = (events == np.floor(events)) & (totals == np.floor(totals))
    bad = ~(whole & np.isfinite(totals) & (events >= 0) & (events <= totals))
    if bad.any():
        raise InputError(
            f"{int(bad.sum())} of {bad.size} pairs of `n_events` and `n` are not counts with "
            f"0 <= n_events <= n; the first at position {int(np.flatnonzero(bad)[0])}. "
            "Give whole numbers of patients, none missing."
        )
    return events, totals


def find_wilson_limits(events: Floats, n: Floats, conf_level: float) -> tuple[Floats, Floats]:
    """Return the limits at which the score test of the estimate just rejects."""
    square = find_normal_quantile(conf_level) ** 2
    centre = events + square / 2
    half_width = np.sqrt(square) * np.sqrt(events * (n - events) / n + square / 4)
    # exactly 0 and 1 at the ends, where rounding would miss them
    lower = np.where(events == 0, 0.0, (centre - half_width) / (n + square))
    upper = np.where(events == n, 1.0, (centre + half_width) / (n + square))
    return lower, upper


def find_clopper_pearson_limits(
    events: Floats, n: Floats, conf_level: float
) -> tuple[Floats, Floats]:
    """Return the limits at which a one-sided binomial test of the estimate just rejects."""
    tail = (1 - conf_level) / 2
    lower = betaincinv(np.maximum(events, 1), n - events + 1, tail)
    upper = betaincinv(events + 1, np.maximum(n - events, 1), 1 - tail)
    return np.where(events == 0, 0.0, lower), np.where(events == n, 1.0, upper)
