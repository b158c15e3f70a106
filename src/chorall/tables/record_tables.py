"""Tables that tell of the pooling itself: quarantine, quality, lineage."""

from __future__ import annotations

from typing import Final

from chorall.tables.column_kinds import PATIENT_ID, TRIAL_ID, count_column, text_column, word_column
from chorall.tables.columns import Column, Table

QUARANTINE: Final = Table(
    "quarantine",
    "One source row, or one value of it, that did not enter the pool, and why.",
    (
        TRIAL_ID,
        text_column("file", "File of the delivery."),
        count_column("source_row", "Row number in the file, the header being row 1.", minimum=1),
        text_column("rule_id", "The mapping rule, or empty."),
        text_column("column", "Source column, or empty where the whole row is meant."),
        text_column("reason", "One word, listed in docs/data-dictionary.md."),
        text_column("detail", "What was expected. Never the value itself."),
        Column("whole_row", "boolean", "True where the row gave nothing to the pool."),
    ),
    mappable=False,
)

QUALITY: Final = Table(
    "quality",
    "The outcome of one quality check in one trial.",
    (
        text_column("check_id", "Name of the check."),
        text_column("trial_id", "The trial, or `all`."),
        word_column("kind", "Kahn's three kinds.", ("conformance", "completeness", "plausibility")),
        word_column("severity", "What a failure means.", ("fatal", "serious", "notice")),
        word_column("status", "Outcome.", ("passed", "failed", "not_applicable")),
        count_column("n_rows", "Rows the check looked at."),
        count_column("n_bad", "Rows that failed."),
        text_column("message", "What was found and what to do."),
    ),
    key=("check_id", "trial_id"),
    mappable=False,
)

LINEAGE: Final = Table(
    "lineage",
    "Where rows of the pool came from: table and row -> rule -> file and source row.",
    (
        TRIAL_ID,
        text_column("table", "Pooled table."),
        PATIENT_ID,
        text_column(
            "item",
            "Which of the patient's rows: event type, marker, gene, item or assay; else empty.",
        ),
        text_column(
            "rule_id",
            "The mapping rule that wrote the row; `rule` in manifest.json tells its columns.",
        ),
        text_column("file", "File of the delivery."),
        count_column("source_row", "Row number in the file, the header being row 1.", minimum=1),
    ),
    mappable=False,
)
