"""Effects that trials estimated each for themselves, put together: as they differ, and as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr

from chorall.stats import PooledEffectRows, pool_effect_rows

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrialsTogether:
    """The second of two stages for m effects of up to k trials; arrays of shape (m,).

    Attributes
    ----------
    random : PooledEffectRows
        REML with the limits of Hartung and Knapp; the trial's own where there is one.
    common_estimate, common_error, common_p_value : ndarray of float
        As if trials did not differ: inverse variances, normal.
    q_p_value : ndarray of float
        Cochran's test that trials do not differ; NaN with one.
    """

    random: PooledEffectRows
    common_estimate: Floats
    common_error: Floats
    common_p_value: Floats
    q_p_value: Floats

    @property
    def estimate(self) -> Floats:
        """The mean effect where trials may differ."""
        return self.random.estimate

    @property
    def n_trials(self) -> NDArray[np.int64]:
        """Trials with an effect."""
        return self.random.n_studies


def pool_trials_together(
    estimate: ArrayLike, standard_error: ArrayLike, *, conf_level: float = 0.95
) -> TrialsTogether:
    """Pool m effects of k trials.

    Parameters
    ----------
    estimate : array_like of shape (k, m)
        One row per trial, on a scale on which effects are nearly normal; NaN where a trial has
        none.
    standard_error : array_like of shape (k, m)
        Where it is NaN or 0 the trial does not enter.
    conf_level : float
        Coverage of the limits.

    Returns
    -------
    TrialsTogether
        Both answers. With two trials the limits of Hartung and Knapp have one degree of freedom.

    See Also
    --------
    chorall.stats.pool_effect_rows : R: ``metafor::rma(..., method = "REML", test = "knha")``; the
        common effect: ``method = "FE"``.
    """
    effects = np.asarray(estimate, dtype=np.float64)
    errors = np.asarray(standard_error, dtype=np.float64)
    there = np.isfinite(effects) & np.isfinite(errors) & (errors > 0)
    effects, errors = (np.where(there, part, np.nan) for part in (effects, errors))
    random = pool_effect_rows(effects.T, errors.T, conf_level=conf_level)
    weights = np.where(there, 1 / np.where(there, errors, 1.0) ** 2, 0.0)
    total = np.where(there.any(axis=0), weights.sum(axis=0), np.nan)
    common = np.where(there, weights * effects, 0.0).sum(axis=0) / total
    q = np.where(there, weights * (effects - common) ** 2, 0.0).sum(axis=0)
    spare = there.sum(axis=0) - 1
    return TrialsTogether(
        random=random,
        common_estimate=common,
        common_error=1 / np.sqrt(total),
        common_p_value=2 * ndtr(-np.abs(common * np.sqrt(total))),
        q_p_value=np.where(spare > 0, chdtrc(np.maximum(spare, 1), q), np.nan),
    )
