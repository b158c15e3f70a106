"""Commands of the knowledge bank: fit one, ask it about a patient."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from chorall.cli.asking import JsonFile, Level, OutFolder, PoolFolder
from chorall.cli.showing import open_console, print_frame, print_label, show_progress, show_result

app = typer.Typer(
    help="The knowledge bank: fit it to a pool, validate it.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

BankFolder = Annotated[Path, typer.Argument(metavar="BANK", help="Folder of the bank.")]
Trials = Annotated[
    list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
]


@app.command("fit")
def fit(
    pool: PoolFolder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="BANK", help="Folder to write.")],
    trial: Trials = None,
) -> None:
    """Fit a bank to a pool and write it as a folder that holds no patient."""
    import chorall as ch

    opened = ch.read_pool(pool)
    bank = ch.fit_bank(opened, trials=trial or None)
    folder = ch.write_bank(bank, out)
    console = open_console()
    print_label(console, f"Pool {opened.hash[:12]}", synthetic=opened.synthetic)
    for model in bank.transitions:
        console.print(
            f"{model.transition.name}: {model.n_events} of {model.n_at_risk} stays, "
            f"{len(model.effect)} covariates",
            markup=False,
        )
    for warning in bank.warnings:
        console.print(f"Note: {warning}", markup=False)
    console.print(f"Strategies: {', '.join(bank.strategies)}", markup=False)
    console.print(f"Written: {folder}", markup=False)


@app.command("validate")
def validate(
    pool: PoolFolder,
    endpoint: Annotated[
        list[str] | None, typer.Option("-e", "--endpoint", help="OS or EFS (repeatable).")
    ] = None,
    horizon: Annotated[float, typer.Option(help="Years at which risks are judged.")] = 3.0,
    folds: Annotated[int, typer.Option(help="Folds of the cross-validation.")] = 5,
    repeats: Annotated[int, typer.Option(help="Its repeats; 0 leaves it out.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the folds.")] = 1,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Leave out one trial after the other, fit to the rest, and judge the predictions.

    Printed are all patients and each trial; --json and --out write subgroups too.
    """
    import polars as pl

    import chorall as ch
    from chorall.reports.bank_table import VALIDATION_COLUMNS

    with show_progress() as progress:
        result = ch.validate_bank(
            ch.read_pool(pool),
            endpoints=tuple(endpoint or ("OS", "EFS")),
            horizon_years=horizon,
            n_folds=folds,
            n_repeats=repeats,
            seed=seed,
            progress=lambda done, total: progress("fitting", done, total),
        )
    shown = result.rows.filter(
        (pl.col("group") == "all") | pl.col("group").str.starts_with("trial")
    )
    title = "Patients whom the bank had not seen"
    show_result(result, VALIDATION_COLUMNS, title, json_file=json_file, out=out, shown=shown)


def predict(
    bank: BankFolder,
    patient: Annotated[Path, typer.Argument(metavar="PATIENT", help="JSON file of one patient.")],
    strategy: Annotated[
        list[str] | None,
        typer.Option("-s", "--strategy", help="A strategy, parts joined by + (repeatable)."),
    ] = None,
    years: Annotated[
        list[float] | None, typer.Option("--years", help="From today, up to 10 (repeatable).")
    ] = None,
    conf_level: Level = 0.95,
    draws: Annotated[int, typer.Option(help="Draws of the course.")] = 500,
    json_file: JsonFile = None,
) -> None:
    """Predict one patient's course under each strategy, and how sure the difference is."""
    import chorall as ch
    from chorall.analyses.bank.predict import read_patient_file
    from chorall.reports.atomic import write_atomically

    opened = ch.read_bank(bank)
    found = ch.predict(
        opened,
        read_patient_file(patient),
        strategy or ["as_observed"],
        years=tuple(years or (1.0, 3.0, 5.0)),
        level=conf_level,
        draws=draws,
    )
    show_prediction(opened.about, found)
    if json_file is not None:
        text = json.dumps(found.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        write_atomically(json_file, (text + "\n").encode())
        open_console().print(f"Written: {json_file}", markup=False)


def show_prediction(about: dict[str, Any], found: Any) -> None:
    """Print a prediction for people."""
    import polars as pl

    console = open_console()
    print_label(
        console,
        f"Bank of pool {str(about.get('pool'))[:12]}",
        synthetic=bool(about.get("synthetic")),
    )
    console.print(f"Today: {found.today['state']}, day {found.today['day']}.", markup=False)
    for name, reason in found.refused.items():
        console.print(f"No answer on {name}: {reason}.", markup=False)
    rows = found.to_dict()["outcomes"]
    if rows:
        print_frame(console, pl.DataFrame(rows), "Probability, years from today")
    longest = max((contrast.years for contrast in found.contrasts), default=0)
    for contrast in [one for one in found.contrasts if one.years == longest]:
        console.print(
            f"{contrast.words} {contrast.first} better in {100 * contrast.share_better:.0f} % of "
            f"the draws; {contrast.evidence}.",
            markup=False,
        )
    for line in _list_lines(found):
        console.print(line, markup=False)


def _list_lines(found: Any) -> list[str]:
    lines = [
        f"{name}: {n or 'fewer than 5'} comparable patients."
        for name, n in found.comparable.items()
    ]
    if found.split_of:
        parts = ", ".join(f"{name} {value:.3f}" for name, value in found.interval_split.items())
        lines.append(f"Where the uncertainty of {found.split_of} comes from (deviation): {parts}.")
    lines += [
        f"Test next: {one['item']} ({100 * one['share_of_variance']:.0f} % of the variance)."
        for one in found.next_tests[:3]
    ]
    lines += [
        f"Moved by {one['item']}: {100 * one['effect_on_overall_survival']:+.1f} points of overall "
        "survival."
        for one in found.factors[:5]
    ]
    lines += [
        f"{name}: {answer['result'] or 'open'} ({answer['confidence']})"
        for name, answer in found.published.items()
    ]
    return [*lines, *(f"Note: {note}" for note in found.notes)]
