"""Commands about published classifiers and subtypes: ask about a pool, list them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from chorall.cli.asking import JsonFile, OutFolder, PoolFolder
from chorall.cli.showing import open_console, show_result

VerifiedOnly = Annotated[
    bool,
    typer.Option("--seen", "--verified-only", help="Leave out rules that are partly from memory."),
]
ScoreFiles = Annotated[
    list[Path] | None,
    typer.Option("--score-file", metavar="FILE", help="A definition of your own (repeatable)."),
]


def classify(
    pool: PoolFolder,
    classifier: Annotated[
        list[str] | None,
        typer.Option("-c", "--classifier", help="Only this classifier (repeatable)."),
    ] = None,
    verified_only: VerifiedOnly = False,
    score_file: ScoreFiles = None,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Ask published classifiers about every patient: result, best and worst case, what is missing.

    Printed is how many patients each puts where; --out and --json write one line per patient.
    """
    import chorall as ch
    from chorall.reports.atomic import write_atomically
    from chorall.reports.classify_table import SUMMARY_COLUMNS

    result = ch.classify(
        ch.read_pool(pool),
        classifier or None,
        include_unverified=not verified_only,
        score_files=score_file or (),
    )
    title = "Published classifiers"
    show_result(result, SUMMARY_COLUMNS, title, json_file=json_file, out=out, shown=result.summary)
    if out is not None:
        file = out / "classify-summary.csv"
        write_atomically(file, result.summary.write_csv().encode())
        open_console().print(f"Written: {file}", markup=False)


def subtypes(
    pool: PoolFolder,
    scheme: Annotated[
        list[str] | None, typer.Option("--scheme", help="ICC-2022 or WHO-HAEM5 (repeatable).")
    ] = None,
    seen: Annotated[
        bool, typer.Option("--seen", help="Count subtypes defined from memory as open.")
    ] = False,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Count the patients of each subtype, by each taxonomy."""
    import chorall as ch
    from chorall.reports.subtype_table import SUBTYPE_COLUMNS

    result = ch.subtypes(ch.read_pool(pool), schemes=scheme or None, include_unverified=not seen)
    show_result(result, SUBTYPE_COLUMNS, "Subtypes at diagnosis", json_file=json_file, out=out)


def classifiers(
    verified_only: VerifiedOnly = False,
    score_file: ScoreFiles = None,
    json_file: JsonFile = None,
) -> None:
    """List the classifiers with source, population, completeness and confidence."""
    import polars as pl

    from chorall.markers.classifiers.catalogue import describe_classifiers
    from chorall.reports.atomic import write_atomically
    from chorall.reports.classify_table import CATALOGUE_COLUMNS
    from chorall.reports.table import render_terminal_table

    lines = describe_classifiers(include_unverified=not verified_only, score_files=score_file or ())
    console = open_console()
    title = "Published classifiers and scores"
    console.print(render_terminal_table(pl.DataFrame(lines), CATALOGUE_COLUMNS, title))
    console.print(
        "Unverified: a part of the rule is from memory. Missing: the rule is not known in full; "
        "docs/classifiers.md says how to supply it.",
        markup=False,
    )
    if json_file is not None:
        text = json.dumps({"analysis": "classifiers", "rows": lines}, indent=1, ensure_ascii=False)
        write_atomically(json_file, (text + "\n").encode())
        console.print(f"Written: {json_file}", markup=False)
