"""The columns of a learning curve, for the terminal and notebooks."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import format_text, is_known
from chorall.reports.table import TableColumn


def _write_size(value: float | None) -> str:
    return f"{value:.0f}" if is_known(value) else ""


def _write_figure(value: float | None) -> str:
    return f"{value:.3f}" if is_known(value) else ""


def _write_gain(gain: float | None, lower: float | None, upper: float | None) -> str:
    if not (is_known(gain) and is_known(lower) and is_known(upper)):
        return ""
    return f"{gain:+.3f} ({lower:+.3f} to {upper:+.3f})"


def _write_interval(lower: float | None, upper: float | None) -> str:
    return f"{lower:.3f} to {upper:.3f}" if is_known(lower) and is_known(upper) else ""


LEARNING_COLUMNS: Final = (
    TableColumn("By", ("by",), format_text),
    TableColumn("Measure", ("measure",), format_text),
    TableColumn("", ("kind",), format_text),
    TableColumn("Size", ("size",), _write_size, "right"),
    TableColumn("Estimate", ("estimate",), _write_figure, "right"),
    TableColumn("Interval", ("lower", "upper"), _write_interval, "right"),
    TableColumn(
        "Against the whole bank", ("gain", "gain_lower", "gain_upper"), _write_gain, "right"
    ),
)
"""Columns of `BankLearning.rows`."""
