"""Commands of the knowledge bank: fit one, ask it about a patient."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chorall.cli.asking import JsonFile, Level, OutFolder, PoolFolder
from chorall.cli.keeping import is_kept, keep_result
from chorall.cli.showing import open_console, print_label, show_progress, show_result

if TYPE_CHECKING:
    import polars as pl

    from chorall.models.bank.bank import Bank

app = typer.Typer(
    help="The knowledge bank: fit it to a pool, validate it.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PRINTED_MEASURES = (
    "concordance", "brier", "observed_over_expected", "observed_over_expected_recalibrated",
)  # fmt: skip

Key = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="Signing key: signs a bank, or asks for it."),
]
BankFolder = Annotated[Path, typer.Argument(metavar="BANK", help="Folder of the bank.")]
Trials = Annotated[
    list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
]


@app.command("fit")
def fit(
    pool: PoolFolder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="BANK", help="Folder to write.")],
    trial: Trials = None,
    key: Key = None,
) -> None:
    """Fit a bank to a pool and write it as a folder that holds no patient."""
    import chorall as ch
    from chorall.models.bank.seal import read_signing_key

    opened = ch.read_pool(pool)
    signing = read_signing_key(key) if key else None
    bank = ch.fit_bank(opened, trials=trial or None)
    folder = ch.write_bank(bank, out, key=signing)
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
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            help="Only this rival (repeatable): age_and_wbc, anchor, stepwise_aic, stepwise_bic, "
            "elastic_net, random_survival_forest, boosted_trees.",
        ),
    ] = None,
    groups: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="patient_id and further scores, the higher the worse."),
    ] = None,
    folds: Annotated[int, typer.Option(help="Folds of the cross-validation.")] = 5,
    repeats: Annotated[int, typer.Option(help="Its repeats; 0 leaves it out.")] = 1,
    resamples: Annotated[int, typer.Option(help="Of the paired bootstrap of differences.")] = 400,
    seed: Annotated[int, typer.Option(help="Of folds, tuning and resamples.")] = 1,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Leave out one trial after the other, fit to the rest, and judge the predictions.

    Every rival is fitted to the same training patients and tuned within them. Printed are the
    bank and its differences to them, by trial; --json and --out write every model, measure and
    subgroup, and --out the curves.

    Example: chorall bank validate POOL -e OS --against anchor --against elastic_net --out DIR
    """
    import polars as pl

    import chorall as ch
    from chorall.reports.bank_table import VALIDATION_COLUMNS

    with show_progress() as progress:
        result = ch.validate_bank(
            ch.read_pool(pool),
            endpoints=tuple(endpoint or ("OS", "EFS")),
            horizon_years=horizon,
            against=against or None,
            groups_file=groups,
            n_folds=folds,
            n_repeats=repeats,
            n_resamples=resamples,
            seed=seed,
            progress=progress,
        )
    shown = result.rows.filter(
        (pl.col("group") == "all") | pl.col("group").str.starts_with("trial"),
        (pl.col("model") == "bank") | pl.col("model").str.starts_with("difference to "),
        pl.col("measure").is_in(PRINTED_MEASURES),
    )
    title = "Patients whom the bank had not seen"
    show_result(result, VALIDATION_COLUMNS, title, json_file=json_file, out=out, shown=shown)


