"""How `chorall incidence` shows its parts: frequencies, ages, pairs, patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chorall.cli.keeping import keep_result
from chorall.cli.showing import open_console, print_label, write_json, write_result

if TYPE_CHECKING:
    import polars as pl

    from chorall.analyses.co_occurrence_result import CoOccurrenceResult
    from chorall.analyses.incidence_result import IncidenceResult
    from chorall.analyses.oncoprint import Oncoprint
    from chorall.reports.table import TableColumn

MOST_PAIRS: Final = 30
"""Printed; all are in the files."""


def show_incidence(
    result: IncidenceResult,
    pairs: CoOccurrenceResult | None,
    patients: Oncoprint | None,
    *,
    json_file: Path | None,
    out: Path | None,
) -> None:
    """Print every part as a table and write the same numbers where they are asked for."""
    from chorall.reports.table import render_terminal_table

    console = open_console()
    print_label(console, f"Pool {result.pool.hash[:12]}", synthetic=result.pool.synthetic)
    for frame, columns, title in _list_tables(result, pairs, patients):
        console.print(render_terminal_table(frame, columns, title))
    parts = [part for part in (result, pairs, patients) if part is not None]
    for part in parts:
        keep_result(part)
        for warning in part.warnings:
            console.print(f"Note: {warning}", markup=False)
    for file in _write_files(result, pairs, patients, json_file, out):
        console.print(f"Written: {file}", markup=False)


def _list_tables(
    result: IncidenceResult, pairs: CoOccurrenceResult | None, patients: Oncoprint | None
) -> Iterator[tuple[pl.DataFrame, Sequence[TableColumn], str]]:
    from chorall.reports.co_occurrence_table import CO_OCCURRENCE_COLUMNS, ONCOPRINT_COLUMNS
    from chorall.reports.incidence_table import (
        ADULTS_COLUMNS,
        AGE_TREND_COLUMNS,
        INCIDENCE_COLUMNS,
    )
    from chorall.reports.selection import select_lines

    yield select_lines(result), INCIDENCE_COLUMNS, "Frequency among those tested"
    yield result.age_trend, AGE_TREND_COLUMNS, "Trend of the frequency with age, within trials"
    yield result.adults, ADULTS_COLUMNS, "Adults against the younger, within trials"
    if pairs is not None:
        known = pairs.rows.drop_nulls("p_value")
        title = f"Pairs of markers: the first {min(MOST_PAIRS, known.height)} of {known.height:,}"
        yield known.head(MOST_PAIRS), CO_OCCURRENCE_COLUMNS, title
    if patients is not None:
        yield patients.rows, ONCOPRINT_COLUMNS, "Every patient by the markers present"


def _write_files(
    result: IncidenceResult,
    pairs: CoOccurrenceResult | None,
    patients: Oncoprint | None,
    json_file: Path | None,
    out: Path | None,
) -> Iterator[Path]:
    from chorall.analyses.result import plain_rows
    from chorall.reports.atomic import write_atomically

    named: dict[str, Any] = {"co_occurrence": pairs, "oncoprint": patients}
    further = {name: plain_rows(part.rows) for name, part in named.items() if part is not None}
    if json_file is not None:
        write_json(result, json_file, further)
        yield json_file
    if out is None:
        return
    for part in (result, pairs, patients):
        yield from write_result(part, out) if part is not None else ()
    frames = {name: getattr(result, name) for name in ("age_trend", "age_curve", "adults")}
    if patients is not None:
        frames["oncoprint_cells"] = patients.cells
    for name, frame in frames.items():
        file = out / f"{name.replace('_', '-')}.csv"
        write_atomically(file, frame.write_csv().encode())
        yield file
