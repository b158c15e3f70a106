"""The frames of a prognosis result, put together from its comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.marker_comparison import MarkerComparison
from chorall.stats import adjust_p_values

_NAMES: Final = {"marker": pl.String(), "endpoint": pl.String()}

ROWS: Final[dict[str, pl.DataType]] = {
    **_NAMES,
    "endpoint_label": pl.String(),
    **dict.fromkeys(
        ("n_patients", "n_present", "n_absent", "n_unknown", "events_present", "events_absent"),
        pl.Int64(),
    ),
    **dict.fromkeys(
        (
            "estimate_present", "lower_present", "upper_present",
            "estimate_absent", "lower_absent", "upper_absent",
            "logrank_chi_square", "logrank_p_value",
            "hazard_ratio", "lower", "upper", "p_value",
            "adjusted_hazard_ratio", "adjusted_lower", "adjusted_upper", "adjusted_p_value",
        ),
        pl.Float64(),
    ),
    **dict.fromkeys(("n_adjusted", "events_adjusted"), pl.Int64()),
    "q_value": pl.Float64(),
    "n_trials": pl.Int64(),
    "note": pl.String(),
}  # fmt: skip

CURVES: Final[dict[str, pl.DataType]] = {
    **_NAMES,
    "cause": pl.Int64(),
    "group": pl.String(),
    **dict.fromkeys(("time_years", "estimate", "lower", "upper"), pl.Float64()),
}

AT_RISK: Final[dict[str, pl.DataType]] = {
    **_NAMES,
    "group": pl.String(),
    "time_years": pl.Float64(),
    **dict.fromkeys(("n_at_risk", "n_events", "n_censored"), pl.Int64()),
}

BY_TRIAL: Final[dict[str, pl.DataType]] = {
    **_NAMES,
    "trial_id": pl.String(),
    **dict.fromkeys(("n_present", "n_absent", "events_present", "events_absent"), pl.Int64()),
    **dict.fromkeys(("hazard_ratio", "lower", "upper"), pl.Float64()),
    "note": pl.String(),
}


def frame_rows(comparisons: Sequence[MarkerComparison]) -> pl.DataFrame:
    """Return the rows with `q_value`, adjusted over the markers of each endpoint."""
    lines = [part.row | {"q_value": None} for part in comparisons]
    rows = pl.DataFrame(lines, schema=ROWS).with_columns(pl.col(pl.Float64).fill_nan(None))
    p_values = rows["adjusted_p_value"].fill_null(float("nan")).to_numpy()
    q_values = np.full(rows.height, np.nan)
    for endpoint in rows["endpoint"].unique():
        family = (rows["endpoint"] == endpoint).to_numpy()
        q_values[family] = adjust_p_values(p_values[family], method="BH")
    return rows.with_columns(pl.Series("q_value", q_values).fill_nan(None))


def frame_by_trial(comparisons: Sequence[MarkerComparison]) -> pl.DataFrame:
    """Return the lines of every trial."""
    return pl.DataFrame([line for part in comparisons for line in part.by_trial], schema=BY_TRIAL)


def frame_curves(comparisons: Sequence[MarkerComparison]) -> pl.DataFrame:
    """Return the steps of all curves."""
    return _stack([line for part in comparisons for line in part.curves], CURVES)


def frame_at_risk(comparisons: Sequence[MarkerComparison]) -> pl.DataFrame:
    """Return the numbers at risk under the curves."""
    return _stack([line for part in comparisons for line in part.at_risk], AT_RISK)


def _stack(blocks: Sequence[dict[str, Any]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """Put blocks of arrays below one another; plain values are repeated."""
    if not blocks:
        return pl.DataFrame(schema=schema)
    lengths = [len(block["time_years"]) for block in blocks]
    position = np.repeat(np.arange(len(blocks)), lengths)
    columns = {
        name: np.concatenate([block[name] for block in blocks])
        if isinstance(blocks[0][name], np.ndarray)
        else pl.Series([block[name] for block in blocks], dtype=dtype).gather(position)
        for name, dtype in schema.items()
    }
    return pl.DataFrame(columns, schema=schema).with_columns(pl.col(pl.Float64).fill_nan(None))
