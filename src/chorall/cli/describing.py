"""Commands that describe the patients: the baseline table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chorall.cli.asking import JsonFile, OutFolder, PoolFolder
from chorall.cli.showing import open_console, print_label, show_result, write_files

if TYPE_CHECKING:
    from chorall.analyses.baseline.result import BaselineTable
    from chorall.reports.table import TableColumn

MOST_COLUMNS: Final = 10
"""That a terminal shows side by side."""


def table1(
    pool: PoolFolder,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help="trial, arm, 'age band', lineage, sex, ph_status, subtype, marker:NAME, several "
            "joined by + (trial+age_band), or all.",
        ),
    ] = "trial",
    question: Annotated[
        str | None, typer.Option("--question", help="The randomised question of the arms, e.g. R1.")
    ] = None,
    variable: Annotated[
        list[str] | None, typer.Option("--variable", help="Only this (repeatable).")
    ] = None,
    marker: Annotated[
        list[str] | None,
        typer.Option("-m", "--marker", help="Only this marker (repeatable), or none."),
    ] = None,
    trial: Annotated[
        list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
    ] = None,
    smallest: Annotated[
        int, typer.Option(help="Smaller counts are hidden, and what gives them away; 1: none.")
    ] = 5,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Describe the patients at baseline by any grouping; no P values.

    Example: chorall table1 POOL --by arm --question R1 --out DIR --to docx,tex
    Example: chorall table1 POOL --by trial+age_band
    """
    import chorall as ch
    from chorall.reports.baseline_table import baseline_columns, caption_baseline

    result = ch.table_one(
        ch.read_pool(pool),
        by,
        variables=variable or None,
        markers=[] if marker == ["none"] else marker or None,
        trials=trial or None,
        question=question,
        smallest=smallest,
    )
    title, columns = caption_baseline(result), baseline_columns(result)
    if len(columns) <= MOST_COLUMNS:
        show_result(result, columns, title, json_file=json_file, out=out)
    else:
        _show_in_parts(result, columns, title)
        write_files(open_console(), result, json_file=json_file, out=out)


def _show_in_parts(result: BaselineTable, columns: Sequence[TableColumn], title: str) -> None:
    """Print a table that is too wide for a terminal part by part, with its first column each."""
    from chorall.reports.table import render_terminal_table

    console = open_console()
    print_label(console, f"Pool {result.pool.hash[:12]}", synthetic=result.pool.synthetic)
    first, *others = columns
    starts = range(0, len(others), MOST_COLUMNS - 1)
    for number, start in enumerate(starts, start=1):
        part = [first, *others[start : start + MOST_COLUMNS - 1]]
        heading = f"{title} ({number} of {len(starts)})"
        console.print(render_terminal_table(result.printed, part, heading))
    for warning in result.warnings:
        console.print(f"Note: {warning}", markup=False)
