"""Commands about risk groups: who is at high risk, and how early it is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chorall.cli.asking import JsonFile, Level, OutFolder, PoolFolder
from chorall.cli.showing import open_console, print_label, show_progress, write_files, write_json

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from chorall.analyses.risk import RiskResult, RiskRule

Trials = Annotated[
    list[str] | None, typer.Option("-t", "--trial", help="Only this trial (repeatable).")
]
Horizon = Annotated[float, typer.Option(help="Years at which risks are read.")]
Target = Annotated[str, typer.Option(help="relapse, or event: any first event.")]

MOST_PRINTED = 4
"""Groupings printed; files hold all."""


def risk(
    pool: PoolFolder,
    classifier: Annotated[
        list[str] | None,
        typer.Option("-c", "--classifier", help="Only this classifier (repeatable)."),
    ] = None,
    rule: Annotated[
        list[Path] | None,
        typer.Option("--rule", metavar="FILE", help="A rule of your own as TOML (repeatable)."),
    ] = None,
    bank: Annotated[
        bool, typer.Option("--bank", help="Also groups by a bank of the other trials (slower).")
    ] = False,
    target: Target = "relapse",
    endpoint: Annotated[str, typer.Option("-e", "--endpoint", help="EFS, EFS_UKALL ...")] = "EFS",
    trial: Trials = None,
    horizon: Horizon = 5.0,
    landmark: Annotated[
        float | None, typer.Option(help="Day of the end of induction (default: from the samples).")
    ] = None,
    cut: Annotated[
        list[float] | None, typer.Option("--cut", help="A risk, e.g. 0.05 (repeatable).")
    ] = None,
    share: Annotated[
        list[float] | None, typer.Option("--share", help="Share flagged, e.g. 0.1 (repeatable).")
    ] = None,
    conf_level: Level = 0.95,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Sort patients into risk groups on day 0 and at the end of induction, and follow them.

    Example: chorall risk POOL -c nci -c cog_aall08b1 --out risk
    """
    import chorall as ch

    chosen: dict[str, Any] = {"cuts": cut} if cut else {}
    chosen |= {"shares": share} if share else {}
    with show_progress() as progress:
        result = ch.risk(
            ch.read_pool(pool), classifiers=classifier or None, rules=rule or (), bank=bank,
            trials=trial or None, target=target, endpoint=endpoint, horizon_years=horizon,
            landmark_day=landmark, conf_level=conf_level,
            progress=lambda done, total: progress("judging groups", done, total), **chosen,
        )  # fmt: skip
    console = open_console()
    print_label(console, f"Pool {result.pool.hash[:12]}", synthetic=result.pool.synthetic)
    print_risk(console, result)
    for warning in result.warnings:
        console.print(f"Note: {warning}", markup=False)
    if json_file is not None:
        write_json(result, json_file, list_frames(result))
        console.print(f"Written: {json_file}", markup=False)
    write_files(console, result, json_file=None, out=out)


def list_frames(result: RiskResult | RiskRule) -> dict[str, Any]:
    """Return the further tables for JSON, without the curves."""
    from chorall.analyses.result import plain_rows

    frames = {name: one for name, one in result.further_frames.items() if name != "curves"}
    return {name: plain_rows(frame) for name, frame in frames.items()}


def print_risk(console: Console, result: RiskResult) -> None:
    """Print the tables that answer: who, how early, what waiting adds, who disagrees."""
    import polars as pl

    from chorall.reports.risk_table import (
        DISAGREEMENT_COLUMNS,
        FINDER_COLUMNS,
        RISK_TERMINAL_COLUMNS,
        WAITING_COLUMNS,
    )

    shown = result.groupings[:MOST_PRINTED]
    more = len(result.groupings) - len(shown)
    also = f"; {more} more in --json and --out" if more else ""
    years = f"{result.horizon_years:g}-year"
    keep, everyone = pl.col("grouping").is_in(list(shown)), pl.col("trial_id") == "all"
    pairs = pl.col("first").is_in(list(shown)) & pl.col("second").is_in(list(shown))
    at_end = f"day {result.landmark_day:.0f}"
    for frame, columns, title in (
        (result.printed.filter(keep), RISK_TERMINAL_COLUMNS, f"Risk groups, {years} risk{also}"),
        (
            result.waiting.filter(everyone),
            WAITING_COLUMNS,
            f"What waiting until {at_end} adds, in the same patients",
        ),
        (
            result.finder.filter(keep, everyone, pl.col("view").is_in(["day 0", at_end])),
            FINDER_COLUMNS,
            f"High-risk finder: who has {result.target} among a fixed share flagged",
        ),
        (
            result.disagreement.filter(pairs, pl.col("view") == at_end, pl.col("n_patients") > 0),
            DISAGREEMENT_COLUMNS,
            f"Who is high by one and not by another on {at_end}, {years} risk",
        ),
    ):
        _print(console, frame, columns, title)


