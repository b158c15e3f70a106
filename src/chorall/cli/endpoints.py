"""Commands about endpoints: what each is and who has it, and two definitions side by side."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from chorall.cli.asking import JsonFile, OutFolder, PoolFolder
from chorall.cli.showing import open_console, print_frame, print_label, show_result


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
) -> None:
    """List the endpoints: definition, confidence, and who has them in a pool."""
    from chorall.knowledge.endpoint_definitions import endpoints_not_given
    from chorall.reports.atomic import write_atomically
    from chorall.reports.endpoint_tables import list_definitions

    console = open_console()
    listed = list_definitions(seen_only=seen)
    print_frame(
        console,
        listed if sources else listed.drop("source"),
        "Endpoints; seen: read in its source, unverified: from memory",
    )
    for name, missing in endpoints_not_given().items():
        console.print(f"No pool can give {name}: {missing}", markup=False)
    written: dict[str, Any] = {
        "analysis": "endpoints",
        "rows": listed.to_dicts(),
        "not_given": endpoints_not_given(),
    }
    if pool is not None:
        written |= _print_follow_up(pool)
    if json_file is not None:
        text = json.dumps(written, indent=1, ensure_ascii=False, allow_nan=False)
        write_atomically(json_file, (text + "\n").encode())
        console.print(f"Written: {json_file}", markup=False)


def _print_follow_up(folder: Path) -> dict[str, Any]:
    """Print who has which endpoint; return the same as plain values."""
    import chorall as ch
    from chorall.analyses.endpoint_gaps import explain_gap
    from chorall.analyses.result import label_pool
    from chorall.knowledge.endpoint_definitions import endpoint_definitions

    opened = ch.read_pool(folder)
    measured = ch.measure_follow_up(opened)
    console = open_console()
    print_label(console, str(opened.manifest["name"]), synthetic=opened.synthetic)
    print_frame(console, measured, "Who has which, and median follow-up (reverse Kaplan-Meier)")
    there = set(measured["endpoint"])
    gaps = [
        explain_gap(opened, name, opened.trials)
        for name in endpoint_definitions()
        if name not in there
    ]
    for gap in gaps:
        console.print(gap, markup=False)
    return {
        "pool": asdict(label_pool(opened)),
        "follow_up": measured.fill_nan(None).to_dicts(),
        "warnings": gaps,
    }


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
