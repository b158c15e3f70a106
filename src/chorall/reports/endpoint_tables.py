"""The columns of two endpoints side by side, and the list of endpoints."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.reports.numbers import format_count, format_text
from chorall.reports.table import TableColumn

COMPARISON_COLUMNS: Final = (
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("A", ("definition_a",), format_text),
    TableColumn("B", ("definition_b",), format_text),
    TableColumn("Patients with both", ("n_both",), format_count, "right"),
    TableColumn("Only A", ("n_only_a",), format_count, "right"),
    TableColumn("Only B", ("n_only_b",), format_count, "right"),
    TableColumn("Events A", ("events_a",), format_count, "right", "Among those with both."),
    TableColumn("Events B", ("events_b",), format_count, "right", "Among those with both."),
    TableColumn("Status differs", ("n_status_differs",), format_count, "right"),
    TableColumn(
        "Day differs",
        ("n_day_differs",),
        format_count,
        "right",
        "The same status on another day, or counted from another day.",
    ),
)
"""Columns of `EndpointComparison.rows` as printed."""


def list_definitions(*, seen_only: bool = False) -> pl.DataFrame:
    """Return one line per shipped endpoint: endpoint, meaning, source, confidence.

    With `seen_only` those from memory are left out.
    """
    return pl.DataFrame(
        [
            {
                "endpoint": name,
                "meaning": definition.label,
                "source": f"{definition.source.cites} ({definition.source.where})",
                "confidence": definition.source.confidence,
            }
            for name, definition in endpoint_definitions().items()
            if definition.source.confidence != "unverified" or not seen_only
        ]
    )
