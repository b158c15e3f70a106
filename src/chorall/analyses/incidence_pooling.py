"""Frequencies with limits: by trial, and pooled over trials by the binomial-normal model."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.incidence_counts import sum_trials
from chorall.analyses.incidence_groups import TRIAL
from chorall.stats import PooledProportions, pool_many_proportions, proportion_interval
from chorall.stats.arrays import Booleans, Floats

ONE_TRIAL: Final = "one trial tested, nothing to pool"
TWO_TRIALS: Final = "two trials: normal limits, no prediction"
ONE_SIDED: Final = "nobody or everybody: exact limits of the sum"
ALL_OR_NOTHING: Final = "trials are all or nothing: not pooled"
NOBODY: Final = "nobody tested"
POOLED: Final = (
    "proportion", "lower", "upper", "i2", "tau2", "prediction_lower", "prediction_upper",
)  # fmt: skip


def add_trial_limits(counts: pl.DataFrame, conf_level: float, method: str) -> pl.DataFrame:
    """Return the rows of each trial with its proportion and limits; nothing is pooled in them."""
    found = _find_own(counts, conf_level, method)
    nobody = pl.when(pl.col("n_tested") == 0).then(pl.lit(NOBODY)).otherwise(pl.lit(""))
    return _add_columns(counts, found).with_columns(
        n_trials=(pl.col("n_tested") > 0).cast(pl.Int64), note=nobody
    )


def pool_trials(counts: pl.DataFrame, conf_level: float, method: str) -> pl.DataFrame:
    """Return one row per marker and stratum, pooled over its trials.

    Parameters
    ----------
    counts : DataFrame
        One row per marker, stratum and trial.
    conf_level : float
        Two-sided level of all limits.
    method : str
        How the limits are computed where one trial tested.

    Returns
    -------
    DataFrame
        The counts summed over trials, `n_trials` that tested anybody, the pooled proportion and
        what is said of its spread, and a `note` where something could not be pooled.
    """
    sums = sum_trials(counts).with_row_index("row")
    key = ["marker", "by", "group"]
    places = counts.join(sums.select("row", *key), on=key, how="left", maintain_order="left")
    shape = (sums.height, _count_words(counts[TRIAL].dtype))
    where = (places["row"].to_numpy(), places[TRIAL].to_physical().to_numpy())
    events, tested = np.zeros((2, *shape))
    events[where], tested[where] = places["n_present"].to_numpy(), places["n_tested"].to_numpy()
    pooled = pool_many_proportions(events, tested, conf_level=conf_level)
    found = _choose_figures(pooled, _find_own(sums, conf_level, method))
    two = pooled.n_studies == 2
    if two.any():
        _limit_two(found, pool_many_proportions(
            events[two], tested[two], t_distribution=False, conf_level=conf_level
        ), two)  # fmt: skip
    table = _add_columns(sums.drop("row"), found)
    return table.with_columns(
        pl.lit(None, counts.schema[TRIAL]).alias(TRIAL),
        n_trials=pl.Series(pooled.n_studies, dtype=pl.Int64),
        note=pl.Series(_explain(pooled), dtype=pl.String),
    )


def _count_words(dtype: pl.DataType) -> int:
    return len(dtype.categories) if isinstance(dtype, pl.Enum) else 0


def _find_own(counts: pl.DataFrame, conf_level: float, method: str) -> dict[str, Floats]:
    """Return proportion and limits of each row taken by itself, the rest unknown."""
    tested = counts["n_tested"].to_numpy()
    interval = proportion_interval(
        counts["n_present"].to_numpy(), tested, conf_level=conf_level, method=method
    )
    unknown = np.full(counts.height, np.nan)
    nobody = tested == 0
    limits = {
        name: np.where(nobody, np.nan, getattr(interval, name)) for name in ("lower", "upper")
    }
    return dict.fromkeys(POOLED, unknown) | {"proportion": interval.estimate} | limits


def _choose_figures(pooled: PooledProportions, own: dict[str, Floats]) -> dict[str, Floats]:
    """Return the pooled figures; where one trial tested, its own."""
    names = dict(zip(POOLED, ("estimate", *POOLED[1:]), strict=True)) | {"i2": "i_squared"}
    several = pooled.n_studies > 1
    return {
        name: np.where(several, getattr(pooled, field), own[name]) for name, field in names.items()
    }


def _limit_two(found: dict[str, Floats], pooled: PooledProportions, two: Booleans) -> None:
    """Give two trials normal limits, in place: those by t with one degree of freedom say nothing.

    No prediction is possible from two.
    """
    for name in ("lower", "upper"):
        found[name][two] = getattr(pooled, name)
    for name in ("prediction_lower", "prediction_upper"):
        found[name][two] = np.nan


def _explain(pooled: PooledProportions) -> list[str]:
    notes = np.full(len(pooled.estimate), "", dtype=object)
    notes[pooled.n_studies == 2] = TWO_TRIALS
    notes[pooled.one_sided] = ONE_SIDED
    notes[~pooled.converged] = ALL_OR_NOTHING
    notes[pooled.n_studies == 1] = ONE_TRIAL
    notes[pooled.n_studies == 0] = NOBODY
    return [str(note) for note in notes]


def _add_columns(counts: pl.DataFrame, found: dict[str, Floats]) -> pl.DataFrame:
    crude = pl.when(pl.col("n_tested") > 0).then(pl.col("n_present") / pl.col("n_tested"))
    columns = [pl.Series(name, found[name], nan_to_null=True) for name in POOLED]
    return counts.with_columns(crude.alias("crude_proportion"), *columns)
