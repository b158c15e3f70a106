"""The columns of donor against no donor: absolute differences first."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    format_count,
    format_p_value,
    format_ratio_interval,
    format_text,
)
from chorall.reports.table import TableColumn
from chorall.reports.target_trial_table import format_percent_pair
from chorall.reports.treatment_table import format_cells, format_gain, format_points
from chorall.reports.wording import name_marker


def _name_group(marker: str | None, group: str) -> str:
    return group if marker is None else f"{name_marker(marker)} {group}"


DONOR_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Trial", ("trial",), lambda trial: trial or "all"),
    TableColumn("Group", ("marker", "group"), _name_group),
    TableColumn("Evidence", ("evidence",), format_text),
    TableColumn(
        "Events / n",
        ("events_donor", "n_donor", "events_no_donor", "n_no_donor"),
        format_cells,
        "right",
        "Donor : no donor.",
    ),
    TableColumn(
        "Transplanted", ("transplanted_donor", "transplanted_no_donor"), format_percent_pair,
        "right", "In first remission; donor : no donor.",
    ),
    TableColumn("Risk", ("risk_donor", "risk_no_donor"), format_percent_pair, "right"),
    TableColumn(
        "Risk difference",
        ("risk_difference", "lower_risk_difference", "upper_risk_difference"),
        format_points,
        "right",
        "Percentage points at the horizon, donor less no donor; interaction: with less without.",
    ),
    TableColumn(
        "Years gained",
        ("years_gained", "lower_years_gained", "upper_years_gained"),
        format_gain,
        "right",
    ),
    TableColumn(
        "Hazard ratio", ("hazard_ratio", "lower", "upper"), format_ratio_interval, "right",
        "Donor against no donor, within trials; interaction: with over without.",
    ),
    TableColumn("p", ("p_value",), format_p_value, "right"),
    TableColumn("Trials", ("n_trials",), format_count, "right"),
    TableColumn("Claim", ("claim",), format_text),
    TableColumn("Note", ("note",), format_text),
)  # fmt: skip
"""Columns of `DonorResult.rows` as printed."""

_NARROW: Final = {"Years gained", "Trials", "Claim", "Note"}
DONOR_TERMINAL_COLUMNS: Final = tuple(one for one in DONOR_COLUMNS if one.header not in _NARROW)
"""The same columns, fewer of them: a terminal is narrow."""
