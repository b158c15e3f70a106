"""The columns of two endpoints side by side, and the list of endpoints."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    EN_DASH,
    NOT_ESTIMATED,
    format_count,
    format_text,
    format_years,
    is_known,
)
from chorall.reports.table import TableColumn


def format_years_interval(years: float | None, lower: float | None, upper: float | None) -> str:
    """Return a number of years with its limits, e.g. 5.1 (4.8-5.6) with an en dash."""
    if not is_known(years):
        return NOT_ESTIMATED
    limits = EN_DASH.join(format_years(limit) for limit in (lower, upper))
    return f"{format_years(years)} ({limits})"


COMPARISON_COLUMNS: Final = (
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("A", ("definition_a",), format_text),
    TableColumn("B", ("definition_b",), format_text),
    TableColumn("Patients with both", ("n_both",), format_count, "right"),
    TableColumn("Only A", ("n_only_a",), format_count, "right"),
    TableColumn("Only B", ("n_only_b",), format_count, "right"),
    TableColumn("Events A", ("events_a",), format_count, "right", "Among those with both."),
    TableColumn("Events B", ("events_b",), format_count, "right", "Among those with both."),
    TableColumn("Status differs", ("n_status_differs",), format_count, "right"),
    TableColumn(
        "Day differs",
        ("n_day_differs",),
        format_count,
        "right",
        "The same status on another day, or counted from another day.",
    ),
)
"""Columns of `EndpointComparison.rows` as printed."""

ENDPOINT_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Meaning", ("meaning",), format_text),
    TableColumn("Source", ("source",), format_text),
    TableColumn(
        "Confidence",
        ("confidence",),
        format_text,
        footnote="Seen: read in its source; unverified: from memory.",
    ),
)
"""Columns of `EndpointList.rows` as printed."""

FOLLOW_UP_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Patients", ("n_patients",), format_count, "right"),
    TableColumn("Events", ("n_events",), format_count, "right"),
    TableColumn("Competing", ("n_competing",), format_count, "right"),
    TableColumn("Censored", ("n_censored",), format_count, "right"),
    TableColumn(
        "Median follow-up, years", ("median_follow_up_years", "lower", "upper"),
        format_years_interval, "right", "Reverse Kaplan-Meier, with limits.",
    ),
)  # fmt: skip
"""Columns of `EndpointList.follow_up` as printed."""
