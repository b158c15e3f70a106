"""Commands of the first day: demo and simulate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chorall.cli.showing import name_program, open_console, print_label, show_progress

DEMO_PATIENTS = 3000
DEMO_TRIALS = 8
DEMO_SEED = 7


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to work.")] = Path("demo"),
) -> None:
    """Simulate eight trials, pool them, answer two questions and write one report."""
    import chorall as ch

    with show_progress() as progress:
        progress("simulating eight trials", 0, 3)
        made = ch.simulate(
            folder / "deliveries", patients=DEMO_PATIENTS, trials=DEMO_TRIALS, seed=DEMO_SEED
        )
        pool = ch.build_pool(made.consortium_toml, folder / "pool", progress=progress)
        page = ch.report(pool, folder / "report.html", progress=progress)
    console, program = open_console(), name_program()
    print_label(console, str(pool.manifest["name"]), synthetic=pool.synthetic)
    console.print(
        f"{pool.table('patient').height} patients of {len(pool.trials)} trials pooled.\n"
        f"Open in a browser:  {page}\n"
        "Then try:\n"
        f"  {program} plan {made.consortium_toml}\n"
        f"  {program} incidence {pool.path} --marker TP53\n"
        f"  {program} prognosis {pool.path} --marker TP53 --endpoint OS",
        markup=False,
        soft_wrap=True,
    )


def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    patients: Annotated[int, typer.Option(help="Patients in all trials together.")] = 2000,
    trials: Annotated[int, typer.Option(help="Trials.")] = 4,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    markers: Annotated[
        int | None, typer.Option(help="Top the list of markers up to so many.")
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="What is planted: prognostic, null, predictive, dirty, ...")
    ] = "prognostic",
) -> None:
    """Write the deliveries of a made-up consortium whose truth is known."""
    import chorall as ch

    made = ch.simulate(
        folder, patients=patients, trials=trials, seed=seed, markers=markers, scenario=scenario
    )
    console = open_console()
    print_label(console, f"{patients} simulated patients of {trials} trials", synthetic=True)
    console.print(
        f"Next:  {name_program()} plan {made.consortium_toml}", markup=False, soft_wrap=True
    )
