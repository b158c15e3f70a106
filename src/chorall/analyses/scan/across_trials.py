"""Two stages at once for all markers: estimates within each trial, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from chorall.stats import pool_effect_rows

KEY: Final = ("marker", "endpoint")
DIFFER_FROM: Final = 0.5
"""I2 above which a line says that the trials differ."""

POOLED: Final[dict[str, pl.DataType]] = {
    "n_trials": pl.Int64(),
    **dict.fromkeys(
        (
            "pooled_hazard_ratio", "pooled_lower", "pooled_upper", "i2", "tau2",
            "prediction_lower", "prediction_upper",
        ),
        pl.Float64(),
    ),
}  # fmt: skip


def pool_trials(by_trial: pl.DataFrame, trials: Sequence[str], conf_level: float) -> pl.DataFrame:
    """Pool the trials' estimates of every marker and endpoint.

    Parameters
    ----------
    by_trial : DataFrame
        marker, endpoint, trial, log_hazard_ratio, standard_error; null where not assessable.
    trials : sequence of str
        All trials.
    conf_level : float
        Two-sided level of the limits.

    Returns
    -------
    DataFrame
        marker, endpoint and the columns of `POOLED`.
    """
    if not by_trial.height:
        return pl.DataFrame(schema={**dict.fromkeys(KEY, pl.String()), **POOLED})
    lines = by_trial.select(KEY).unique(maintain_order=True).with_row_index("_row")
    placed = by_trial.join(lines, on=KEY, maintain_order="left")
    where = {trial: place for place, trial in enumerate(trials)}
    row = placed["_row"].to_numpy()
    column = placed["trial"].replace_strict(where, return_dtype=pl.Int64).to_numpy()
    tables = {}
    for name in ("log_hazard_ratio", "standard_error"):
        tables[name] = np.full((lines.height, len(where)), np.nan)
        tables[name][row, column] = placed[name].fill_null(float("nan")).to_numpy()
    pooled = pool_effect_rows(
        tables["log_hazard_ratio"], tables["standard_error"], conf_level=conf_level
    )
    with np.errstate(over="ignore"):
        figures = {
            "n_trials": pooled.n_studies,
            "pooled_hazard_ratio": np.exp(pooled.estimate),
            "pooled_lower": np.exp(pooled.lower),
            "pooled_upper": np.exp(pooled.upper),
            "i2": pooled.i_squared,
            "tau2": pooled.tau2,
            "prediction_lower": np.exp(pooled.prediction_lower),
            "prediction_upper": np.exp(pooled.prediction_upper),
        }
    return pl.concat(
        [lines.select(KEY), pl.DataFrame(figures, schema=POOLED, nan_to_null=True)],
        how="horizontal",
    )


def warn_of_trials() -> pl.Expr:
    """Say in how many trials a line could be seen, and whether they differ."""
    alone = pl.when(pl.col("n_trials") == 1).then(pl.lit("seen in one trial only"))
    none = pl.when(pl.col("n_trials") == 0).then(pl.lit("in no trial assessable by itself"))
    percent = (100 * pl.col("i2")).round(0).cast(pl.Int64)
    differ = pl.when(pl.col("i2") > DIFFER_FROM).then(
        pl.format("the trials differ (I2 {} %)", percent)
    )
    words = pl.coalesce(alone, none, differ, pl.lit(""))
    return pl.when(pl.col("hazard_ratio").is_null()).then(pl.lit("")).otherwise(words)
