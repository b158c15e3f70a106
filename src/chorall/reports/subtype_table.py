"""The columns of the subtypes, for the terminal and notebooks."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import format_count, format_text
from chorall.reports.table import TableColumn


def _write_name(subtype: str, confidence: str | None) -> str:
    return f"{subtype} (unverified)" if confidence == "unverified" else subtype


def _write_label(label: str | None) -> str:
    return label or ""


SUBTYPE_COLUMNS: Final = (
    TableColumn("Taxonomy", ("scheme",), format_text),
    TableColumn(
        "Subtype",
        ("subtype", "confidence"),
        _write_name,
        "left",
        "Open: none could be assigned, for tests that would decide were not done.",
    ),
    TableColumn("Name in the taxonomy", ("label",), _write_label),
    TableColumn("Patients", ("n_patients",), format_count, "right"),
)
"""Columns of `SubtypeCounts.rows` as printed."""
