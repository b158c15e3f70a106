"""How `chorall prognosis` shows its parts: markers, continuous markers, notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chorall.cli.showing import open_console, print_label, write_files

if TYPE_CHECKING:
    import polars as pl

    from chorall.analyses.prognosis_result import PrognosisResult

MOST_TOLD: Final = 12
"""Lines of a table whose notes are told in full below it; all are in the files."""

TITLE: Final = "Presence of a marker and outcome: hazard ratios within and across trials"


def show_prognosis(result: PrognosisResult, *, json_file: Path | None, out: Path | None) -> None:
    """Print every part as a table and write the same numbers where they are asked for."""
    from chorall.reports.prognosis_table import (
        CONTINUOUS_COLUMNS,
        PROGNOSIS_TERMINAL_COLUMNS,
        select_continuous,
    )
    from chorall.reports.table import render_terminal_table

    console = open_console()
    print_label(console, f"Pool {result.pool.hash[:12]}", synthetic=result.pool.synthetic)
    numbers = select_continuous(result)
    if result.summary.height or numbers.is_empty():
        console.print(render_terminal_table(result.summary, PROGNOSIS_TERMINAL_COLUMNS, TITLE))
    if numbers.height:
        title = "Continuous markers: hazard ratio per unit, no cut-point"
        console.print(render_terminal_table(numbers, CONTINUOUS_COLUMNS, title))
    for line in (*_tell_notes(result.summary), *result.warnings):
        console.print(f"Note: {line}", markup=False)
    write_files(console, result, json_file=json_file, out=out)


def _tell_notes(summary: pl.DataFrame) -> Iterator[str]:
    if summary.height > MOST_TOLD:
        return
    for row in summary.iter_rows(named=True):
        for text in (row["warnings"], row["note"]):
            if text:
                yield f"{row['marker']}, {row['endpoint']}: {text}."
