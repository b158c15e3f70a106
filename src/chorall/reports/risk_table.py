"""The columns of risk groups, of disagreement, of waiting for MRD and of the high-risk finder."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.analyses.risk.intensity import EVERY_ERA, OVER, UNDER
from chorall.analyses.risk.result import RiskResult
from chorall.reports.numbers import (
    EN_DASH,
    NOT_KNOWN,
    format_count,
    format_count_of,
    format_percent,
    format_percent_interval,
    format_text,
    is_known,
)
from chorall.reports.table import TableColumn


def format_measure(measure: str, threshold: float | None) -> str:
    """Return the name of a measure in words."""
    if threshold is None:
        return {"concordance": "concordance", "brier": "Brier score"}.get(measure, measure)
    return f"net benefit at {100 * threshold:g} %"


def format_signed(value: float | None, lower: float | None, upper: float | None) -> str:
    """Return a small difference with its sign and limits, e.g. +0.041 (-0.011 to +0.092)."""
    if value is None or not is_known(value):
        return NOT_KNOWN
    if lower is None or upper is None or not (is_known(lower) and is_known(upper)):
        return f"{value:+.3f}"
    return f"{value:+.3f} ({lower:+.3f} to {upper:+.3f})"


def format_limits(value: float | None, lower: float | None, upper: float | None) -> str:
    """Return an estimate with its limits, e.g. 0.69 (0.66 to 0.72)."""
    if value is None or not is_known(value):
        return NOT_KNOWN
    if lower is None or upper is None or not (is_known(lower) and is_known(upper)):
        return f"{value:.2f}"
    return f"{value:.2f} ({lower:.2f} to {upper:.2f})"


def format_small(value: float | None) -> str:
    """Return three decimals."""
    return f"{value:.3f}" if value is not None and is_known(value) else NOT_KNOWN


def format_days(days: float | None) -> str:
    """Return a number of days, none where not known."""
    return f"{days:,.0f}" if days is not None and is_known(days) else NOT_KNOWN


def format_two_risks(flagged: float | None, others: float | None) -> str:
    """Return the risk of the flagged and of the others."""
    return f"{format_percent(flagged)} {EN_DASH} {format_percent(others)}"


RISK_COLUMNS: Final = (
    TableColumn("Grouping", ("grouping",), format_text),
    TableColumn("Known on", ("view",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Group", ("group",), format_text),
    TableColumn("Patients", ("n_patients",), format_count, "right"),
    TableColumn("Share", ("share",), format_percent, "right"),
    TableColumn("What", ("cause",), format_text),
    TableColumn("Events", ("n_events",), format_count, "right"),
    TableColumn(
        "Risk",
        ("risk", "lower", "upper"),
        format_percent_interval,
        "right",
        "Cumulative incidence at the horizon; all other first events compete.",
    ),
    TableColumn("At risk then", ("n_at_risk",), format_count, "right"),
)
"""Columns of `RiskResult.rows` as printed."""

RISK_TERMINAL_COLUMNS: Final = tuple(one for one in RISK_COLUMNS if one.header != "Trial")

DISAGREEMENT_COLUMNS: Final = (
    TableColumn("First", ("first",), format_text),
    TableColumn("Second", ("second",), format_text),
    TableColumn("Who", ("who",), format_text),
    TableColumn("Patients", ("n_patients",), format_count, "right"),
    TableColumn("Share", ("share",), format_percent, "right"),
    TableColumn("Events", ("n_events",), format_count, "right"),
    TableColumn("Risk", ("risk", "lower", "upper"), format_percent_interval, "right"),
)
WAITING_COLUMNS: Final = (
    TableColumn("Grouping", ("grouping",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Measure", ("measure", "threshold"), format_measure),
    TableColumn("Events", ("n_events", "n_patients"), format_count_of, "right"),
    TableColumn("Day 0", ("day_0",), format_small, "right"),
    TableColumn("With MRD", ("landmark",), format_small, "right"),
    TableColumn("Difference", ("difference", "lower", "upper"), format_signed, "right"),
    TableColumn("Risk from", ("risk_from",), format_text),
)
FINDER_COLUMNS: Final = (
    TableColumn("Grouping", ("grouping",), format_text),
    TableColumn("Known on", ("view",), format_text),
    TableColumn("Flagged", ("share_flagged",), format_percent, "right"),
    TableColumn("Found", ("sensitivity", "lower", "upper"), format_percent_interval, "right"),
    TableColumn("Risk: flagged, others", ("risk_flagged", "risk_others"), format_two_risks),
    TableColumn("Days to event", ("lead_days",), format_days, "right"),
    TableColumn("Known on day 0", ("already_flagged",), format_percent, "right"),
    TableColumn("Days gained", ("days_gained",), format_days, "right"),
    TableColumn("Risk from", ("risk_from",), format_text),
)
INTENSITY_COLUMNS: Final = (
    TableColumn("Grouping", ("grouping",), format_text),
    TableColumn("Group", ("group",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Treatment", ("level",), format_text),
    TableColumn("Evidence", ("evidence",), format_text),
    TableColumn("Patients", ("n_patients",), format_count, "right"),
    TableColumn(
        "Relapse",
        ("relapse", "lower_relapse", "upper_relapse"),
        format_percent_interval,
        "right",
        "From allocation on, at the horizon, with limits; other first events compete.",
    ),
    TableColumn(
        "Death of treatment",
        ("treatment_death", "lower_treatment_death", "upper_treatment_death"),
        format_percent_interval,
        "right",
    ),
    TableColumn(
        "Reading",
        ("reading",),
        format_text,
        footnote="From limits alone: over-treatment where the upper limit of relapse lies below "
        "the lowest cut or below the lower limit of death of treatment; under-treatment where the "
        "lower limit of relapse lies above the highest cut.",
    ),
)
"""Columns of `RiskResult.intensity` as printed."""


def select_readings(result: RiskResult) -> pl.DataFrame:
    """Return the lines of all eras with a reading: over-treatment first, each group of a trial."""
    read = result.intensity.filter(
        pl.col("era") == EVERY_ERA, pl.col("reading").is_in([OVER, UNDER])
    )
    over = pl.col("reading") == OVER
    return read.sort(over, descending=True, maintain_order=True)