@app.command("learning")
def learning(
    pool: PoolFolder,
    endpoint: Annotated[str, typer.Option("-e", "--endpoint", help="OS or EFS.")] = "OS",
    horizon: Annotated[float, typer.Option(help="Years at which risks are judged.")] = 3.0,
    repeats: Annotated[int, typer.Option(help="How often patients and markers are drawn.")] = 5,
    resamples: Annotated[int, typer.Option(help="Of patients judged, for the limits.")] = 200,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Say how large a bank must be: fit it to fewer patients and markers, and extrapolate.

    Each trial is foretold by banks of the others. Example: chorall bank learning POOL --out DIR
    """
    import chorall as ch
    from chorall.reports.learning_table import LEARNING_COLUMNS

    with show_progress() as progress:
        result = ch.bank_learning(
            ch.read_pool(pool),
            endpoint=endpoint,
            horizon_years=horizon,
            n_repeats=repeats,
            n_resamples=resamples,
            seed=seed,
            progress=lambda done, total: progress("fitting", done, total),
        )
    title = f"What a bank of fewer, and of more, patients foretells: {endpoint}"
    show_result(result, LEARNING_COLUMNS, title, json_file=json_file, out=out)


def predict(
    bank: BankFolder,
    patient: Annotated[
        Path,
        typer.Argument(
            metavar="PATIENT", help="JSON file of one patient, or a table: .csv, .parquet."
        ),
    ],
    strategy: Annotated[
        list[str] | None,
        typer.Option("-s", "--strategy", help="A strategy, parts joined by + (repeatable)."),
    ] = None,
    years: Annotated[
        list[float] | None, typer.Option("--years", help="From today, up to 10 (repeatable).")
    ] = None,
    conf_level: Level = 0.95,
    draws: Annotated[
        int | None,
        typer.Option(
            help="Draws of the course [default: 500, in a table 100].", show_default=False
        ),
    ] = None,
    key: Key = None,
    json_file: JsonFile = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Of a table: answers, .csv or .parquet."),
    ] = None,
    jobs: Annotated[int, typer.Option(help="Of a table: processes; -1 for all cores.")] = -1,
    keep_going: Annotated[
        bool,
        typer.Option("--keep-going", help="Of a table: rows that cannot be read hold their error."),
    ] = False,
) -> None:
    """Predict the course under each strategy, and how sure the difference is.

    One patient: chorall predict BANK patient.json -s A -s B --json answer.json

    A table, a row per patient and a column per item: chorall predict BANK patients.csv -s A -s B
    --out answers.csv

    With --run DIR everything about the answer is kept, with the TRIPOD+AI checklist.
    """
    from chorall.analyses.bank.patient_table import SUFFIXES

    asked: dict[str, Any] = {
        "strategies": strategy or ["as_observed"],
        "years": tuple(years or (1.0, 3.0, 5.0)),
        "level": conf_level,
    }
    asked |= {} if draws is None else {"draws": draws}
    if patient.suffix in SUFFIXES:
        predict_to_file(bank, key, patient, asked, out, json_file, jobs=jobs, keep_going=keep_going)
    else:
        predict_one(bank, key, patient, asked, out, json_file)


def open_bank(bank: Path, key: Path | None) -> Bank:
    """Read a bank; with a key its signature is asked for."""
    import chorall as ch
    from chorall.models.bank.seal import read_signing_key

    return ch.read_bank(bank, key=read_signing_key(key) if key else None)


def predict_one(
    bank: Path,
    key: Path | None,
    patient: Path,
    asked: dict[str, Any],
    out: Path | None,
    json_file: Path | None,
) -> None:
    """Predict a patient file."""
    import chorall as ch
    from chorall.analyses.bank.answers import answer_for_patient
    from chorall.analyses.bank.predict import read_patient_file
    from chorall.reports.atomic import write_atomically
    from chorall.reports.prediction_table import tell_prediction

    if out is not None:
        raise typer.BadParameter("--out is for a table of patients; use --json for one patient.")
    opened = open_bank(bank, key)
    found = ch.predict(opened, read_patient_file(patient), **asked)
    show_prediction(opened.about, found)
    keep_result(answer_for_patient(opened, found, "\n".join(tell_prediction(found))))
    if json_file is not None:
        text = json.dumps(found.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        write_atomically(json_file, (text + "\n").encode())
        open_console().print(f"Written: {json_file}", markup=False)


def predict_to_file(
    bank: Path,
    key: Path | None,
    patients: Path,
    asked: dict[str, Any],
    out: Path | None,
    json_file: Path | None,
    *,
    jobs: int,
    keep_going: bool,
) -> None:
    """Predict a table of patients into a file, whole or not at all."""
    import chorall as ch
    from chorall.analyses.bank.answers import OF_TABLES, answer_for_table
    from chorall.analyses.bank.patient_table import SUFFIXES, read_patient_table

    written = is_kept() if out is None else out.suffix in SUFFIXES
    if not written or json_file is not None:
        raise typer.BadParameter(
            f"a table of patients needs --out FILE ({' or '.join(SUFFIXES)}) or --run DIR, and no "
            "--json."
        )
    opened = open_bank(bank, key)
    table = read_patient_table(patients)
    with show_progress() as progress:
        found = ch.predict_table(
            opened, table, **asked, n_jobs=jobs, keep_going=keep_going,
            progress=lambda done, total: progress("predicting", done, total),
        )  # fmt: skip
    keep_result(answer_for_table(opened, found, asked["years"]))
    console = open_console()
    label = f"Bank of pool {str(opened.about.get('pool'))[:12]}"
    print_label(console, label, synthetic=bool(opened.about.get("synthetic")))
    n_failed, n_refused = (found[name].is_not_null().sum() for name in ("error", "refused"))
    console.print(
        f"{table.height} patients, {len(asked['strategies'])} strategies: {found.height} answers; "
        f"{n_refused} refused outside of the data, {n_failed} not readable.",
        markup=False,
    )
    console.print(f"Note: {OF_TABLES}", markup=False)
    if out is not None:
        write_frame(found, out)
        console.print(f"Written: {out}", markup=False)


def write_frame(frame: pl.DataFrame, file: Path) -> None:
    """Write a frame as CSV or Parquet, whole or not at all."""
    from io import BytesIO

    from chorall.reports.atomic import write_atomically

    stream = BytesIO()
    if file.suffix == ".parquet":
        frame.write_parquet(stream)
    else:
        frame.write_csv(stream)
    write_atomically(file, stream.getvalue())


def show_prediction(about: dict[str, Any], found: Any) -> None:
    """Print a prediction for people."""
    from chorall.analyses.bank.answers import list_outcomes
    from chorall.reports.prediction_table import PREDICTION_COLUMNS, tell_prediction
    from chorall.reports.table import render_terminal_table

    console = open_console()
    print_label(
        console,
        f"Bank of pool {str(about.get('pool'))[:12]}",
        synthetic=bool(about.get("synthetic")),
    )
    rows = list_outcomes(found)
    if rows.height:
        console.print(
            render_terminal_table(rows, PREDICTION_COLUMNS, "Probability, years from today")
        )
    for line in tell_prediction(found):
        console.print(line, markup=False)
