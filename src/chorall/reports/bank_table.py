"""The columns of a bank's validation, for the terminal and notebooks."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import format_count, format_text, is_known
from chorall.reports.table import TableColumn


def _write_figure(value: float | None) -> str:
    return f"{value:.3f}" if is_known(value) else ""


def _write_interval(lower: float | None, upper: float | None) -> str:
    return f"{lower:.3f} to {upper:.3f}" if is_known(lower) and is_known(upper) else ""


VALIDATION_COLUMNS: Final = (
    TableColumn("Scheme", ("scheme",), format_text),
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Patients of", ("group",), format_text),
    TableColumn("Model", ("model",), format_text),
    TableColumn("Measure", ("measure",), format_text),
    TableColumn("Estimate", ("estimate",), _write_figure, "right"),
    TableColumn("Interval", ("lower", "upper"), _write_interval, "right"),
    TableColumn("Patients", ("n",), format_count, "right"),
    TableColumn("Events", ("n_events",), format_count, "right"),
)
"""Columns of `BankValidation.rows`."""
