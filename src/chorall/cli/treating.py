"""Commands about treatment: what it does with and without a marker, and who asks which question."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from chorall.cli.asking import JsonFile, Level, Markers, OutFolder, PoolFolder
from chorall.cli.showing import show_progress, show_result

Endpoints = Annotated[
    list[str] | None,
    typer.Option("-e", "--endpoint", help="OS, EFS, RFS, CIR, ... (repeatable)."),
]
Trials = Annotated[
    list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
]
Horizon = Annotated[float, typer.Option(help="Years at which absolute figures are read.")]

MOST_PRINTED = 40


def treatment(
    pool: PoolFolder,
    marker: Markers = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            "-s", "--strategy", help="A component or level of treatment (repeatable): steroid, ..."
        ),
    ] = None,
    endpoint: Endpoints = None,
    modifier: Annotated[
        str | None, typer.Option("--modifier", help="A second marker: a three-way question.")
    ] = None,
    trial: Trials = None,
    horizon: Horizon = 5.0,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Say whether a marker changes what a randomised treatment does; without --marker scan all."""
    import chorall as ch
    from chorall.errors import InputError
    from chorall.reports.treatment_table import TREATMENT_TERMINAL_COLUMNS

    chosen = {"endpoints": endpoint} if endpoint else {}
    opened, title = ch.read_pool(pool), "Randomised treatment with and without a marker"
    if modifier is not None and not marker:
        raise InputError("--modifier needs --marker: name the marker whose effect it modifies.")
    if marker:
        result = ch.treatment(
            opened, markers=marker, strategies=strategy or None, modifier=modifier,
            trials=trial or None, horizon_years=horizon, conf_level=conf_level, **chosen,
        )  # fmt: skip
        show_result(result, TREATMENT_TERMINAL_COLUMNS, title, json_file=json_file, out=out)
        return
    with show_progress() as progress:
        result = ch.scan_treatment(
            opened, strategies=strategy or None, trials=trial or None, horizon_years=horizon,
            conf_level=conf_level, progress=lambda done, total: progress("scanning", done, total),
            **chosen,
        )  # fmt: skip
    shown = result.rows.sort("q_value", nulls_last=True, maintain_order=True).head(MOST_PRINTED)
    title = f"{title}: the first {shown.height} of {result.rows.height:,} lines by q"
    show_result(
        result, TREATMENT_TERMINAL_COLUMNS, title, json_file=json_file, out=out, shown=shown
    )


def transplant(
    pool: PoolFolder,
    endpoint: Endpoints = None,
    marker: Markers = None,
    adjust: Annotated[
        list[str] | None,
        typer.Option("-a", "--adjust", help="age, sex, wbc, ... (repeatable), or none."),
    ] = None,
    donor: Annotated[
        list[str] | None, typer.Option("--donor", help="Only this donor (repeatable).")
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option("--method", help="Only this answer (repeatable).")
    ] = None,
    landmark: Annotated[
        list[float] | None, typer.Option("--landmark", help="Day of a landmark (repeatable).")
    ] = None,
    negative_outcome: Annotated[
        list[str] | None,
        typer.Option(
            help="What transplantation cannot change: endpoint, marker, sex (repeatable)."
        ),
    ] = None,
    negative_exposure: Annotated[
        list[str] | None, typer.Option(help="A treatment without effect (repeatable).")
    ] = None,
    trial: Trials = None,
    horizon: Horizon = 5.0,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Compare patients after transplantation in first remission with others, in several ways."""
    import chorall as ch
    from chorall.reports.transplant_table import TRANSPLANT_TERMINAL_COLUMNS

    given: dict[str, Any] = {
        "endpoints": endpoint, "donors": donor, "methods": method, "landmark_days": landmark,
        "negative_outcomes": negative_outcome, "negative_exposures": negative_exposure,
    }  # fmt: skip
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value}
    if adjust:
        chosen["adjust"] = [] if adjust == ["none"] else adjust
    result = ch.transplant(
        ch.read_pool(pool), markers=marker or (), trials=trial or None, horizon_years=horizon,
        conf_level=conf_level, **chosen,
    )  # fmt: skip
    title = "Transplantation in first remission: answers side by side, each with its evidence"
    show_result(result, TRANSPLANT_TERMINAL_COLUMNS, title, json_file=json_file, out=out)


def response(
    pool: PoolFolder,
    marker: Markers = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", help="remission, mrd_negative, induction_death (repeatable)."),
    ] = None,
    strategy: Annotated[
        list[str] | None, typer.Option("-s", "--strategy", help="A randomised strategy.")
    ] = None,
    trial: Trials = None,
    by_day: Annotated[int, typer.Option(help="Remission counts by this day.")] = 90,
    timepoint: Annotated[str, typer.Option(help="Of residual disease.")] = "end_of_induction",
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Say whether response to induction goes with a marker, and with randomised arms by marker."""
    import chorall as ch
    from chorall.reports.response_table import RESPONSE_COLUMNS

    chosen = {"outcomes": outcome} if outcome else {}
    result = ch.response(
        ch.read_pool(pool), markers=marker or None, strategies=strategy or None,
        trials=trial or None, remission_by_day=by_day, mrd_timepoint=timepoint,
        conf_level=conf_level, **chosen,
    )  # fmt: skip
    title = "Response with and without a marker, and by randomised arm in both groups"
    columns = [one for one in RESPONSE_COLUMNS if one.header not in {"Method", "Note"}]
    show_result(result, columns, title, json_file=json_file, out=out)


def strategies(pool: PoolFolder, json_file: JsonFile = None, out: OutFolder = None) -> None:
    """List which trials give and randomise which component of treatment."""
    import chorall as ch
    from chorall.reports.treatment_table import STRATEGY_COLUMNS

    result = ch.compare_strategies(ch.read_pool(pool))
    title = "Components of treatment: comparable are only trials that randomise the same two levels"
    show_result(result, STRATEGY_COLUMNS, title, json_file=json_file, out=out)
