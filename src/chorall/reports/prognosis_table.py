"""The columns of the prognosis of markers, for the terminal and the report."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.analyses.prognosis_result import PrognosisResult
from chorall.reports.numbers import (
    format_count,
    format_count_of,
    format_p_value,
    format_percent,
    format_percent_interval,
    format_range,
    format_ratio_interval,
    format_text,
)
from chorall.reports.table import TableColumn
from chorall.reports.wording import name_marker

MOST_LETTERS: Final = 36
"""Of a note in a terminal: a long one would make a column of single words."""


def shorten_note(note: str | None) -> str:
    """Return the beginning of a note; it stands in full in the files and in the report."""
    if note and len(note) > MOST_LETTERS:
        return note[: MOST_LETTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return format_text(note)


PROGNOSIS_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn(
        "Present: events / n",
        ("events_present", "n_present"),
        format_count_of,
        "right",
    ),
    TableColumn(
        "Absent: events / n",
        ("events_absent", "n_absent"),
        format_count_of,
        "right",
    ),
    TableColumn(
        "Not tested",
        ("n_unknown",),
        format_count,
        "right",
        "In no comparison; includes failed, inconclusive and not reported results.",
    ),
    TableColumn(
        "Present: estimate",
        ("estimate_present", "lower_present", "upper_present"),
        format_percent_interval,
        "right",
        "At the horizon: survival, or cumulative incidence where other causes compete.",
    ),
    TableColumn(
        "Absent: estimate",
        ("estimate_absent", "lower_absent", "upper_absent"),
        format_percent_interval,
        "right",
        "At the horizon: survival, or cumulative incidence where other causes compete.",
    ),
    TableColumn(
        "Log-rank p",
        ("logrank_p_value",),
        format_p_value,
        "right",
        "Stratified by trial; cause-specific where other causes compete.",
    ),
    TableColumn(
        "Hazard ratio",
        ("hazard_ratio", "lower", "upper"),
        format_ratio_interval,
        "right",
        "Present against absent, stratified by trial; cause-specific where other causes compete.",
    ),
    TableColumn(
        "Adjusted hazard ratio",
        ("adjusted_hazard_ratio", "adjusted_lower", "adjusted_upper"),
        format_ratio_interval,
        "right",
        "As before and adjusted, in patients with all covariates known.",
    ),
    TableColumn(
        "Adjusted: events / n", ("events_adjusted", "n_adjusted"), format_count_of, "right"
    ),
    TableColumn(
        "q",
        ("q_value",),
        format_p_value,
        "right",
        "Adjusted p value after Benjamini-Hochberg over the markers of the endpoint.",
    ),
    TableColumn(
        "Two-stage hazard ratio",
        ("pooled_hazard_ratio", "pooled_lower", "pooled_upper"),
        format_ratio_interval,
        "right",
        "Adjusted estimates of the trials, pooled by random effects (Hartung-Knapp limits).",
    ),
    TableColumn(
        "Next trial",
        ("prediction_lower", "prediction_upper"),
        format_range,
        "right",
        "Prediction interval: where the hazard ratio of one more such trial would lie.",
    ),
    TableColumn(
        "I\N{SUPERSCRIPT TWO}",
        ("i2",),
        format_percent,
        "right",
        "Share of the variation between trials that is not chance.",
    ),
    TableColumn("Trials", ("n_trials",), format_count, "right"),
    TableColumn(
        "Grade",
        ("grade",),
        format_text,
        "left",
        "What the trials together say, by the rules of docs/methods/prognosis.md.",
    ),
    TableColumn("Read with care", ("warnings",), format_text),
    TableColumn("Note", ("note",), format_text),
)
"""Columns of `PrognosisResult.summary` as printed."""

_LEFT_OUT: Final = {
    "Log-rank p", "Hazard ratio", "Adjusted: events / n", "Trials", "Next trial",
    "I\N{SUPERSCRIPT TWO}", "Read with care",
}  # fmt: skip

PROGNOSIS_TERMINAL_COLUMNS: Final = (
    *(column for column in PROGNOSIS_COLUMNS[:-1] if column.header not in _LEFT_OUT),
    TableColumn("Note", ("note",), shorten_note),
)
"""The same columns, fewer of them: a terminal is narrow."""

CONTINUOUS_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Adjusted for", ("adjust",), format_text),
    TableColumn("Hazard ratio", ("hazard_ratio", "lower", "upper"), format_ratio_interval, "right"),
    TableColumn("p", ("p_value",), format_p_value, "right"),
    TableColumn("q", ("q_value",), format_p_value, "right"),
    TableColumn("Events / n", ("n_events", "n"), format_count_of, "right"),
    TableColumn("Unit, and whether a straight line does", ("warnings",), format_text),
)
"""Columns of the stable rows of continuous markers."""


def select_continuous(result: PrognosisResult) -> pl.DataFrame:
    """Return the one-stage rows of the continuous markers."""
    discrete = result.summary["marker"].unique().to_list()
    return result.rows.filter(
        ~pl.col("marker").is_in(discrete), pl.col("trial").is_null(), pl.col("model") == "cox"
    )
