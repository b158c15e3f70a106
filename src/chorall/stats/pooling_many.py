"""Many effects from the same studies, each pooled as `pool_effects` pools one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, Integers, freeze
from chorall.stats.checks import check_level
from chorall.stats.reml_many import Studies, estimate_reml, find_weights


@dataclass(frozen=True, slots=True, eq=False)
class PooledMany:
    """The pooled effects of m questions; arrays of shape (m,), NaN without any study.

    Attributes
    ----------
    estimate, standard_error : ndarray
        The mean effect; the error is that of Hartung and Knapp, of the study itself where
        there is one.
    lower, upper, p_value : ndarray
        Limits and test, t with k - 1 degrees of freedom; normal with one study.
    tau2, i_squared, q_p_value : ndarray
        Variance between studies (REML), its part in all variation, Cochran's test; NaN with one
        study.
    prediction_lower, prediction_upper : ndarray
        For the effect in one more study; NaN with one.
    common_estimate, common_error, common_p_value : ndarray
        As if there were no variance between studies: normal.
    n_studies : ndarray of int
        Studies with an effect.
    conf_level : float
        Coverage of all limits.
    """

    estimate: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    tau2: Floats
    i_squared: Floats
    q_p_value: Floats
    prediction_lower: Floats
    prediction_upper: Floats
    common_estimate: Floats
    common_error: Floats
    common_p_value: Floats
    n_studies: Integers
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def pool_many_effects(
    estimate: ArrayLike, standard_error: ArrayLike, *, conf_level: float = 0.95
) -> PooledMany:
    """Pool m effects, each from up to k studies, by REML with the limits of Hartung and Knapp.

    Parameters
    ----------
    estimate : array_like of shape (k, m)
        On a scale on which effects are nearly normal, such as log hazard ratios; NaN where a
        study has none.
    standard_error : array_like of shape (k, m)
        Above 0; where it is NaN or 0 the study does not enter.
    conf_level : float, optional
        Coverage of all limits.

    Returns
    -------
    PooledMany
        The same figures as `pool_effects`, one column at a time.

    Raises
    ------
    InputError
        When the shapes differ or are not (k, m).

    See Also
    --------
    pool_effects : One effect, with weights and the limits of tau2.

    Notes
    -----
    R: ``metafor::rma(estimate, sei = standard_error, method = "REML", test = "knha")``; with one
    study its own z test. With two studies t has one degree of freedom: read the common effect too.

    References
    ----------
    Hartung J, Knapp G (2001). doi:10.1002/sim.1009
    Viechtbauer W (2005). doi:10.3102/10769986030003261

    Examples
    --------
    >>> from chorall.stats import pool_many_effects
    >>> pooled = pool_many_effects([[0.1], [0.5], [0.3]], [[0.1], [0.1], [0.2]])
    >>> pooled.n_studies
    array([3])
    """
    values, errors = (np.asarray(part, dtype=np.float64) for part in (estimate, standard_error))
    level = check_level(conf_level)
    if values.ndim != 2 or values.shape != errors.shape:
        raise InputError(
            f"`estimate` has shape {values.shape} and `standard_error` {errors.shape}; expected "
            "two arrays of one shape (k, m)."
        )
    there = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    studies = Studies(
        np.where(there, values, 0.0), np.where(there, errors, 1.0) ** 2, there, there.sum(axis=0)
    )
    return shape_pooled(studies, level)


def shape_pooled(studies: Studies, level: float) -> PooledMany:
    """Estimate the variance between studies, and with it everything else."""
    n, several = studies.n, studies.n > 1
    spare = np.maximum(n - 1, 1).astype(np.float64)
    tau2 = np.where(several, estimate_reml(studies), 0.0)
    fit, common = find_weights(studies, tau2), find_weights(studies, np.zeros(len(n)))
    error = np.sqrt(np.where(several, fit.residual_sum / spare, 1.0) / fit.total)
    width = np.where(several, stdtrit(spare, (1 + level) / 2), ndtri((1 + level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = -np.abs(fit.mean / error)
    tail = np.where(several, stdtr(spare, statistic), ndtr(statistic))
    reach = np.where(several, width * np.sqrt(error**2 + tau2), np.nan)
    between = np.where(several, tau2, np.nan)
    common_error = 1 / np.sqrt(common.total)
    return PooledMany(
        estimate=fit.mean,
        standard_error=error,
        lower=fit.mean - width * error,
        upper=fit.mean + width * error,
        p_value=2 * tail,
        tau2=between,
        i_squared=between / (between + spare / np.where(several, common.trace, np.nan)),
        q_p_value=np.where(several, chdtrc(spare, common.residual_sum), np.nan),
        prediction_lower=fit.mean - reach,
        prediction_upper=fit.mean + reach,
        common_estimate=common.mean,
        common_error=common_error,
        common_p_value=2 * ndtr(-np.abs(common.mean / common_error)),
        n_studies=n,
        conf_level=level,
    )
