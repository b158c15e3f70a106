"""The columns of the classifiers, for the terminal and notebooks."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import format_count, format_percent, format_text
from chorall.reports.table import TableColumn


def _write_share(share: float | None) -> str:
    return "" if share is None else format_percent(share)


def _write_label(classifier: str, confidence: str) -> str:
    return f"{classifier} (unverified)" if confidence == "unverified" else classifier


def _write_plain(text: str | None) -> str:
    return text or ""


def _write_applicable(applicable: bool | None) -> str:
    return {True: "yes", False: "no", None: "not known"}[applicable]


def _write_range(best: str | None, worst: str | None, result: str | None) -> str:
    return "" if result or not best else f"{best} to {worst}"


SUMMARY_COLUMNS: Final = (
    TableColumn("Classifier", ("classifier", "confidence"), _write_label),
    TableColumn(
        "Answer",
        ("answer",),
        format_text,
        "left",
        "Undetermined: a completion of what is not known would give another group.",
    ),
    TableColumn("Patients", ("n_patients",), format_count, "right"),
    TableColumn(
        "Share",
        ("share",),
        _write_share,
        "right",
        "Of the patients to whom the classifier is known to apply.",
    ),
    TableColumn(
        "What is missing",
        ("lacking",),
        _write_plain,
        "left",
        "Items that could still change the answer, with the number of patients.",
    ),
)
"""Columns of `ClassifyResult.summary` as printed."""

CLASSIFICATION_COLUMNS: Final = (
    TableColumn("Patient", ("patient_id",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Classifier", ("classifier", "confidence"), _write_label),
    TableColumn("Applies", ("applicable",), _write_applicable),
    TableColumn("Result", ("result",), _write_plain),
    TableColumn("Possible", ("best", "worst", "result"), _write_range),
    TableColumn("Could change it", ("resolving",), _write_plain),
    TableColumn("Reason", ("reason",), _write_plain),
)
"""Columns of `ClassifyResult.rows` as printed."""

CATALOGUE_COLUMNS: Final = (
    TableColumn("Classifier", ("id", "confidence"), _write_label),
    TableColumn("Name", ("name",), format_text),
    TableColumn("Population", ("population",), format_text),
    TableColumn("Groups, best first", ("groups",), _write_plain),
    TableColumn("Source", ("source",), format_text),
    TableColumn("Completeness", ("completeness",), format_text),
    TableColumn("Confidence", ("confidence",), format_text),
    TableColumn("Missing", ("missing",), _write_plain),
)
"""Columns of `list_classifiers` as printed."""
