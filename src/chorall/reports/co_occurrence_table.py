"""The columns of pairs of markers and of the oncoprint, for the terminal and notebooks."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    NOT_KNOWN,
    format_count,
    format_p_value,
    format_ratio,
    format_ratio_interval,
    format_text,
)
from chorall.reports.table import TableColumn
from chorall.reports.wording import name_marker


def _write_odds_ratio(ratio: float | None, lower: float | None, upper: float | None) -> str:
    """Write 0 and infinity without limits: Mantel and Haenszel have none there."""
    if ratio is None:
        return NOT_KNOWN
    return format_ratio(ratio) if lower is None else format_ratio_interval(ratio, lower, upper)


CO_OCCURRENCE_COLUMNS: Final = (
    TableColumn("Marker", ("marker_a",), name_marker),
    TableColumn("and", ("marker_b",), name_marker),
    TableColumn("Subtype", ("subtype",), name_marker),
    TableColumn(
        "Odds ratio",
        ("odds_ratio", "lower", "upper"),
        _write_odds_ratio,
        "right",
        (
            "Above 1: they come together. Mantel and Haenszel, stratified by trial and, where all "
            "subtypes are taken together, by subtype."
        ),
    ),
    TableColumn("p", ("p_value",), format_p_value, "right", "Exact, given all margins."),
    TableColumn("q", ("q_value",), format_p_value, "right", "Benjamini and Hochberg."),
    TableColumn("Both", ("n_both",), format_count, "right"),
    TableColumn("First only", ("n_a_only",), format_count, "right"),
    TableColumn("Second only", ("n_b_only",), format_count, "right"),
    TableColumn("Neither", ("n_neither",), format_count, "right"),
    TableColumn("Tested for both", ("n_tested",), format_count, "right"),
    TableColumn("Note", ("note",), format_text),
)
"""Columns of `CoOccurrenceResult.rows` as printed."""

ONCOPRINT_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Present", ("n_present",), format_count, "right"),
    TableColumn("Absent", ("n_absent",), format_count, "right"),
    TableColumn(
        "Not tested", ("n_not_tested",), format_count, "right",
        "Also failed, inconclusive and not reported results.",
    ),
    TableColumn("All patients", ("n_patients",), format_count, "right"),
)  # fmt: skip
"""Columns of `Oncoprint.rows` as printed."""
