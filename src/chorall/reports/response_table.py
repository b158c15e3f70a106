"""The columns of response by marker and by randomised arm."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    format_count,
    format_count_of,
    format_p_value,
    format_ratio_interval,
    format_text,
)
from chorall.reports.table import TableColumn
from chorall.reports.treatment_table import format_points, name_strategy
from chorall.reports.wording import name_marker


def _name_treatment(strategy: str | None) -> str:
    return name_strategy(strategy) if strategy else "none"


def _compared(
    present: float | None, absent: float | None, treated: float | None, control: float | None
) -> str:
    """Return the responders of either side of the comparison."""
    sides = (present, absent) if treated is None else (treated, control)
    return " : ".join(format_count(side) for side in sides)


RESPONSE_COLUMNS: Final = (
    TableColumn("Outcome", ("outcome",), format_text),
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Randomised treatment", ("strategy",), _name_treatment),
    TableColumn("Group", ("group",), format_text),
    TableColumn("Evidence", ("evidence",), format_text),
    TableColumn("Patients / trials", ("n_patients", "n_trials"), format_count_of, "right"),
    TableColumn(
        "Responders",
        ("responded_present", "responded_absent", "responded_treated", "responded_control"),
        _compared,
        "right",
        "Present : absent; of a treatment treated : control.",
    ),
    TableColumn(
        "Difference",
        ("difference", "lower_difference", "upper_difference"),
        format_points,
        "right",
        "Of proportions, percentage points, within trials.",
    ),
    TableColumn("Odds ratio", ("odds_ratio", "lower", "upper"), format_ratio_interval, "right"),
    TableColumn("Method", ("method",), format_text),
    TableColumn("p", ("p_value",), format_p_value, "right"),
    TableColumn("q", ("q_value",), format_p_value, "right"),
    TableColumn("Claim", ("claim",), format_text),
    TableColumn("Outcome not known", ("n_unknown_outcome",), format_count, "right"),
    TableColumn("Note", ("note",), format_text),
)
"""Columns of `ResponseResult.rows` as printed."""
