"""Commands about missing values: what is missing in whom, and answers with imputed values."""

from __future__ import annotations

from typing import Annotated

import typer

from chorall.cli.asking import JsonFile, Level, Markers, OutFolder, PoolFolder
from chorall.cli.showing import show_progress, show_result

Trials = Annotated[
    list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
]


def impute(
    pool: PoolFolder,
    marker: Annotated[list[str], typer.Option("-m", "--marker", help="Marker (repeatable).")],
    endpoint: Annotated[
        list[str] | None, typer.Option("-e", "--endpoint", help="OS, EFS, ... (repeatable).")
    ] = None,
    adjust: Annotated[
        list[str] | None,
        typer.Option("-a", "--adjust", help="age, age_spline, sex, ... (repeatable), or none."),
    ] = None,
    auxiliary: Annotated[
        list[str] | None, typer.Option(help="A marker that helps to predict (repeatable).")
    ] = None,
    lineage: Annotated[
        list[str] | None,
        typer.Option("--only-in", metavar="MARKER=B", help="Lineage of a marker (repeatable)."),
    ] = None,
    trial: Trials = None,
    imputations: Annotated[int, typer.Option(help="Imputed data sets.")] = 20,
    iterations: Annotated[int, typer.Option(help="Rounds over all columns.")] = 10,
    seed: Annotated[int, typer.Option(help="Makes the answer repeatable.")] = 1,
    jobs: Annotated[int, typer.Option(help="Workers; -1 for all cores.")] = 1,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Put hazard ratios of those tested beside those with multiply imputed values."""
    import chorall as ch
    from chorall.reports.imputed_table import IMPUTED_COLUMNS

    chosen: dict[str, list[str]] = {}
    if endpoint:
        chosen["endpoints"] = endpoint
    if adjust:
        chosen["adjust"] = [] if adjust == ["none"] else adjust
    with show_progress() as progress:
        result = ch.impute_prognosis(
            ch.read_pool(pool),
            marker,
            auxiliary=auxiliary or (),
            applies_to=_read_lineages(lineage or []),
            trials=trial or None,
            n_imputations=imputations,
            n_iterations=iterations,
            seed=seed,
            n_jobs=jobs,
            conf_level=conf_level,
            progress=lambda done, total: progress("imputing", done, total),
            **chosen,
        )
    title = f"Those tested beside {imputations} imputed data sets"
    show_result(result, IMPUTED_COLUMNS, title, json_file=json_file, out=out)


def _read_lineages(options: list[str]) -> dict[str, list[str]]:
    """Return marker to lineages from words such as `PAX5=B`."""
    from chorall.errors import InputError

    lineages: dict[str, list[str]] = {}
    for option in options:
        marker, found, lineage = option.rpartition("=")
        if not found:
            raise InputError(f"`--only-in {option}`: expected MARKER=LINEAGE, e.g. PAX5=B.")
        lineages.setdefault(marker, []).append(lineage)
    return lineages


def missingness(
    pool: PoolFolder,
    marker: Markers = None,
    trial: Trials = None,
    horizon: Annotated[float, typer.Option(help="Days; a death up to then is early.")] = 90.0,
    by_trial: Annotated[bool, typer.Option("--by-trial", help="Also print each trial.")] = False,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Say which results are missing more often in patients who die early."""
    import polars as pl

    import chorall as ch
    from chorall.reports.imputed_table import MISSINGNESS_COLUMNS

    result = ch.check_missingness(
        ch.read_pool(pool),
        markers=marker or None,
        trials=trial or None,
        horizon_days=horizon,
        conf_level=conf_level,
    )
    rows = result.rows if by_trial else result.rows.filter(pl.col("trial").is_null())
    title = f"Results missing, and deaths within {horizon:g} days"
    # the files hold every row, whatever is printed
    show_result(result, MISSINGNESS_COLUMNS, title, json_file=json_file, out=out, shown=rows)
