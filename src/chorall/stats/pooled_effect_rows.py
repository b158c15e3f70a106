"""Many effects pooled at once, each from the same k studies, as a scan of markers needs it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, Integers, freeze
from chorall.stats.checks import check_level, raise_problems
from chorall.stats.heterogeneity_rows import EffectRows, estimate_reml_rows
from chorall.stats.limits import find_normal_quantile
from chorall.stats.pooled_fit import LARGEST_EFFECT


@dataclass(frozen=True, slots=True, eq=False)
class PooledEffectRows:
    """The pooled effects of m rows; each is what `pool_effects` gives for its studies.

    Attributes
    ----------
    estimate, standard_error : ndarray of shape (m,)
        The pooled effects, on the scale given; NaN where no study has the row.
    lower, upper : ndarray of shape (m,)
        Limits of Hartung and Knapp; the study's own where there is one.
    prediction_lower, prediction_upper : ndarray of shape (m,)
        Limits for the true effect of one more study; NaN with one study.
    p_value : ndarray of shape (m,)
        Two-sided, that the mean effect is 0.
    tau2, i_squared : ndarray of shape (m,)
        Variance between studies, and the part of the variation that is not chance; NaN with one
        study.
    n_studies : ndarray of int64, shape (m,)
        Studies that have the row.
    conf_level : float
        Coverage of all limits.
    """

    estimate: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    prediction_lower: Floats
    prediction_upper: Floats
    p_value: Floats
    tau2: Floats
    i_squared: Floats
    n_studies: Integers
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def pool_effect_rows(
    estimate: ArrayLike, standard_error: ArrayLike, *, conf_level: float = 0.95
) -> PooledEffectRows:
    """Pool many effects at once by restricted likelihood with Hartung-Knapp limits.

    Parameters
    ----------
    estimate : array_like of shape (m, k)
        One row per effect, one column per study, such as log hazard ratios of m markers in k
        trials. NaN where the study does not have the row.
    standard_error : array_like of shape (m, k)
        Their standard errors, above 0; NaN in the same places.
    conf_level : float, optional
        Coverage of all limits.

    Returns
    -------
    PooledEffectRows
        One entry per row.

    Raises
    ------
    InputError
        When the shapes differ, NaN stand in different places, or a number is out of range.

    See Also
    --------
    pool_effects : One row, with limits of tau2, weights and other estimators.

    Notes
    -----
    R, for every row: ``metafor::rma(estimate, sei = standard_error, method = "REML", test =
    "knha")`` with ``control = list(threshold = 1e-12)``, and ``predict`` of it.

    References
    ----------
    Viechtbauer W (2005). doi:10.3102/10769986030003261
    Hartung J, Knapp G (2001). doi:10.1002/sim.1009

    Examples
    --------
    >>> from chorall.stats import pool_effect_rows
    >>> missing = float("nan")
    >>> rows = pool_effect_rows([[0.1, 0.5, 0.3], [0.2, missing, missing]],
    ...                         [[0.1, 0.1, 0.2], [0.3, missing, missing]])
    >>> rows.n_studies.tolist(), rows.estimate.round(3).tolist()
    ([3, 1], [0.3, 0.2])
    """
    level = check_level(conf_level)
    rows = check_effect_rows(estimate, standard_error)
    tau2 = estimate_reml_rows(rows)
    n_studies = rows.known.sum(axis=1)
    spare = np.maximum(n_studies - 1, 1)
    several = n_studies > 1
    fit = rows.fit(np.where(several, tau2, 0.0))
    scale = np.where(several, fit.residual_sum / spare, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(scale / fit.weight_sum)
        statistic = np.where(error > 0, fit.mean / error, np.copysign(np.inf, fit.mean))
        typical = spare / rows.fit(np.zeros(len(tau2))).projection_trace
        i_squared = np.where(several, tau2 / (tau2 + typical), np.nan)
    normal = find_normal_quantile(level)
    width = np.where(several, stdtrit(spare, (1 + level) / 2), normal)
    tail = np.where(several, stdtr(spare, -np.abs(statistic)), ndtr(-np.abs(statistic)))
    reach = np.where(several, width * np.sqrt(error**2 + tau2), np.nan)
    there = n_studies > 0
    return PooledEffectRows(
        estimate=fit.mean,
        standard_error=np.where(there, error, np.nan),
        lower=fit.mean - width * error,
        upper=fit.mean + width * error,
        prediction_lower=fit.mean - reach,
        prediction_upper=fit.mean + reach,
        p_value=np.where(there, 2 * tail, np.nan),
        tau2=np.where(several, tau2, np.nan),
        i_squared=i_squared,
        n_studies=n_studies.astype(np.int64),
        conf_level=level,
    )


def check_effect_rows(estimate: ArrayLike, standard_error: ArrayLike) -> EffectRows:
    """Return rows of effects, or raise one gathered InputError."""
    values = np.asarray(estimate, dtype=np.float64)
    errors = np.asarray(standard_error, dtype=np.float64)
    if values.ndim != 2 or values.shape != errors.shape:
        raise InputError(
            f"`estimate` and `standard_error` must both have one row per effect and one column "
            f"per study, but have shapes {values.shape} and {errors.shape}."
        )
    known = ~np.isnan(values)
    faults = {
        "`estimate` and `standard_error` are missing in different places": known
        != ~np.isnan(errors),
        f"`estimate` holds numbers beyond {LARGEST_EFFECT:g}": known
        & ~(np.abs(values) <= LARGEST_EFFECT),
        "`standard_error` holds numbers that are not above 0, or out of range": ~np.isnan(errors)
        & ~((errors > 1 / LARGEST_EFFECT) & (errors <= LARGEST_EFFECT)),
    }
    raise_problems(
        [
            f"{words}: {int(bad.sum())}, first in row {int(np.argwhere(bad)[0, 0])}, column "
            f"{int(np.argwhere(bad)[0, 1])}"
            for words, bad in faults.items()
            if bad.any()
        ]
    )
    return EffectRows(values, errors**2, known)
