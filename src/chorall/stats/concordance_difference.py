"""The difference in concordance of two scores of the same patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from chorall.stats.arrays import ArrayLike
from chorall.stats.concordance import Concordance, concordance
from chorall.stats.limits import find_normal_quantile


@dataclass(frozen=True, slots=True, eq=False)
class ConcordanceDifference:
    """The difference in concordance of two scores of the same patients.

    Attributes
    ----------
    first, second : Concordance
        The concordance of each score.
    difference, standard_error : float
        First less second.
    lower, upper : float
        Confidence limits of the difference.
    z, p_value : float
        Wald test that the scores are equally good.
    """

    first: Concordance
    second: Concordance
    difference: float
    standard_error: float
    lower: float
    upper: float
    z: float
    p_value: float


def compare_concordance(
    first: ArrayLike,
    second: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry_time: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    truncation_time: float | None = None,
    method: str = "harrell",
    cause_of_interest: int | None = None,
    conf_level: float = 0.95,
) -> ConcordanceDifference:
    """Compare the concordance of two scores of the same patients.

    Parameters
    ----------
    first, second : array_like of shape (n,)
        Scores: the higher, the earlier the event is expected; none missing.
    time : array_like of shape (n,)
        Follow-up from the origin, as for `concordance`.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. With `cause_of_interest`: int, the cause, 0
        when censored.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`.
    strata : array_like of shape (n,), optional
        Stratum labels; pairs are formed within strata only.
    weights : array_like of shape (n,), optional
        Case weights, above 0.
    cluster : array_like of shape (n,), optional
        Labels of rows that depend on each other.
    truncation_time : float, optional
        Events after it do not form pairs.
    method : {"harrell", "uno"}, optional
        Weights of the pairs.
    cause_of_interest : int, optional
        The cause that the scores are for, when others compete with it.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    ConcordanceDifference
        First less second, with a paired standard error.

    Raises
    ------
    InputError
        When an argument is missing, of the wrong type or length.

    See Also
    --------
    concordance : One score.

    Notes
    -----
    R: ``survival::concordance(fit1, fit2)`` with the contrast of its ``vcov``. Scores of models
    fitted to the same patients flatter the larger model: validate on others or by bootstrap.

    References
    ----------
    Therneau TM, Watson DA (2015). Mayo Clinic Technical Report 85

    Examples
    --------
    >>> from chorall.stats import compare_concordance
    >>> found = compare_concordance([3, 2, 1], [1, 2, 3], [1, 2, 3], [True] * 3)
    >>> found.difference
    1.0
    """
    one, other = (
        concordance(
            score, time, event, entry_time=entry_time, strata=strata, weights=weights,
            cluster=cluster, truncation_time=truncation_time, method=method,
            cause_of_interest=cause_of_interest, conf_level=conf_level,
        )
        for score in (first, second)
    )  # fmt: skip
    difference = one.concordance - other.concordance
    error = float(np.sqrt(np.sum((one.influence - other.influence) ** 2)))
    width = find_normal_quantile(one.conf_level) * error
    z = difference / error if error > 0 else float("nan")
    return ConcordanceDifference(
        one, other, difference, error, difference - width, difference + width,
        z, float(2 * ndtr(-abs(z))),
    )  # fmt: skip
