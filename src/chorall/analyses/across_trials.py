"""The effect of a marker across trials: two stages, random effects, each trial left out in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.stats import pool_effects


@dataclass(frozen=True, slots=True)
class TrialSynthesis:
    """The effects of k trials pooled; all on the log scale, NaN where not given.

    Attributes
    ----------
    log_hazard_ratio, standard_error, lower, upper, p_value : float
        The mean effect with Hartung and Knapp's limits and test.
    prediction_lower, prediction_upper : float
        For the effect in one more trial of the same kind.
    tau2, i2, heterogeneity_p_value : float
        Variance between trials (REML), share of the variation that is not chance, Cochran's test.
    n_trials : int
        Trials that give an estimate of their own.
    """

    log_hazard_ratio: float
    standard_error: float
    lower: float
    upper: float
    p_value: float
    prediction_lower: float
    prediction_upper: float
    tau2: float
    i2: float
    heterogeneity_p_value: float
    n_trials: int


_NAN: Final = float("nan")
NOT_POOLED: Final = TrialSynthesis(
    _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, n_trials=0
)


def pool_trials(
    log_hazard_ratio: NDArray[np.float64],
    standard_error: NDArray[np.float64],
    conf_level: float,
) -> TrialSynthesis:
    """Pool the estimates of trials; those that are NaN are left out.

    Parameters
    ----------
    log_hazard_ratio, standard_error : ndarray of float, shape (k,)
        One per trial.
    conf_level : float
        Two-sided level of all limits.

    Returns
    -------
    TrialSynthesis
        One trial is handed back with its own limits; heterogeneity and prediction are then NaN.

    See Also
    --------
    chorall.stats.pool_effects : R: ``metafor::rma(y, sei = s, method = "REML", test = "knha")``.
    """
    known = np.isfinite(log_hazard_ratio) & (standard_error > 0)
    if not known.any():
        return NOT_POOLED
    pooled = pool_effects(log_hazard_ratio[known], standard_error[known], conf_level=conf_level)
    several = pooled.n_studies > 1
    return TrialSynthesis(
        log_hazard_ratio=pooled.estimate,
        standard_error=pooled.standard_error,
        lower=pooled.lower,
        upper=pooled.upper,
        p_value=pooled.p_value,
        prediction_lower=pooled.prediction_lower if several else float("nan"),
        prediction_upper=pooled.prediction_upper if several else float("nan"),
        tau2=pooled.tau2,
        i2=pooled.i_squared,
        heterogeneity_p_value=pooled.q_p_value,
        n_trials=pooled.n_studies,
    )


LEFT_OUT: Final[dict[str, pl.DataType]] = {
    "marker": pl.String(),
    "endpoint": pl.String(),
    "trial_left_out": pl.String(),
    "n_trials": pl.Int64(),
    **dict.fromkeys(("hazard_ratio", "lower", "upper", "p_value", "i2", "tau2"), pl.Float64()),
}


def leave_trials_out(by_trial: pl.DataFrame, conf_level: float) -> pl.DataFrame:
    """Pool again without each trial in turn.

    Parameters
    ----------
    by_trial : DataFrame
        marker, endpoint, trial_id, log_hazard_ratio, standard_error; null where not estimated.
    conf_level : float
        Two-sided level of all limits.

    Returns
    -------
    DataFrame
        One line per marker, endpoint and trial with an estimate, where at least two have one.

    See Also
    --------
    pool_trials : R: ``metafor::leave1out(rma(...))``.
    """
    known = by_trial.drop_nulls(["log_hazard_ratio", "standard_error"])
    lines = []
    for (marker, endpoint), part in known.group_by("marker", "endpoint", maintain_order=True):
        values, errors = (part[name].to_numpy() for name in ("log_hazard_ratio", "standard_error"))
        for place, trial in enumerate(part["trial_id"] if part.height > 1 else ()):
            others = np.arange(len(values)) != place
            pooled = pool_trials(values[others], errors[others], conf_level)
            lines.append({
                "marker": marker, "endpoint": endpoint, "trial_left_out": trial,
                "n_trials": pooled.n_trials, "hazard_ratio": float(np.exp(pooled.log_hazard_ratio)),
                "lower": float(np.exp(pooled.lower)), "upper": float(np.exp(pooled.upper)),
                "p_value": pooled.p_value, "i2": pooled.i2, "tau2": pooled.tau2,
            })  # fmt: skip
    return pl.DataFrame(lines, schema=LEFT_OUT).with_columns(pl.col(pl.Float64).fill_nan(None))
