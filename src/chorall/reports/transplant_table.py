"""The columns of the answers on transplantation."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    format_count,
    format_count_of,
    format_p_value,
    format_percent,
    format_ratio,
    format_ratio_interval,
    format_text,
)
from chorall.reports.table import TableColumn
from chorall.reports.treatment_table import format_points


def name_method(method: str, landmark_days: float | None) -> str:
    """Return the method with its landmark."""
    return method if landmark_days is None else f"{method}, day {landmark_days:.0f}"


TRANSPLANT_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Answer", ("method", "landmark_days"), name_method),
    TableColumn("Evidence", ("evidence",), format_text),
    TableColumn("Marker", ("marker",), format_text),
    TableColumn("Group", ("group",), format_text),
    TableColumn("Patients", ("n_patients",), format_count, "right"),
    TableColumn(
        "After: events / n", ("events_transplanted", "n_transplanted"), format_count_of, "right"
    ),
    TableColumn("Without: events", ("events_other",), format_count, "right"),
    TableColumn("Risk after", ("risk_transplanted",), format_percent, "right"),
    TableColumn("Risk without", ("risk_other",), format_percent, "right"),
    TableColumn(
        "Risk difference",
        ("risk_difference", "lower_risk_difference", "upper_risk_difference"),
        format_points,
        "right",
        "Percentage points, from the landmark to the horizon after it; not adjusted.",
    ),
    TableColumn(
        "Hazard ratio",
        ("hazard_ratio", "lower", "upper"),
        format_ratio_interval,
        "right",
        "After transplantation against without; stratified by trial, adjusted, cause-specific.",
    ),
    TableColumn("p", ("p_value",), format_p_value, "right"),
    TableColumn(
        "E-value",
        ("e_value",),
        format_ratio,
        "right",
        "Risk ratio that an unmeasured confounder needs with both sides to explain the ratio away.",
    ),
    TableColumn("Note", ("note",), format_text),
)
"""Columns of `TransplantResult.rows` as printed."""

_NARROW = {"Marker", "Without: events", "Risk after", "Risk without"}
TRANSPLANT_TERMINAL_COLUMNS: Final = tuple(
    column for column in TRANSPLANT_COLUMNS if column.header not in _NARROW
)
"""The same columns, fewer of them: a terminal is narrow."""