def _print(console: Console, frame: pl.DataFrame, columns: Any, title: str) -> None:
    from chorall.reports.table import render_terminal_table

    if frame.height:
        console.print(render_terminal_table(frame, columns, title))


def risk_rule(
    pool: PoolFolder,
    item: Annotated[
        list[str] | None,
        typer.Option("-i", "--item", help="age_years, IKZF1_del, mrd_end_of_induction ..."),
    ] = None,
    target_risk: Annotated[
        list[float] | None,
        typer.Option("--target-risk", help="Where a higher group begins, e.g. 0.05 (repeatable)."),
    ] = None,
    moment: Annotated[str, typer.Option(help="end_of_induction or diagnosis.")] = (
        "end_of_induction"
    ),
    train: Annotated[
        list[str] | None, typer.Option("--train", help="Trial to build from (repeatable).")
    ] = None,
    test: Annotated[
        list[str] | None, typer.Option("--test", help="Trial to validate in (repeatable).")
    ] = None,
    population: Annotated[
        str, typer.Option(help="For whom, e.g. 'lineage is B and age_years < 18'.")
    ] = "",
    costs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML with the costs of tests.")
    ] = None,
    target: Target = "relapse",
    endpoint: Annotated[str, typer.Option("-e", "--endpoint", help="EFS, EFS_UKALL ...")] = "EFS",
    horizon: Horizon = 5.0,
    landmark: Annotated[float | None, typer.Option(help="Day of the end of induction.")] = None,
    conf_level: Level = 0.95,
    seed: Annotated[int, typer.Option(help="Of folds and resamples.")] = 1,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Build risk groups by stated targets, and validate them in trials that were not used.

    Example: chorall risk-rule POOL --target-risk 0.05 --target-risk 0.3 --test TRIAL --out rule
    """
    import chorall as ch
    from chorall.reports.atomic import write_atomically

    chosen: dict[str, Any] = {"targets": target_risk} if target_risk else {}
    with show_progress() as progress:
        result = ch.build_risk_rule(
            ch.read_pool(pool), items=item or None, moment=moment, train_trials=train or None,
            test_trials=test or None, population=population, costs=costs, target=target,
            endpoint=endpoint, horizon_years=horizon, landmark_day=landmark,
            conf_level=conf_level, seed=seed,
            progress=lambda done, total: progress("judging sets of tests", done, total), **chosen,
        )  # fmt: skip
    console = open_console()
    print_label(console, f"Pool {result.pool.hash[:12]}", synthetic=result.pool.synthetic)
    _print_rule(console, result)
    for warning in result.warnings:
        console.print(f"Note: {warning}", markup=False)
    if json_file is not None:
        further = list_frames(result) | {
            "cut_points": {name: list(cuts) for name, cuts in result.cut_points.items()},
            "shrinkage": result.shrinkage,
        }
        write_json(result, json_file, further)
        console.print(f"Written: {json_file}", markup=False)
    write_files(console, result, json_file=None, out=out)
    if out is not None:
        for name, text in result.definitions.items():
            file = out / f"risk-rule-{name.replace(' ', '-')}.toml"
            write_atomically(file, text.encode())
            console.print(f"Written: {file}", markup=False)


def _print_rule(console: Console, result: RiskRule) -> None:
    import polars as pl

    from chorall.reports.risk_table import WAITING_COLUMNS
    from chorall.reports.rule_table import (
        RULE_COLUMNS,
        RULE_MEASURE_COLUMNS,
        TEST_COLUMNS,
        WEIGHT_COLUMNS,
    )

    shown = ["concordance", "observed_over_expected", "calibration_slope"]
    everyone = result.waiting.filter(pl.col("trial_id") == "all")
    for frame, columns, title in (
        (result.rows, RULE_COLUMNS, f"Groups by target, {result.horizon_years:g}-year risk"),
        (
            result.performance.filter(pl.col("measure").is_in(shown)),
            RULE_MEASURE_COLUMNS,
            "Made here, left out, not used: how good the rule is",
        ),
        (result.weights, WEIGHT_COLUMNS, "Weights"),
        (result.tests.head(20), TEST_COLUMNS, "Sets of tests, the cheapest first"),
        (everyone, WAITING_COLUMNS, "What MRD adds to a rule without it, in the test trials"),
    ):
        _print(console, frame, columns, title)
