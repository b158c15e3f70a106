"""The columns of a target trial emulated: absolute differences first."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    NOT_ESTIMATED,
    NOT_KNOWN,
    format_count,
    format_percent,
    format_ratio_interval,
    format_text,
)
from chorall.reports.table import TableColumn
from chorall.reports.treatment_table import format_gain, format_points


def format_pair(first: float | None, second: float | None) -> str:
    """Return a number of either strategy, the first first."""
    if first is None and second is None:
        return NOT_KNOWN
    return f"{format_count(first)} : {format_count(second)}"


def format_percent_pair(first: float | None, second: float | None) -> str:
    """Return a share of either strategy, the first first."""
    if first is None and second is None:
        return NOT_ESTIMATED
    return f"{format_percent(first)} : {format_percent(second)}"


TARGET_TRIAL_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Role", ("role",), format_text),
    TableColumn("Method", ("method",), format_text),
    TableColumn("Evidence", ("evidence",), format_text),
    TableColumn("Eligible", ("n_eligible",), format_count, "right"),
    TableColumn("Started", ("n_started",), format_count, "right"),
    TableColumn(
        "Following",
        ("n_following_first", "n_following_second"),
        format_pair,
        "right",
        "At the end of the grace period; first strategy : second.",
    ),
    TableColumn(
        "Effective", ("effective_first", "effective_second"), format_pair, "right",
        "Effective numbers there, (sum w)^2 / sum w^2.",
    ),
    TableColumn("Events", ("events_first", "events_second"), format_pair, "right"),
    TableColumn("Risk", ("risk_first", "risk_second"), format_percent_pair, "right"),
    TableColumn(
        "Risk difference",
        ("risk_difference", "lower_risk_difference", "upper_risk_difference"),
        format_points,
        "right",
        "Percentage points at the horizon, first strategy less second.",
    ),
    TableColumn(
        "Years gained",
        ("years_gained", "lower_years_gained", "upper_years_gained"),
        format_gain,
        "right",
        "Mean time up to the horizon not lost to the event, first less second.",
    ),
    TableColumn("Hazard ratio", ("hazard_ratio", "lower", "upper"), format_ratio_interval, "right"),
    TableColumn("Note", ("note",), format_text),
)  # fmt: skip
"""Columns of `TargetTrialResult.rows` as printed."""
