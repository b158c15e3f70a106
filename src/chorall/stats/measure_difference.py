"""Two predictions of the same patients: the paired difference of their Brier scores or AUC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.brier_score import BrierScore, brier_score
from chorall.stats.censoring_weights import find_influence_error
from chorall.stats.limits import find_normal_quantile
from chorall.stats.time_dependent_auc import TimeDependentAuc, time_dependent_auc
from chorall.stats.time_mean import find_time_mean


@dataclass(frozen=True, slots=True, eq=False)
class MeasureDifference:
    """First less second prediction at m horizons.

    Attributes
    ----------
    first, second : BrierScore or TimeDependentAuc
        The measure of each prediction.
    horizon : ndarray of shape (m,)
        The times by which the event was predicted.
    difference, standard_error : ndarray of shape (m,)
        First less second; the error is that of the differences of influences, so that what both
        share cancels. NaN where one of them is.
    lower, upper : ndarray of shape (m,)
        Confidence limits of the difference.
    z, p_value : ndarray of shape (m,)
        Wald test that both are equally good; NaN where the predictions do not differ.
    integrated_difference, integrated_standard_error : float
        Mean of the difference over time by the trapezium rule; NaN with one horizon.
    conf_level : float
        Coverage of the limits.
    """

    first: BrierScore | TimeDependentAuc
    second: BrierScore | TimeDependentAuc
    horizon: Floats
    difference: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p_value: Floats
    integrated_difference: float
    integrated_standard_error: float
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def compare_brier_scores(
    first: ArrayLike,
    second: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    horizon: ArrayLike,
    *,
    cause_of_interest: int | None = None,
    censoring_strata: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> MeasureDifference:
    """Compare the Brier scores of two predictions of the same patients.

    Parameters
    ----------
    first, second : array_like of shape (n,) or (n, m)
        Predicted probabilities of the event by each horizon, as for `brier_score`.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. With `cause_of_interest`: int, the cause, 0
        when censored.
    horizon : array_like of shape (m,) or float
        Times above 0, ascending, in the unit of `time`.
    cause_of_interest : int, optional
        The cause that was predicted, when others compete with it.
    censoring_strata : array_like of shape (n,), optional
        Labels of groups with a censoring (and entry) of their own.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    MeasureDifference
        First less second: below 0 when the first is the better one.

    Raises
    ------
    InputError
        As `brier_score`.

    See Also
    --------
    brier_score : One prediction.
    compare_auc : Discrimination alone.

    Notes
    -----
    R: ``riskRegression::Score(list(second, first), ..., metrics = "brier", contrasts = TRUE)``.
    Models fitted to the same patients flatter the larger one: validate on others, or by
    `cross_validate`.

    References
    ----------
    Blanche P, Proust-Lima C, Loubere L, et al. (2015). doi:10.1111/biom.12232

    Examples
    --------
    >>> from chorall.stats import compare_brier_scores
    >>> risks = [0.9, 0.8, 0.2, 0.1], [0.5, 0.5, 0.5, 0.5]
    >>> compare_brier_scores(*risks, [1, 2, 3, 4], [True] * 4, 2.5).difference.round(3)
    array([-0.225])
    """
    one, other = (
        brier_score(
            risk, time, event, horizon, cause_of_interest=cause_of_interest,
            censoring_strata=censoring_strata, entry_time=entry_time, conf_level=conf_level,
        )
        for risk in (first, second)
    )  # fmt: skip
    return subtract(one, other, one.brier - other.brier)


def compare_auc(
    first: ArrayLike,
    second: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    horizon: ArrayLike,
    *,
    cause_of_interest: int | None = None,
    censoring_strata: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> MeasureDifference:
    """Compare the time-dependent AUC of two markers of the same patients.

    Parameters
    ----------
    first, second : array_like of shape (n,) or (n, m)
        Markers: the higher, the earlier the event is expected, as for `time_dependent_auc`.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. With `cause_of_interest`: int, the cause, 0
        when censored.
    horizon : array_like of shape (m,) or float
        Times above 0, ascending, in the unit of `time`.
    cause_of_interest : int, optional
        The cause of the cases; patients with another one by the horizon are controls.
    censoring_strata : array_like of shape (n,), optional
        Labels of groups with a censoring (and entry) of their own.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    MeasureDifference
        First less second: above 0 when the first is the better one.

    Raises
    ------
    InputError
        As `time_dependent_auc`.

    See Also
    --------
    time_dependent_auc : One marker.
    compare_concordance : Over the whole of follow-up.

    Notes
    -----
    R: ``riskRegression::Score(list(second, first), ..., metrics = "auc", contrasts = TRUE)``.

    References
    ----------
    Blanche P, Dartigues JF, Jacqmin-Gadda H (2013). doi:10.1002/sim.5958

    Examples
    --------
    >>> from chorall.stats import compare_auc
    >>> compare_auc([3, 2, 1, 0], [3, 1, 2, 0], [1, 2, 3, 4], [True] * 4, 2.5).difference
    array([0.25])
    """
    one, other = (
        time_dependent_auc(
            marker, time, event, horizon, cause_of_interest=cause_of_interest,
            censoring_strata=censoring_strata, entry_time=entry_time, conf_level=conf_level,
        )
        for marker in (first, second)
    )  # fmt: skip
    return subtract(one, other, one.auc - other.auc)


def subtract(
    one: BrierScore | TimeDependentAuc, other: BrierScore | TimeDependentAuc, difference: Floats
) -> MeasureDifference:
    """Return the difference with the error of its influences."""
    influence = one.influence - other.influence
    error = find_influence_error(influence)
    width = find_normal_quantile(one.conf_level) * error
    z = np.divide(difference, error, out=np.full(len(error), np.nan), where=error > 0)
    mean, mean_error = find_time_mean(one.horizon, difference, influence)
    return MeasureDifference(
        one, other, one.horizon, difference, error, difference - width, difference + width,
        z, 2 * ndtr(-np.abs(z)), mean, mean_error, one.conf_level,
    )  # fmt: skip
