"""Commands that ask what a treatment does where nobody randomised it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chorall.cli.asking import JsonFile, Level, Markers, OutFolder, PoolFolder
from chorall.cli.showing import show_result

DefinitionFile = Annotated[
    Path, typer.Argument(help="TOML file that states the target trial (docs/target_trial.md).")
]


def target_trial(
    pool: PoolFolder,
    definition: DefinitionFile,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Emulate the trial that a file states: clone, censor, weight. Observational.

    Example: chorall target-trial POOL transplant-by-day-180.toml --out DIR
    """
    import chorall as ch
    from chorall.reports.target_trial_table import TARGET_TRIAL_COLUMNS

    result = ch.target_trial(ch.read_pool(pool), definition, conf_level=conf_level)
    first = result.rows.row(0, named=True)
    title = f"{result.definition['name']}: {first['first']} against {first['second']}"
    left_out = {"Started", "Effective"}
    if not result.rows["note"].str.len_chars().sum():
        left_out.add("Note")
    if result.rows["role"].n_unique() == 1:
        left_out.add("Role")
    columns = [one for one in TARGET_TRIAL_COLUMNS if one.header not in left_out]
    show_result(result, columns, title, json_file=json_file, out=out)


def donor(
    pool: PoolFolder,
    endpoint: Annotated[
        list[str] | None, typer.Option("-e", "--endpoint", help="OS, RFS, ... (repeatable).")
    ] = None,
    marker: Markers = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--donor", help="matched_sibling, unrelated, ... (repeatable); none: any."),
    ] = None,
    trial: Annotated[
        list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
    ] = None,
    horizon: Annotated[float, typer.Option(help="Years at which risks are read.")] = 5.0,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Compare patients with and without a donor, whatever they received: a natural experiment.

    Example: chorall donor POOL -e OS -m BCR::ABL1 --donor matched_sibling
    """
    import chorall as ch
    from chorall.reports.donor_table import DONOR_TERMINAL_COLUMNS

    chosen = {"endpoints": endpoint} if endpoint else {}
    result = ch.donor(
        ch.read_pool(pool), markers=marker or (), donors=kind or (), trials=trial or None,
        horizon_years=horizon, conf_level=conf_level, **chosen,
    )  # fmt: skip
    title = f"Donor against no donor, tissue-typed patients, risks at {horizon:g} years"
    show_result(result, DONOR_TERMINAL_COLUMNS, title, json_file=json_file, out=out)


def cut_off(
    pool: PoolFolder,
    variable: Annotated[str, typer.Option("--variable", help="age, wbc or mrd.")],
    at: Annotated[float, typer.Option("--at", help="Where the rule changes, e.g. 1e-3 or 16.")],
    bandwidth: Annotated[
        float, typer.Option(help="Years of age, doublings of cells, powers of ten of disease.")
    ],
    endpoint: Annotated[str, typer.Option("-e", "--endpoint", help="OS, RFS, ...")] = "RFS",
    trial: Annotated[
        list[str] | None, typer.Option("-t", "--trial", help="Only trials with that rule.")
    ] = None,
    horizon: Annotated[float, typer.Option(help="Years at which risks are read.")] = 5.0,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Compare patients just above and just below a cut-off of eligibility: a natural experiment.

    Example: chorall cut-off POOL --variable mrd --at 1e-3 --bandwidth 1 -t SYN-GRAND-1
    """
    import chorall as ch
    from chorall.reports.cut_off_table import CUT_OFF_COLUMNS

    result = ch.cut_off(
        ch.read_pool(pool), variable=variable, cut=at, bandwidth=bandwidth, endpoint=endpoint,
        trials=trial or None, horizon_years=horizon, conf_level=conf_level,
    )  # fmt: skip
    title = f"Just above and just below {variable} {at:g}, risks at {horizon:g} years"
    columns = [one for one in CUT_OFF_COLUMNS if one.header not in {"Trials", "Note"}]
    show_result(result, columns, title, json_file=json_file, out=out)
