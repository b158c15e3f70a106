"""The columns of a built rule: groups against their targets, weights, sets of tests."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    format_count,
    format_count_of,
    format_percent,
    format_percent_interval,
    format_text,
    format_years,
)
from chorall.reports.risk_table import format_limits, format_small
from chorall.reports.table import TableColumn


def format_flag(value: bool | None) -> str:
    """Return yes or no."""
    return "yes" if value else "no"


RULE_COLUMNS: Final = (
    TableColumn("Rule", ("rule",), format_text),
    TableColumn("Judged in", ("role",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Group", ("group",), format_text),
    TableColumn("Events", ("n_events", "n_patients"), format_count_of, "right"),
    TableColumn("Share", ("share",), format_percent, "right"),
    TableColumn("Predicted", ("predicted",), format_percent, "right"),
    TableColumn("Observed", ("observed", "lower", "upper"), format_percent_interval, "right"),
    TableColumn("Target", ("target",), format_text),
    TableColumn(
        "Verdict", ("verdict",), format_text, "left", "By the limits, never by the estimate."
    ),
)
"""Columns of `RiskRule.rows` as printed."""
RULE_MEASURE_COLUMNS: Final = (
    TableColumn("Rule", ("rule",), format_text),
    TableColumn("Judged in", ("role",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Measure", ("measure",), format_text),
    TableColumn("Estimate", ("estimate", "lower", "upper"), format_limits, "right"),
    TableColumn("Note", ("note",), format_text),
)
WEIGHT_COLUMNS: Final = (
    TableColumn("Rule", ("rule",), format_text),
    TableColumn("Item", ("item",), format_text),
    TableColumn("Test", ("test",), format_text),
    TableColumn("Cost", ("cost",), format_years, "right"),
    TableColumn("Weight per unit", ("weight",), format_small, "right"),
    TableColumn("Mean if not tested", ("mean",), format_small, "right"),
)
TEST_COLUMNS: Final = (
    TableColumn("Tests", ("tests",), format_text),
    TableColumn("Cost", ("cost",), format_years, "right"),
    TableColumn("Concordance", ("concordance",), format_small, "right"),
    TableColumn("Lowest group", ("n_low",), format_count, "right"),
    TableColumn("Risk", ("risk_low",), format_percent, "right"),
    TableColumn("Highest group", ("n_high",), format_count, "right"),
    TableColumn("Risk", ("risk_high",), format_percent, "right"),
    TableColumn("Keeps the target", ("keeps_target",), format_flag),
    TableColumn("Chosen", ("chosen",), format_flag),
)
