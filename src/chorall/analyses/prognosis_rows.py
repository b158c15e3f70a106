"""The stable rows of a prognosis result: one per marker, endpoint, model and trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.special import ndtri

from chorall.analyses.across_trials import TrialSynthesis
from chorall.analyses.effect_batch import EffectBatch
from chorall.analyses.marker_effect import MarkerEffect
from chorall.stats import adjust_p_values

ROWS: Final[dict[str, pl.DataType]] = {
    "marker": pl.String(),
    "endpoint": pl.String(),
    "model": pl.String(),
    "adjust": pl.String(),
    "trial": pl.String(),
    **dict.fromkeys(("n", "n_events", "n_present"), pl.Int64()),
    **dict.fromkeys(("hazard_ratio", "lower", "upper", "p_value", "q_value"), pl.Float64()),
    **dict.fromkeys(("i2", "tau2", "prediction_lower", "prediction_upper"), pl.Float64()),
    "grade": pl.String(),
    "warnings": pl.String(),
    "n_trials": pl.Int64(),
    **dict.fromkeys(("log_hazard_ratio", "standard_error"), pl.Float64()),
}

FAMILY: Final = ("endpoint", "model", "adjust", "trial")
"""The q-values of a row hold among the rows that have these in common: over the markers."""


def list_batch(
    batch: EffectBatch,
    markers: Sequence[str],
    *,
    endpoint: str,
    model: str,
    adjust: str,
    trial: str | None,
    conf_level: float,
) -> pl.DataFrame:
    """Return one row per marker of a batch."""
    half = float(ndtri((1 + conf_level) / 2)) * batch.standard_error
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        z = np.abs(batch.log_hazard_ratio / batch.standard_error)
        figures = {
            "hazard_ratio": np.exp(batch.log_hazard_ratio),
            "lower": np.exp(batch.log_hazard_ratio - half),
            "upper": np.exp(batch.log_hazard_ratio + half),
        }
    from scipy.special import ndtr

    return complete_rows(
        {
            "marker": list(markers),
            "endpoint": endpoint, "model": model, "adjust": adjust, "trial": trial,
            "n": batch.n, "n_events": batch.n_events, "n_present": batch.n_present,
            **figures,
            "p_value": 2 * ndtr(-z),
            "warnings": list(batch.notes),
            "log_hazard_ratio": batch.log_hazard_ratio, "standard_error": batch.standard_error,
        }
    )  # fmt: skip


def list_synthesis(
    pooled: Sequence[TrialSynthesis],
    batches: Sequence[EffectBatch],
    markers: Sequence[str],
    *,
    endpoint: str,
    model: str,
    adjust: str,
) -> pl.DataFrame:
    """Return one row per marker of a second stage; counts are of the trials that were pooled."""
    columns: dict[str, list[Any]] = {name: [] for name in _SYNTHESIS}
    for place, part in enumerate(pooled):
        used = [batch for batch in batches if np.isfinite(batch.log_hazard_ratio[place])]
        columns["n"].append(sum(int(batch.n[place]) for batch in used))
        columns["n_events"].append(sum(int(batch.n_events[place]) for batch in used))
        columns["n_present"].append(sum(int(batch.n_present[place]) for batch in used))
        columns["n_trials"].append(part.n_trials)
        columns["warnings"].append(_note_pooling(part.n_trials))
        for name in ("p_value", "i2", "tau2", "log_hazard_ratio", "standard_error"):
            columns[name].append(getattr(part, name))
        with np.errstate(over="ignore"):
            columns["hazard_ratio"].append(float(np.exp(part.log_hazard_ratio)))
            for name in ("lower", "upper", "prediction_lower", "prediction_upper"):
                columns[name].append(float(np.exp(getattr(part, name))))
    return complete_rows({
        "marker": list(markers), "endpoint": endpoint, "model": model, "adjust": adjust,
        "trial": None, **columns,
    })  # fmt: skip


_SYNTHESIS: Final = (
    "n", "n_events", "n_present", "n_trials", "warnings", "p_value", "i2", "tau2",
    "log_hazard_ratio", "standard_error", "hazard_ratio", "lower", "upper",
    "prediction_lower", "prediction_upper",
)  # fmt: skip


def _note_pooling(n_trials: int) -> str:
    if n_trials > 1:
        return ""
    words = "one trial gives" if n_trials else "no trial gives"
    return f"{words} a figure of its own: nothing is pooled"


def list_effects(
    effects: Sequence[MarkerEffect],
    n_present: Sequence[int],
    markers: Sequence[str],
    *,
    endpoint: str,
    model: str,
    adjust: str,
) -> pl.DataFrame:
    """Return one row per marker that was fitted on its own."""
    figures = {
        name: [getattr(effect.term, name, None) for effect in effects]
        for name in (
            "hazard_ratio", "lower", "upper", "p_value", "log_hazard_ratio", "standard_error"
        )
    }  # fmt: skip
    return complete_rows({
        "marker": list(markers), "endpoint": endpoint, "model": model, "adjust": adjust,
        "trial": None,
        "n": [effect.n_used for effect in effects],
        "n_events": [effect.n_events for effect in effects],
        "n_present": list(n_present),
        "warnings": [effect.note for effect in effects],
        **figures,
    })  # fmt: skip


def complete_rows(columns: dict[str, Any]) -> pl.DataFrame:
    """Return columns as rows of the result; those not given are null, NaN becomes null."""
    frame = pl.DataFrame({"marker": pl.Series(columns["marker"], dtype=pl.String())})
    given = [
        (pl.Series(name, columns[name]) if isinstance(columns[name], list | np.ndarray)
         else pl.lit(columns[name])).cast(dtype).alias(name)
        if name in columns else pl.lit(None, dtype).alias(name)
        for name, dtype in ROWS.items() if name != "marker"
    ]  # fmt: skip
    return frame.with_columns(given).with_columns(pl.col(pl.Float64).fill_nan(None))


def join_rows(
    parts: Sequence[pl.DataFrame], markers: Sequence[str], endpoints: Sequence[str]
) -> pl.DataFrame:
    """Put rows below one another, by marker and endpoint, with their q-values."""
    if not parts:
        return pl.DataFrame(schema=ROWS)
    rows = pl.concat(parts)
    families = [part for _, part in rows.group_by(FAMILY, maintain_order=True)]
    rated = pl.concat(
        part.with_columns(
            q_value=pl.Series(
                adjust_p_values(
                    part["p_value"].fill_null(float("nan")).to_numpy(), method="BH"
                )
            ).fill_nan(None)
        )
        for part in families
    )  # fmt: skip
    order = {name: place for place, name in enumerate(markers)}
    places = {name: place for place, name in enumerate(endpoints)}
    return rated.sort(
        pl.col("marker").replace_strict(order, return_dtype=pl.Int64),
        pl.col("endpoint").replace_strict(places, return_dtype=pl.Int64),
        maintain_order=True,
    )


def add_warnings(rows: pl.DataFrame, summary: pl.DataFrame, adjust: str) -> pl.DataFrame:
    """Add what the summary warns of to the one-stage and two-stage rows of the adjusted model."""
    said = summary.select("marker", "endpoint", said="warnings")
    whole = (
        pl.col("trial").is_null()
        & pl.col("model").is_in(["cox", "two_stage"])
        & (pl.col("adjust") == adjust)
    )
    both = pl.concat_list("warnings", "said").list.filter(pl.element() != "").list.join("; ")
    return (
        rows.join(said, on=["marker", "endpoint"], how="left", maintain_order="left")
        .with_columns(warnings=pl.when(whole).then(both).otherwise("warnings").fill_null(""))
        .select(list(ROWS))
    )
