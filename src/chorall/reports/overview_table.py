"""The columns of the trials and of the quality checks, for the terminal and the report."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.reports.numbers import EN_DASH, NOT_KNOWN, format_count, format_text, format_years
from chorall.reports.table import TableColumn

_SEVERITIES: Final = ("fatal", "serious", "notice")


def _write_accrual(accrual: str | None) -> str:
    return (accrual or NOT_KNOWN).replace("-", EN_DASH)


def _write_words(word: str | None) -> str:
    return format_text(word).replace("_", " ")


OVERVIEW_COLUMNS: Final = (
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Group", ("group",), format_text),
    TableColumn("Population", ("population",), _write_words),
    TableColumn("Accrual", ("accrual",), _write_accrual),
    TableColumn("Patients", ("n_patients",), format_count, "right"),
    TableColumn("Under 16", ("n_children",), format_count, "right"),
    TableColumn("16 to 25", ("n_young_adults",), format_count, "right"),
    TableColumn("26 and over", ("n_adults",), format_count, "right"),
    TableColumn("Age not known", ("n_age_unknown",), format_count, "right"),
    TableColumn("Median age (years)", ("median_age",), format_years, "right"),
    TableColumn("Deaths", ("n_events",), format_count, "right"),
    TableColumn(
        "Median follow-up (years)",
        ("median_follow_up_years",),
        format_years,
        "right",
        "Reverse Kaplan-Meier of overall survival.",
    ),
    TableColumn(
        "Quarantined",
        ("n_quarantined",),
        format_count,
        "right",
        "Source rows or values that did not enter the pool, each with its reason.",
    ),
)
"""Columns of `OverviewResult.rows` as printed."""

QUALITY_COLUMNS: Final = (
    TableColumn("Check", ("check_id",), _write_words),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Kind", ("kind",), format_text),
    TableColumn("Severity", ("severity",), format_text),
    TableColumn("Status", ("status",), _write_words),
    TableColumn("Rows that failed", ("n_bad",), format_count, "right"),
    TableColumn("Rows looked at", ("n_rows",), format_count, "right"),
    TableColumn("Finding", ("message",), format_text),
)
"""Columns of `OverviewResult.quality` as printed."""


def select_failed_checks(quality: pl.DataFrame) -> pl.DataFrame:
    """Return the checks that failed, the worst first."""
    plain = quality.with_columns(pl.col("severity", "status").cast(pl.String))
    rank = pl.col("severity").replace_strict(
        {word: place for place, word in enumerate(_SEVERITIES)}, default=len(_SEVERITIES)
    )
    failed = plain.filter(pl.col("status") == "failed")
    return failed.sort(rank, "check_id", "trial_id")


def count_checks(quality: pl.DataFrame) -> dict[str, int]:
    """Return the number of checks `failed`, `passed` and `not_applicable`."""
    counts = dict(quality.group_by(pl.col("status").cast(pl.String)).len().iter_rows())
    return {word: int(counts.get(word, 0)) for word in ("failed", "passed", "not_applicable")}
