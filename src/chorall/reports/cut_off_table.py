"""The columns of a comparison at a cut-off."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import format_count, format_p_value, format_text
from chorall.reports.table import TableColumn
from chorall.reports.target_trial_table import format_pair, format_percent_pair
from chorall.reports.treatment_table import format_points


def _write_width(value: float) -> str:
    return f"{value:g}"


CUT_OFF_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Trial", ("trial",), lambda trial: trial or "all"),
    TableColumn("Evidence", ("evidence",), format_text),
    TableColumn(
        "Bandwidth", ("bandwidth",), _write_width, "right",
        "Years of age, doublings of white cells, powers of ten of residual disease.",
    ),
    TableColumn("Below : above", ("n_below", "n_above"), format_pair, "right", "Patients."),
    TableColumn(
        "Transplanted", ("transplanted_below", "transplanted_above"), format_percent_pair, "right",
        "In first remission, at the cut; below : above.",
    ),
    TableColumn(
        "Change",
        ("transplanted_jump", "lower_transplanted_jump", "upper_transplanted_jump"),
        format_points,
        "right",
        "Of the share transplanted, percentage points.",
    ),
    TableColumn(
        "Risk", ("risk_below", "risk_above"), format_percent_pair, "right", "At the cut."
    ),
    TableColumn(
        "Risk difference",
        ("risk_difference", "lower_risk_difference", "upper_risk_difference"),
        format_points,
        "right",
        "Above less below, percentage points.",
    ),
    TableColumn("p", ("p_value",), format_p_value, "right"),
    TableColumn("Trials", ("n_trials",), format_count, "right"),
    TableColumn("Note", ("note",), format_text),
)  # fmt: skip
"""Columns of `CutOffResult.rows` as printed."""
