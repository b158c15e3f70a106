"""Commands that describe the patients: the baseline table."""

from __future__ import annotations

from typing import Annotated

import typer

from chorall.cli.asking import JsonFile, OutFolder, PoolFolder
from chorall.cli.showing import show_result


def table1(
    pool: PoolFolder,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help="trial, arm, 'age band', lineage, sex, ph_status, subtype, marker:NAME, or all.",
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
    title = caption_baseline(result)
    show_result(result, baseline_columns(result), title, json_file=json_file, out=out)
