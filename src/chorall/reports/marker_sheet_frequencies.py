"""The frequencies of a marker sheet: by trial, by age band, by lineage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import polars as pl

from chorall.analyses.incidence_result import IncidenceResult
from chorall.reports.frequency_figure import FEWEST_FOR_SCALE
from chorall.reports.marker_sheet_rows import SheetRow
from chorall.reports.numbers import (
    EN_DASH,
    format_count,
    format_count_of,
    format_percent,
    format_percent_interval,
)
from chorall.reports.selection import select_lines
from chorall.reports.wording import OVERALL, adult_bands, name_group

NOBODY: Final = "nobody tested"


def list_trials(result: IncidenceResult) -> list[SheetRow]:
    """Return all patients together, each trial, and the interval of one more trial.

    The cells are the frequency, present / tested, not tested, failed, inconclusive and other.
    """
    lines = select_lines(result)
    whole = [_make_row(row, "All, pooled", "pooled") for row in _pick(lines, OVERALL)]
    trials = [_make_row(row, row["group"], "single") for row in _pick(lines, "trial")]
    return [*whole, *trials, *_predict(_pick(lines, OVERALL))]


def list_groups(result: IncidenceResult) -> list[SheetRow]:
    """Return the age bands and lineages; cells: frequency, present / tested.

    Patients whose age or lineage is not known have a row where at least ten of them were tested.
    """
    lines = select_lines(result)
    return [
        _shorten(
            _make_row(
                row,
                _name_group(by, row["group"]),
                _find_kind(row),
                gap=by == "lineage" and not place,
            )
        )
        for by in ("age_band", "lineage")
        for place, row in enumerate(_pick(lines, by))
        if row["group"] != "unknown" or row["n_tested"] >= FEWEST_FOR_SCALE
    ]


def _name_group(by: str, group: str) -> str:
    """Return a group without the word that the title of the panel says."""
    name = name_group(by, group)
    return name.removesuffix(" years").removesuffix(" year")


def _pick(lines: pl.DataFrame, by: str) -> list[dict[str, Any]]:
    return lines.filter(pl.col("by") == by).to_dicts()


def _find_kind(row: dict[str, Any]) -> str:
    if row["by"] != "age_band" or row["group"] == "unknown":
        return "single"
    return "adult" if row["group"] in adult_bands() else "child"


def _make_row(row: dict[str, Any], label: str, kind: str, *, gap: bool = False) -> SheetRow:
    figures = (row["proportion"], row["lower"], row["upper"])
    named = ("n_tested", "n_not_tested", "n_failed", "n_inconclusive")
    other = row["n_patients"] - sum(row[name] for name in named)
    cells = (
        format_percent_interval(*figures) if row["n_tested"] else NOBODY,
        format_count_of(row["n_present"], row["n_tested"]),
        *(format_count(row[name]) for name in named[1:]),
        format_count(other),
    )
    return SheetRow(label, kind, *figures, cells, gap)


def _shorten(row: SheetRow) -> SheetRow:
    return replace(row, cells=row.cells[:2])


def _predict(whole: list[dict[str, Any]]) -> list[SheetRow]:
    return [
        SheetRow(
            "One more trial", "prediction", row["proportion"], row["prediction_lower"],
            row["prediction_upper"], (_write_span(row), "", "", "", "", ""),
        )
        for row in whole
        if row["prediction_lower"] is not None
    ]  # fmt: skip


def _write_span(row: dict[str, Any]) -> str:
    ends = (row["prediction_lower"], row["prediction_upper"])
    return f"{EN_DASH.join(format_percent(end).removesuffix(' %') for end in ends)} %"
