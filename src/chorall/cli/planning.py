"""Commands of the study planner: how large must the next study be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chorall.cli.showing import open_console, write_files

if TYPE_CHECKING:
    from chorall.analyses.planning import StudyPlan

app = typer.Typer(
    help="Say how many patients, events or trials the next study needs.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the numbers as JSON.")
]
OutFolder = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write numbers and figure.")
]
Power = Annotated[float, typer.Option(help="Wanted power.")]
Seed = Annotated[int, typer.Option(help="Of the simulation.")]
Simulations = Annotated[
    int, typer.Option(help="Simulated studies that check the formula; 0 for none.")
]
Followed = Annotated[
    float, typer.Option("--followed", help="Share followed to k years or to the event.")
]


@app.command("marker")
def marker(
    frequency: Annotated[
        list[float] | None, typer.Option("-f", "--frequency", help="Share of carriers.")
    ] = None,
    hazard_ratio: Annotated[
        list[float] | None, typer.Option("-r", "--hazard-ratio", help="Carriers against others.")
    ] = None,
    events: Annotated[float, typer.Option(help="Share of patients with the event.")] = 0.4,
    power: Power = 0.8,
    alpha: Annotated[float, typer.Option(help="Two-sided level for one marker.")] = 0.05,
    markers: Annotated[int, typer.Option(help="Markers that are scanned.")] = 1,
    tested: Annotated[float, typer.Option(help="Share of patients tested.")] = 1.0,
    r_squared: Annotated[
        float, typer.Option(help="Share of the marker's variance that covariates explain.")
    ] = 0.0,
    tau: Annotated[float, typer.Option(help="Spread of the log hazard ratio between trials.")] = 0,
    events_per_trial: Annotated[int, typer.Option(help="Events in one trial, with --tau.")] = 60,
    simulations: Simulations = 1000,
    seed: Seed = 1,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Find a marker of given frequency and hazard ratio."""
    import chorall as ch

    plan = ch.plan_study(
        "marker",
        frequency=frequency or [0.1],
        hazard_ratio=hazard_ratio or [2.0],
        event_fraction=events,
        power=power,
        alpha=alpha,
        n_markers=markers,
        tested_fraction=tested,
        r_squared=r_squared,
        tau=tau,
        events_per_trial=events_per_trial,
        simulations=simulations,
        seed=seed,
    )
    _show(plan, "To find a marker of prognosis", json_file, out)


@app.command("low-risk")
def low_risk(
    bound: Annotated[float, typer.Option(help="The upper limit of relapse allowed.")] = 0.05,
    rate: Annotated[
        list[float] | None, typer.Option("--rate", help="k-year relapse (repeatable).")
    ] = None,
    conf_level: Annotated[float, typer.Option(help="One-sided level of the limit.")] = 0.975,
    power: Power = 0.8,
    followed: Followed = 1.0,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Show that relapse is at most x % in a low-risk group."""
    import chorall as ch

    chosen = {"rate": rate} if rate else {}
    plan = ch.plan_study(
        "low-risk",
        bound=bound,
        conf_level=conf_level,
        power=power,
        followed_fraction=followed,
        **chosen,
    )
    _show(plan, "To bound relapse in a low-risk group", json_file, out)


@app.command("non-inferiority")
def non_inferiority(
    success: Annotated[
        list[float] | None, typer.Option("--success", help="k-year event-free, standard.")
    ] = None,
    margin: Annotated[
        list[float] | None, typer.Option("--margin", help="Largest loss accepted (0.04).")
    ] = None,
    true_difference: Annotated[
        float, typer.Option(help="True survival with less treatment minus standard.")
    ] = 0.0,
    power: Power = 0.8,
    alpha: Annotated[float, typer.Option(help="One-sided level.")] = 0.05,
    followed: Followed = 1.0,
    simulations: Simulations = 1000,
    seed: Seed = 1,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Show that less treatment is not worse by more than a margin."""
    import chorall as ch

    plan = ch.plan_study(
        "non-inferiority",
        success=success or [0.95],
        margin=margin or [0.04],
        true_difference=true_difference,
        power=power,
        alpha=alpha,
        followed_fraction=followed,
        simulations=simulations,
        seed=seed,
    )
    _show(plan, "To show that less treatment is not inferior", json_file, out)


def _show(plan: StudyPlan, title: str, json_file: Path | None, out: Path | None) -> None:
    from chorall.reports.plan_table import plan_columns
    from chorall.reports.table import render_terminal_table

    console = open_console()
    console.print("Study plan. Research use only.", markup=False)
    console.print(render_terminal_table(plan.rows, plan_columns(plan), title))
    console.print(plan.statement, markup=False)
    for warning in plan.warnings:
        console.print(f"Note: {warning}", markup=False)
    write_files(console, plan, json_file=json_file, out=out)
