"""The tables of a marker sheet, for the terminal: frequencies, endpoints, trials, ages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from chorall.analyses.marker_sheet_result import MarkerSheet
from chorall.reports.incidence_table import INCIDENCE_COLUMNS
from chorall.reports.numbers import (
    format_count,
    format_count_of,
    format_p_value,
    format_range,
    format_ratio_interval,
    format_text,
)
from chorall.reports.prognosis_table import PROGNOSIS_COLUMNS
from chorall.reports.scan_table import format_share
from chorall.reports.selection import select_lines
from chorall.reports.table import TableColumn

SHOWN: Final = (
    "Endpoint", "Present: events / n", "Absent: events / n", "Present: estimate",
    "Absent: estimate", "Adjusted hazard ratio", "q", "Two-stage hazard ratio", "Next trial",
    "I\N{SUPERSCRIPT TWO}", "Grade",
)  # fmt: skip

FREQUENCY_COLUMNS: Final = tuple(
    column for column in INCIDENCE_COLUMNS if column.header not in ("Marker", "Trials")
)
ENDPOINT_COLUMNS: Final = tuple(column for column in PROGNOSIS_COLUMNS if column.header in SHOWN)

TRIAL_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Present: events / n", ("events_present", "n_present"), format_count_of, "right"),
    TableColumn("Absent: events / n", ("events_absent", "n_absent"), format_count_of, "right"),
    TableColumn(
        "Hazard ratio", ("hazard_ratio", "lower", "upper"), format_ratio_interval, "right",
        "Adjusted, within the trial.",
    ),
    TableColumn("Note", ("note",), format_text),
)  # fmt: skip

_AGES: Final = {
    "cox_child": "hazard ratio in children",
    "cox_adult": "hazard ratio in adults",
    "age_per_decade": "times per 10 years of age, within trials",
    "adult_to_child": "times in adults against children, all trials",
    "adult_to_child_within_trials": "times in adults against children, within trials",
}

AGE_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Marker x age", ("model",), lambda model: _AGES[model]),
    TableColumn("Ratio", ("hazard_ratio", "lower", "upper"), format_ratio_interval, "right"),
    TableColumn("p", ("p_value",), format_p_value, "right"),
    TableColumn("Events", ("n_events",), format_count, "right"),
    TableColumn("I\N{SUPERSCRIPT TWO}", ("i2",), format_share, "right"),
    TableColumn("Next trial", ("prediction_lower", "prediction_upper"), format_range, "right"),
)


def list_sheet_tables(
    sheet: MarkerSheet,
) -> Iterator[tuple[pl.DataFrame, Sequence[TableColumn], str]]:
    """Yield the rows, columns and title of each table."""
    wanted = pl.col("by").is_in(["overall", "trial", "age_band", "lineage"])
    shown = select_lines(sheet.incidence).filter(wanted, pl.col("n_patients") > 0)
    yield shown, FREQUENCY_COLUMNS, "Frequency among those tested"
    years = f"{sheet.prognosis.horizon_years:g}"
    yield sheet.prognosis.summary, ENDPOINT_COLUMNS, f"Prognosis, estimates at {years} years"
    known = sheet.prognosis.by_trial.filter(pl.col("n_present") + pl.col("n_absent") > 0)
    yield known, TRIAL_COLUMNS, "Across trials"
    is_age = pl.col("model").is_in(list(_AGES)) & pl.col("hazard_ratio").is_not_null()
    ages = sheet.prognosis.rows.filter(is_age)
    yield ages, AGE_COLUMNS, "Does it mean the same at every age?"
