"""The command that gathers what a pool says of one marker: marker."""

from __future__ import annotations

from typing import Annotated

import typer

from chorall.cli.asking import JsonFile, Level, OutFolder, PoolFolder
from chorall.cli.showing import open_console, print_label, show_progress, write_files


def marker(
    pool: PoolFolder,
    name: Annotated[str, typer.Argument(metavar="MARKER", help="E.g. TP53, IKZF1_del.")],
    endpoint: Annotated[
        list[str] | None,
        typer.Option("-e", "--endpoint", help="OS, EFS, RFS, CIR, NRM, ... (repeatable)."),
    ] = None,
    adjust: Annotated[
        list[str] | None,
        typer.Option(
            "-a", "--adjust", help="age_spline, age, sex, wbc, lineage (repeatable), or none."
        ),
    ] = None,
    trial: Annotated[
        list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
    ] = None,
    horizon: Annotated[float, typer.Option(help="Years at which curves are read.")] = 5.0,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Say how frequent one marker is, where, and how patients with it fare: one page.

    With --out the page is written as SVG and PNG at print size, with all numbers as CSV and JSON.
    Example: chorall marker POOL IKZF1_del --out IKZF1
    """
    import chorall as ch
    from chorall.reports.marker_sheet_table import list_sheet_tables
    from chorall.reports.marker_sheet_words import list_cautions, say_head
    from chorall.reports.table import render_terminal_table

    chosen: dict[str, list[str]] = {}
    if endpoint:
        chosen["endpoints"] = endpoint
    if adjust:
        chosen["adjust"] = [] if adjust == ["none"] else adjust
    with show_progress() as progress:
        sheet = ch.marker(
            ch.read_pool(pool),
            name,
            trials=trial or None,
            horizon_years=horizon,
            conf_level=conf_level,
            progress=lambda done, total: progress("comparing", done, total),
            **chosen,  # type: ignore[arg-type]
        )
    console = open_console()
    print_label(console, f"Pool {sheet.pool.hash[:12]}", synthetic=sheet.pool.synthetic)
    console.print(f"{sheet.marker}: {say_head(sheet)}", markup=False)
    for frame, columns, title in list_sheet_tables(sheet):
        console.print(render_terminal_table(frame, columns, title))
    for line in list_cautions(sheet):
        console.print(f"Note: {line}", markup=False)
    write_files(console, sheet, json_file=json_file, out=out)
