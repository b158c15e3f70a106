"""The columns of the frequencies, for the terminal and the report."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    NOT_KNOWN,
    format_count,
    format_count_of,
    format_percent_interval,
)
from chorall.reports.table import TableColumn
from chorall.reports.wording import ALL_PATIENTS, name_group, name_marker


def _write_group(by: str, group: str) -> str:
    return ALL_PATIENTS if by == "overall" else name_group(by, group)


def _write_frequency(
    n_tested: int, frequency: float | None, lower: float | None, upper: float | None
) -> str:
    return format_percent_interval(frequency, lower, upper) if n_tested else "nobody tested"


def _write_unclear(*numbers: int | None) -> str:
    counts = [count for count in numbers if count is not None]
    return format_count(sum(counts)) if counts else NOT_KNOWN


def _write_line(by: str, marker: str, group: str) -> str:
    return name_marker(marker) if by == "overall" else name_group(by, group)


INCIDENCE_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Patients", ("by", "group"), _write_group),
    TableColumn(
        "Frequency",
        ("n_tested", "frequency", "lower", "upper"),
        _write_frequency,
        "right",
        "Present among those tested (present + absent), with confidence limits.",
    ),
    TableColumn("Present / tested", ("n_present", "n_tested"), format_count_of, "right"),
    TableColumn(
        "Not tested",
        ("n_not_tested",),
        format_count,
        "right",
        "Never counted as absent, nor are failed, inconclusive and not reported results.",
    ),
    TableColumn(
        "Failed or inconclusive",
        ("n_inconclusive", "n_failed"),
        _write_unclear,
        "right",
    ),
    TableColumn(
        "Positive only",
        ("n_positive_only",),
        format_count,
        "right",
        "Present, but found by an assay that could not have shown absence: in no frequency.",
    ),
    TableColumn("Not reported", ("n_not_reported",), format_count, "right"),
    TableColumn("All patients", ("n_patients",), format_count, "right"),
)
"""Columns of `IncidenceResult.rows` as printed."""

GROUPED_INCIDENCE_COLUMNS: Final = (
    TableColumn("Marker and age", ("by", "marker", "group"), _write_line),
    *INCIDENCE_COLUMNS[2:],
)
"""The same for a table in which the groups stand below their marker."""
