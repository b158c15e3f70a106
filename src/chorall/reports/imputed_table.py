"""The columns of imputed prognosis and of missingness, for the terminal and notebooks."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    NOT_KNOWN,
    format_count,
    format_count_of,
    format_p_value,
    format_percent,
    format_ratio_interval,
    format_text,
)
from chorall.reports.table import TableColumn
from chorall.reports.wording import name_marker

IMPUTED_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn(
        "Tested: events / n",
        ("n_events", "n"),
        format_count_of,
        "right",
        "Patients whose marker and covariates are all known.",
    ),
    TableColumn(
        "Tested: hazard ratio",
        ("hazard_ratio", "lower", "upper"),
        format_ratio_interval,
        "right",
        "Present against absent, stratified by trial; cause-specific where other causes compete.",
    ),
    TableColumn("Imputed: events / n", ("imputed_n_events", "imputed_n"), format_count_of, "right"),
    TableColumn(
        "Imputed: hazard ratio",
        ("imputed_hazard_ratio", "imputed_lower", "imputed_upper"),
        format_ratio_interval,
        "right",
        "The same model in each imputed data set, combined by Rubin's rules.",
    ),
    TableColumn("Marker imputed", ("n_marker_imputed",), format_count, "right"),
    TableColumn(
        "Not imputed",
        ("n_not_imputed",),
        format_count,
        "right",
        "Not tested, and not imputed: does not apply, or the trial did not test.",
    ),
    TableColumn("Missing information", ("missing_fraction",), format_percent, "right"),
    TableColumn("Answers", ("agreement",), format_text),
    TableColumn("Note", ("note",), format_text),
)
"""Columns of `ImputedPrognosis.rows` as printed."""

MISSINGNESS_COLUMNS: Final = (
    TableColumn("Missing", ("marker",), name_marker),
    TableColumn("Trial", ("trial",), lambda trial: trial or "all"),
    TableColumn("Missing of n", ("n_missing", "n"), format_count_of, "right"),
    TableColumn(
        "Early deaths, missing",
        ("early_deaths_missing", "n_judged_missing"),
        format_count_of,
        "right",
        "Of those observed from the origin to the horizon, or to death before it.",
    ),
    TableColumn(
        "Early deaths, tested", ("early_deaths_tested", "n_judged_tested"), format_count_of, "right"
    ),
    TableColumn(
        "Odds ratio",
        ("odds_ratio", "lower", "upper"),
        format_ratio_interval,
        "right",
        "Of early death, missing against tested; Mantel-Haenszel over trials.",
    ),
    TableColumn("q", ("q_value",), format_p_value, "right", "Benjamini-Hochberg."),
    TableColumn(
        "Log-rank q",
        ("logrank_q_value",),
        format_p_value,
        "right",
        "Survival of missing against tested, stratified by trial.",
    ),
    TableColumn("Finding", ("finding",), lambda word: word or NOT_KNOWN),
)
"""Columns of `MissingnessResult.rows` as printed."""
