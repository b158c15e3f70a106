"""The frames of a scan: families of tests, shrunken effects, and the trials beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.scan.across_trials import KEY, POOLED, pool_trials, warn_of_trials
from chorall.analyses.scan.tasks import MARKER, MODELS
from chorall.stats import adjust_p_values, shrink_effects

FEWEST_TO_SHRINK: Final = 10
"""Effects of one model and endpoint; from fewer no prior is learnt."""

_COUNTS: Final = dict.fromkeys(("n", "n_events", "n_present", "n_events_present"), pl.Int64())
_EFFECT: Final = dict.fromkeys(
    ("log_hazard_ratio", "standard_error", "hazard_ratio", "lower", "upper", "p_value"),
    pl.Float64(),
)
LINES: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("marker", "endpoint", "model", "adjust", "subset", "trial"), pl.String()),
    **_COUNTS,
    **_EFFECT,
    "method": pl.String(),
    "warnings": pl.String(),
}
_FAMILY: Final = (
    "q_value", "q_value_by", "shrunken_hazard_ratio", "shrunken_lower", "shrunken_upper",
)  # fmt: skip
ROWS: Final = (
    "marker", "endpoint", "model", "adjust", "subset", *_COUNTS, *_EFFECT, *_FAMILY, *POOLED,
    "method", "warnings",
)  # fmt: skip
BY_TRIAL: Final = (
    "marker", "endpoint", "trial", *_COUNTS, "hazard_ratio", "lower", "upper", "method",
    "warnings",
)  # fmt: skip
PRIORS: Final[dict[str, pl.DataType]] = {
    "model": pl.String(), "endpoint": pl.String(), "n_effects": pl.Int64(),
    "null_fraction": pl.Float64(), "prior_deviation": pl.Float64(),
}  # fmt: skip


def frame_scan(
    lines: Sequence[dict[str, Any]],
    endpoints: Sequence[str],
    trials: Sequence[str],
    conf_level: float,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the rows, the lines of every trial, and the priors of the shrunken effects.

    Parameters
    ----------
    lines : sequence of dict
        As `run_task` gives them, all tasks.
    endpoints, trials : sequence of str
        In the order of the result.
    conf_level : float
        Two-sided level of the limits.
    """
    whole = pl.DataFrame(lines, schema=LINES).with_columns(pl.col(pl.Float64).fill_nan(None))
    order = [pl.col("model").cast(pl.Enum(MODELS)), pl.col("endpoint").cast(pl.Enum(endpoints))]
    whole = whole.sort(order, maintain_order=True)
    single = whole.filter(pl.col("trial").is_not_null())
    rows = whole.filter(pl.col("trial").is_null())
    rows, priors = _shrink(_adjust(rows), conf_level)
    pooled = pool_trials(single, trials, conf_level).with_columns(model=pl.lit(MARKER))
    rows = rows.join(pooled, on=(*KEY, "model"), how="left", maintain_order="left")
    words = pl.concat_list("warnings", warn_of_trials()).list.eval(
        pl.element().filter(pl.element() != "")
    )
    rows = rows.with_columns(warnings=words.list.join("; "))
    return rows.select(ROWS), single.select(BY_TRIAL), priors


def _adjust(rows: pl.DataFrame) -> pl.DataFrame:
    """Add q-values: each model is a family, all endpoints together."""
    p_values = rows["p_value"].fill_null(float("nan")).to_numpy()
    adjusted = {name: np.full(rows.height, np.nan) for name in ("q_value", "q_value_by")}
    for model in rows["model"].unique():
        family = (rows["model"] == model).to_numpy()
        for name, method in (("q_value", "BH"), ("q_value_by", "BY")):
            adjusted[name][family] = adjust_p_values(p_values[family], method)
    return rows.with_columns(
        pl.Series(name, values).fill_nan(None) for name, values in adjusted.items()
    )


def _shrink(rows: pl.DataFrame, conf_level: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add shrunken effects: the lines of one model and endpoint share a prior."""
    names = ("shrunken_hazard_ratio", "shrunken_lower", "shrunken_upper")
    figures = np.full((3, rows.height), np.nan)
    priors = []
    estimates, errors = (
        rows[name].fill_null(float("nan")).to_numpy()
        for name in ("log_hazard_ratio", "standard_error")
    )
    for model, endpoint in rows.select("model", "endpoint").unique(maintain_order=True).rows():
        family = ((rows["model"] == model) & (rows["endpoint"] == endpoint)).to_numpy()
        n_effects = int((~np.isnan(estimates[family])).sum())
        prior = {"model": model, "endpoint": endpoint, "n_effects": n_effects}
        if n_effects >= FEWEST_TO_SHRINK:
            found = shrink_effects(estimates[family], errors[family], conf_level=conf_level)
            figures[:, family] = np.exp([found.estimate, found.lower, found.upper])
            prior["null_fraction"] = float(found.prior_weights[0])
            spread = float(found.prior_weights @ found.prior_deviations**2)
            prior["prior_deviation"] = float(np.sqrt(spread))
        priors.append(prior)
    shrunken = rows.with_columns(
        pl.Series(name, values).fill_nan(None) for name, values in zip(names, figures, strict=True)
    )
    return shrunken, pl.DataFrame(priors, schema=PRIORS)
