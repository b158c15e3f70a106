"""The order of lines and columns of a treatment result, and its smaller frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.treatments.arms import ArmCohort
from chorall.analyses.treatments.contrasts import ContrastScan

FIRST: Final = (
    "marker", "modifier", "term", "component", "strategy", "control", "endpoint", "evidence",
    "trial", "question", "n_trials", "n_patients", "n_unknown",
)  # fmt: skip
LAST: Final = ("q_value", "claim", "note")
LEFT_OUT: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(
        ("marker", "component", "strategy", "control", "endpoint", "left_out"), pl.String()
    ),
    **dict.fromkeys(
        ("interaction_ratio", "interaction_lower", "interaction_upper", "interaction_p_value"),
        pl.Float64(),
    ),
}
QUESTIONS: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(
        (
            "trial_id", "question", "component", "control", "strategy", "control_arm",
            "treatment_arm", "endpoint",
        ),
        pl.String(),
    ),
    **dict.fromkeys(
        ("n_randomised", "n_compared", "n_before", "n_without", "n_undated"), pl.Int64()
    ),
}  # fmt: skip


def order_rows(rows: pl.DataFrame, markers: Sequence[str]) -> pl.DataFrame:
    """Sort by the markers as asked for, keep contrast, endpoint and trial; NaN becomes null."""
    between = [name for name in rows.columns if name not in (*FIRST, *LAST)]
    places = {marker: place for place, marker in enumerate(markers)}
    contrasts = ["component", "control", "strategy", "endpoint"]
    order = {
        key: at for at, key in enumerate(rows.select(contrasts).unique(maintain_order=True).rows())
    }
    return (
        rows.with_row_index("_row")
        .with_columns(
            _marker=pl.col("marker").replace_strict(places, return_dtype=pl.Int64),
            _contrast=pl.Series(
                [order[key] for key in rows.select(contrasts).rows()], dtype=pl.Int64
            ),
        )
        .sort("_marker", "_contrast", "_row")
        .select(*FIRST, *between, *LAST)
        .with_columns(pl.col(pl.Float64).fill_nan(None), pl.col(pl.UInt32, pl.Int32).cast(pl.Int64))
    )


def frame_left_out(found: Sequence[ContrastScan], markers: Sequence[str]) -> pl.DataFrame:
    """Return the interaction without each trial."""
    frames = [pl.DataFrame(schema=LEFT_OUT)]
    for one in found:
        for trial, pooled in zip(one.trials, one.left_out, strict=False):
            question = trial.cohort.question
            columns: dict[str, Any] = {
                "marker": list(markers),
                "component": question.component,
                "strategy": question.treatment,
                "control": question.control,
                "endpoint": trial.cohort.endpoint,
                "left_out": question.unit,
                "interaction_ratio": np.exp(pooled.estimate),
                "interaction_lower": np.exp(pooled.random.lower),
                "interaction_upper": np.exp(pooled.random.upper),
                "interaction_p_value": pooled.random.p_value,
            }
            frames.append(pl.DataFrame(columns, schema=LEFT_OUT))
    return pl.concat(frames).with_columns(pl.col(pl.Float64).fill_nan(None))


def frame_questions(cohorts: Sequence[ArmCohort]) -> pl.DataFrame:
    """Return who was compared in each question."""
    lines = [
        {
            "trial_id": one.question.trial_id,
            "question": one.question.question,
            "component": one.question.component,
            "control": one.question.control,
            "strategy": one.question.treatment,
            "control_arm": one.question.control_arm,
            "treatment_arm": one.question.treatment_arm,
            "endpoint": one.endpoint,
            "n_randomised": one.n_randomised,
            "n_compared": len(one.time),
            "n_before": one.n_before,
            "n_without": one.n_without,
            "n_undated": one.n_undated,
        }
        for one in cohorts
    ]
    return pl.DataFrame(lines, schema=QUESTIONS)
