"""The command that judges groups of children as candidates for a trial of less treatment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chorall.cli.asking import JsonFile, OutFolder, PoolFolder
from chorall.cli.classifying import VerifiedOnly
from chorall.cli.showing import open_console, show_progress, show_result, write_files

if TYPE_CHECKING:
    from chorall.analyses.deescalation import DeescalationResult


def deescalation(
    pool: PoolFolder,
    classifier: Annotated[
        list[str] | None,
        typer.Option(
            "-c",
            "--classifier",
            help="ID (its best group) or ID:GROUP (repeatable).",
        ),
    ] = None,
    group_file: Annotated[
        list[Path] | None,
        typer.Option("--group-file", metavar="FILE", help="A group of your own (repeatable)."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "-w",
            "--where",
            help="A rule: 'ETV6::RUNX1 and mrd_end_of_induction is negative' (repeatable).",
        ),
    ] = None,
    predicted: Annotated[
        bool,
        typer.Option(
            "--predicted",
            help="Low predicted relapse: each trial by a bank and a cut-point of all others.",
        ),
    ] = False,
    bank: Annotated[
        Path | None, typer.Option("--bank", metavar="BANK", help="A bank fitted elsewhere.")
    ] = None,
    predicted_below: Annotated[
        float | None, typer.Option("--predicted-below", help="A fixed cut-point of prediction.")
    ] = None,
    chosen_on: Annotated[
        list[str] | None,
        typer.Option("--chosen-on", help="The groups were chosen on this trial (repeatable)."),
    ] = None,
    trial: Annotated[
        list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
    ] = None,
    horizon: Annotated[float | None, typer.Option(help="Years; 5 if not given.")] = None,
    relapse_bound: Annotated[
        float | None,
        typer.Option("--relapse-bound", help="The upper limit of relapse may not be above; 0.05."),
    ] = None,
    event_free_bound: Annotated[
        float | None,
        typer.Option("--event-free-bound", help="The lower limit may not be below it; 0.9."),
    ] = None,
    margin: Annotated[
        float | None, typer.Option(help="Largest absolute loss in a reduction; 0.04.")
    ] = None,
    below_years: Annotated[
        float | None, typer.Option("--below-years", help="Children are younger; 18.")
    ] = None,
    conf_level: Annotated[
        float | None, typer.Option("--conf-level", help="Two-sided; 0.95 is 97.5 % one-sided.")
    ] = None,
    verified_only: VerifiedOnly = False,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Judge groups of children as candidates for a randomised trial of less treatment.

    By limits, not by estimates, in trials on which the group was not chosen, with the treatment on
    which the risk was seen; and the size of the trial that would answer. Example:

    chorall deescalation POOL -c ukall_heh -w "ETV6::RUNX1 and mrd_end_of_induction is negative"
    """
    import chorall as ch
    from chorall.reports.deescalation_table import GROUP_TERMINAL_COLUMNS

    given: dict[str, Any] = {
        "horizon_years": horizon,
        "relapse_bound": relapse_bound,
        "event_free_bound": event_free_bound,
        "margin": margin,
        "below_years": below_years,
        "conf_level": conf_level,
        "predicted_below": predicted_below,
    }
    with show_progress() as progress:
        result = ch.deescalation(
            ch.read_pool(pool),
            classifiers=classifier or None,
            group_files=group_file or (),
            rules=where or (),
            predicted=predicted,
            bank=None if bank is None else ch.read_bank(bank),
            chosen_on=chosen_on or (),
            trials=trial or None,
            include_unverified=not verified_only,
            progress=lambda done, total: progress("judging groups", done, total),
            **given,
        )
    title = "Candidates for a randomised trial of less treatment"
    show_result(result, GROUP_TERMINAL_COLUMNS, title, json_file=None, out=None)
    _show_further(result)
    write_files(open_console(), result, json_file=json_file, out=out)


def _show_further(result: DeescalationResult) -> None:
    """Print backbones, reductions and the trials that would answer, for groups still open."""
    import polars as pl

    from chorall.reports.deescalation_table import (
        ANSWER_COLUMNS,
        BACKBONE_COLUMNS,
        REDUCTION_COLUMNS,
    )
    from chorall.reports.table import render_terminal_table

    console = open_console()
    for row in result.printed.iter_rows(named=True):
        console.print(f"{row['group']}: {row['word']}. Why: {row['reason']}.", markup=False)
    open_groups = result.printed.filter(pl.col("word") != "not supported")["group"].to_list()
    backbone = result.backbone.filter(pl.col("group").is_in(open_groups), pl.col("arm").is_null())
    compared = result.reductions.filter(pl.col("difference").is_not_null())
    for frame, columns, title in (
        (backbone, BACKBONE_COLUMNS, "On which treatment the risk was seen"),
        (compared, REDUCTION_COLUMNS, "Randomised reductions within the groups"),
        (result.plans, ANSWER_COLUMNS, "The study that would answer"),
    ):
        if frame.height:
            console.print(render_terminal_table(frame, columns, title))
