"""The printed tables of each result: those of its page, and those that a paper wants besides."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.analyses.baseline.result import BaselineTable
from chorall.analyses.deescalation.result import DeescalationResult
from chorall.analyses.endpoint_list import EndpointList
from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.analyses.result import AnalysisResult
from chorall.analyses.risk.result import RiskResult
from chorall.reports.baseline_table import caption_baseline, class_baseline_row
from chorall.reports.deescalation_table import ANSWER_COLUMNS, REDUCTION_COLUMNS
from chorall.reports.endpoint_tables import FOLLOW_UP_COLUMNS
from chorall.reports.incidence_table import ADULTS_COLUMNS, AGE_TREND_COLUMNS
from chorall.reports.notebook import columns_of
from chorall.reports.numbers import (
    format_count,
    format_count_of,
    format_p_value,
    format_ratio_interval,
    format_text,
)
from chorall.reports.printed_table import PrintedTable, lay_out_table, state_status
from chorall.reports.risk_table import INTENSITY_COLUMNS, WAITING_COLUMNS, select_readings
from chorall.reports.selection import select_lines
from chorall.reports.table import TableColumn
from chorall.reports.wording import name_marker, name_terms

_EVENTS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Endpoint", ("endpoint",), format_text),
)

BY_TRIAL_COLUMNS: Final = (
    *_EVENTS,
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn(
        "Present: events / n", ("events_present", "n_present"), format_count_of, "right"
    ),
    TableColumn("Absent: events / n", ("events_absent", "n_absent"), format_count_of, "right"),
    TableColumn(
        "Adjusted hazard ratio",
        ("hazard_ratio", "lower", "upper"),
        format_ratio_interval,
        "right",
        "Present against absent, within the trial.",
    ),
    TableColumn("Note", ("note",), format_text),
)  # fmt: skip
"""Columns of `PrognosisResult.by_trial` as printed."""


def side_by_side_columns(result: PrognosisResult) -> tuple[TableColumn, ...]:
    """Return univariable beside multivariable figures of the same marker and endpoint."""
    terms = name_terms(result.adjusted_for) or "nothing"
    return (
        *_EVENTS,
        TableColumn(
            "Present: events / n", ("events_present", "n_present"), format_count_of, "right"
        ),
        TableColumn(
            "Absent: events / n", ("events_absent", "n_absent"), format_count_of, "right"
        ),
        TableColumn(
            "Not tested", ("n_unknown",), format_count, "right",
            "In no comparison; includes failed, inconclusive and not reported results.",
        ),
        TableColumn(
            "Univariable hazard ratio", ("hazard_ratio", "lower", "upper"),
            format_ratio_interval, "right",
            "Cox model of presence, stratified by trial; cause-specific where others compete.",
        ),
        TableColumn("P", ("p_value",), format_p_value, "right"),
        TableColumn(
            "Multivariable hazard ratio",
            ("adjusted_hazard_ratio", "adjusted_lower", "adjusted_upper"),
            format_ratio_interval, "right",
            f"The same model, adjusted for {terms}; patients with all of them known.",
        ),
        TableColumn("P (multivariable)", ("adjusted_p_value",), format_p_value, "right"),
        TableColumn(
            "Multivariable: events / n", ("events_adjusted", "n_adjusted"), format_count_of, "right"
        ),
        TableColumn(
            "q", ("q_value",), format_p_value, "right",
            "Multivariable P after Benjamini-Hochberg over the markers of the endpoint.",
        ),
    )  # fmt: skip


def print_tables(result: AnalysisResult) -> list[PrintedTable]:
    """Return every printed table of a result, the main one first.

    Raises
    ------
    InputError
        If nothing is known about this kind of result.
    """
    status, name = state_status(result), result.analysis
    if isinstance(result, BaselineTable):
        return [
            lay_out_table(
                name, result.printed, columns_of(result), caption=caption_baseline(result),
                status=status, row_class=class_baseline_row,
            )
        ]  # fmt: skip
    # of a stratum within a trial the printed columns could not say which trial it is
    shown = select_lines(result) if isinstance(result, IncidenceResult) else result.printed
    found = [(name, shown, columns_of(result), name.replace("-", " ").capitalize())]
    if isinstance(result, PrognosisResult):
        columns = side_by_side_columns(result)
        title = "Univariable and multivariable hazard ratios of each marker"
        found.append((f"{name}-side-by-side", result.summary, columns, title))
        title = "Each trial by itself"
        found.append((f"{name}-by-trial", result.by_trial, BY_TRIAL_COLUMNS, title))
    if isinstance(result, IncidenceResult):
        title = "Trend of the frequency with age, within trials"
        found.append((f"{name}-age-trend", result.age_trend, AGE_TREND_COLUMNS, title))
        title = "Adults against the younger, within trials"
        found.append((f"{name}-adults", result.adults, ADULTS_COLUMNS, title))
    if isinstance(result, EndpointList):
        title = "Who has which, and median follow-up"
        found.append((f"{name}-follow-up", result.follow_up, FOLLOW_UP_COLUMNS, title))
    if isinstance(result, RiskResult):
        title = "Where limits hint at too much or too little treatment: hypotheses"
        found.append((f"{name}-readings", select_readings(result), INTENSITY_COLUMNS, title))
        title = f"What waiting until day {result.landmark_day:.0f} adds, in the same patients"
        found.append((f"{name}-waiting", result.waiting, WAITING_COLUMNS, title))
    if isinstance(result, DeescalationResult):
        title = "Less against more treatment, randomised, within the groups"
        found.append((f"{name}-reductions", result.reductions, REDUCTION_COLUMNS, title))
        title = "The trial that would answer"
        found.append((f"{name}-plans", result.plans, ANSWER_COLUMNS, title))
    return [
        lay_out_table(label, frame, columns, caption=title, status=status)
        for label, frame, columns, title in found
        if _worth_printing(frame, label == name)
    ]


def _worth_printing(frame: pl.DataFrame, is_main: bool) -> bool:
    return is_main or frame.height > 0
