"""Commands about endpoints: what each is and who has it, and two definitions side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chorall.cli.asking import JsonFile, OutFolder, PoolFolder
from chorall.cli.showing import open_console, print_frame, print_label, show_result, write_files


def list_endpoints(
    pool: Annotated[
        Path | None, typer.Argument(metavar="[POOL]", help="Also say which trial has which.")
    ] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Also print where each definition comes from.")
    ] = False,
    seen: Annotated[
        bool, typer.Option("--seen", help="Only definitions that were read in their source.")
    ] = False,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """List the endpoints: definition, confidence, and who has them in a pool.

    Example: chorall endpoints POOL --run runs/endpoints
    """
    import chorall as ch
    from chorall.analyses.endpoint_list import list_endpoints as list_all

    console = open_console()
    opened = ch.read_pool(pool) if pool is not None else None
    found = list_all(opened, seen_only=seen)
    title = "Endpoints; seen: read in its source, unverified: from memory"
    print_frame(console, found.rows if sources else found.rows.drop("source"), title)
    for name, missing in found.not_given.items():
        console.print(f"No pool can give {name}: {missing}", markup=False)
    if opened is not None:
        print_label(console, f"Pool {opened.hash[:12]}", synthetic=opened.synthetic)
        title = "Who has which, and median follow-up (reverse Kaplan-Meier)"
        print_frame(console, found.follow_up, title)
    for gap in found.warnings:
        console.print(gap, markup=False)
    write_files(console, found, json_file=json_file, out=out)


def compare_endpoints(
    pool: PoolFolder,
    a: Annotated[str, typer.Argument(metavar="A", help="own, or an endpoint.")] = "own",
    b: Annotated[str, typer.Argument(metavar="B", help="own, or an endpoint.")] = "EFS",
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Count in how many patients two definitions differ, e.g. each trial's own EFS and EFS.

    With --out the patients are listed too (pseudonyms and days).
    """
    import chorall as ch
    from chorall.reports.atomic import write_atomically
    from chorall.reports.endpoint_tables import COMPARISON_COLUMNS

    result = ch.compare_endpoints(ch.read_pool(pool), a, b)
    title = f"{a} and {b} side by side"
    show_result(result, COMPARISON_COLUMNS, title, json_file=json_file, out=out)
    if out is not None:
        file = out / "compare-endpoints-patients.csv"
        write_atomically(file, result.patients.write_csv().encode())
        open_console().print(f"Written: {file}", markup=False)
