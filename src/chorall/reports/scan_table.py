"""The columns of a scan, for the terminal and notebooks, and the lines worth a first look."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.reports.numbers import (
    NOT_KNOWN,
    format_count,
    format_count_of,
    format_p_value,
    format_percent,
    format_ratio_interval,
    format_text,
)
from chorall.reports.table import TableColumn
from chorall.reports.wording import name_marker

STRONGEST: Final = 20
"""Lines of each model in a terminal."""


def format_pooled(ratio: float | None, lower: float | None, upper: float | None) -> str:
    """Return a pooled hazard ratio; a dash where nothing is pooled."""
    return NOT_KNOWN if ratio is None else format_ratio_interval(ratio, lower, upper)


def format_share(share: float | None) -> str:
    """Return a percentage; a dash where it is not known."""
    return NOT_KNOWN if share is None else format_percent(share)


SCAN_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Model", ("model",), format_text),
    TableColumn("Patients", ("subset",), name_marker),
    TableColumn("With: events / n", ("n_events_present", "n_present"), format_count_of, "right"),
    TableColumn("All: events / n", ("n_events", "n"), format_count_of, "right"),
    TableColumn(
        "Hazard ratio",
        ("hazard_ratio", "lower", "upper"),
        format_ratio_interval,
        "right",
        "Adjusted, stratified by trial; cause-specific where other causes compete.",
    ),
    TableColumn("p", ("p_value",), format_p_value, "right", "Likelihood ratio."),
    TableColumn(
        "q", ("q_value",), format_p_value, "right", "Benjamini-Hochberg over the lines of a model."
    ),
    TableColumn("q (BY)", ("q_value_by",), format_p_value, "right", "Benjamini-Yekutieli."),
    TableColumn(
        "Shrunken",
        ("shrunken_hazard_ratio", "shrunken_lower", "shrunken_upper"),
        format_ratio_interval,
        "right",
        "Drawn towards 1 by what all lines of the model and endpoint have in common.",
    ),
    TableColumn(
        "Trials pooled",
        ("pooled_hazard_ratio", "pooled_lower", "pooled_upper"),
        format_pooled,
        "right",
        "Two stages, Hartung-Knapp limits.",
    ),
    TableColumn("Trials", ("n_trials",), format_count, "right"),
    TableColumn("I2", ("i2",), format_share, "right"),
    TableColumn(
        "Claim",
        ("claim",),
        format_text,
        "left",
        "Of terms of two markers: exploratory, unless two trials show them.",
    ),
    TableColumn("Warnings", ("warnings",), format_text),
)
"""Columns of `ScanResult.rows` as printed."""

SCAN_TERMINAL_COLUMNS: Final = tuple(
    column
    for column in SCAN_COLUMNS
    if column.header not in {"All: events / n", "p", "q (BY)", "Trials", "I2"}
)
"""The same columns, fewer of them: a terminal is narrow."""


def select_strongest(rows: pl.DataFrame, most: int = STRONGEST) -> pl.DataFrame:
    """Return the lines of each model with the smallest p-values, those not given last."""
    ranked = rows.sort("p_value", nulls_last=True, maintain_order=True)
    parts = [
        ranked.filter(pl.col("model") == model).head(most)
        for model in rows["model"].unique(maintain_order=True)
    ]
    return pl.concat(parts) if parts else rows
