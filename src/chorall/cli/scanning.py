"""The command that scans all markers: scan."""

from __future__ import annotations

from typing import Annotated

import typer

from chorall.cli.asking import JsonFile, Level, Markers, OutFolder, PoolFolder
from chorall.cli.showing import open_console, show_progress, show_result


def scan(
    pool: PoolFolder,
    marker: Markers = None,
    endpoint: Annotated[
        list[str] | None,
        typer.Option("-e", "--endpoint", help="OS, EFS, RFS, CIR, NRM, ... (repeatable)."),
    ] = None,
    adjust: Annotated[
        list[str] | None,
        typer.Option("-a", "--adjust", help="age, sex, wbc, lineage (repeatable), or none."),
    ] = None,
    trial: Annotated[
        list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
    ] = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="Also pairs of markers.")] = False,
    subtypes: Annotated[bool, typer.Option("--subtypes", help="Also within subtypes.")] = False,
    saddlepoint: Annotated[
        bool, typer.Option("--saddlepoint", help="Saddlepoint p-values for rare markers.")
    ] = False,
    minimum_carriers: Annotated[
        int, typer.Option(help="Patients with and without, below which nothing is given.")
    ] = 5,
    firth_below: Annotated[
        int, typer.Option(help="Carriers below which Firth's fit is taken.")
    ] = 20,
    minimum_events: Annotated[int, typer.Option(help="Events below which nothing is given.")] = 10,
    events_per_variable: Annotated[
        float, typer.Option(help="Events for each coefficient below which nothing is given.")
    ] = 5.0,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Scan all markers against several endpoints: adjusted, by trial, pooled, shrunken.

    The table shows the strongest lines of each model; --json and --out write all of them.
    """
    import chorall as ch
    from chorall.analyses.scan.rules import RarityRules
    from chorall.reports.atomic import write_atomically
    from chorall.reports.scan_table import SCAN_TERMINAL_COLUMNS, select_strongest

    chosen: dict[str, list[str]] = {}
    if endpoint:
        chosen["endpoints"] = endpoint
    if adjust:
        chosen["adjust"] = [] if adjust == ["none"] else adjust
    with show_progress() as progress:
        result = ch.scan_prognosis(
            ch.read_pool(pool),
            markers=marker or None,
            trials=trial or None,
            pairs=pairs,
            subtypes=subtypes,
            rules=RarityRules(minimum_carriers, firth_below, minimum_events, events_per_variable),
            saddlepoint=saddlepoint,
            conf_level=conf_level,
            progress=lambda done, total: progress("scanning", done, total),
            **chosen,
        )
    shown = select_strongest(result.rows)
    title = f"Strongest {shown.height:,} of {result.rows.height:,} lines, each model by p-value"
    show_result(result, SCAN_TERMINAL_COLUMNS, title, json_file=json_file, out=out, shown=shown)
    if out is not None:
        file = out / "scan-by-trial.csv"
        write_atomically(file, result.by_trial.write_csv().encode())
        open_console().print(f"Written: {file}", markup=False)
