"""What runs, coverage and findings say of a marker.

Few combinations of runs occur among many patients. The status without findings is settled once per
combination and marker; the sparse findings are laid over it.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.markers.grid import (
    ABSENT,
    FAILED,
    INCONCLUSIVE,
    NOT_REPORTED,
    NOT_TESTED,
    PRESENT,
    Axes,
)

PASSED, UNCLEAR, UNUSABLE, NOT_PERFORMED = range(4)


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of the grid, each with a status and its evidence.

    Attributes
    ----------
    background : pl.DataFrame
        combination, marker_number, status, evidence: what holds without findings.
    combination_of_sample : pl.DataFrame, (n_samples, 2)
        sample and combination.
    findings : pl.DataFrame
        sample, marker_number, status, evidence: laid over the background.
    """

    background: pl.DataFrame
    combination_of_sample: pl.DataFrame
    findings: pl.DataFrame


def measure_cells(
    axes: Axes,
    assays: pl.DataFrame,
    coverage: pl.DataFrame,
    runs: pl.DataFrame,
    findings: pl.DataFrame,
) -> Cells:
    """Settle what was measured; the rules are those of `derive_marker_results`."""
    covered = _collapse_coverage(coverage, axes)
    sorted_runs = _sort_out_runs(runs, axes)
    combination_of_sample, combination_runs = _combine_runs(sorted_runs, axes)
    trials = combination_of_sample.join(axes.samples, on="sample").select("combination", "trial_id")
    unrun = _settle_without_run(assays, covered).join(trials.unique(), on="trial_id")
    run = _settle_with_runs(combination_runs, covered)
    names = ("combination", "marker_number", "status", "evidence")
    # A run of any covering assay speaks before the silence of the others.
    silent = unrun.join(run, on=["combination", "marker_number"], how="anti")
    background = pl.concat([silent.select(names), run.select(names)])
    return Cells(background, combination_of_sample, _settle_findings(findings, sorted_runs, axes))


def _collapse_coverage(coverage: pl.DataFrame, axes: Axes) -> pl.DataFrame:
    """Return assay_id, marker_number and rules_out, one row per assay and marker.

    Where several targets stand for one marker, only all of them together rule it out.
    """
    rules_out = (pl.col("scope").cast(pl.String) == "complete") & pl.col("negative_capable")
    return (
        coverage.join(axes.markers, on="marker")
        .group_by("assay_id", "marker_number")
        .agg(rules_out=rules_out.all())
    )


def _sort_out_runs(runs: pl.DataFrame, axes: Axes) -> pl.DataFrame:
    """Return run_id, assay_id, sample and kind of every run of a known patient."""
    quality = pl.coalesce(
        pl.col("quality").cast(pl.String), pl.col("quality_missing").cast(pl.String)
    )
    kind = (
        pl.when(pl.col("performed").cast(pl.String) == "no")
        .then(NOT_PERFORMED)
        .when(quality == "passed")
        .then(PASSED)
        .when(quality.is_in(["failed", "insufficient"]))
        .then(UNUSABLE)
        .otherwise(UNCLEAR)
    )
    known = runs.join(axes.samples, on=["patient_id", "phase"])
    return known.select("run_id", "assay_id", "sample", kind=kind.cast(pl.UInt8))


def _combine_runs(sorted_runs: pl.DataFrame, axes: Axes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give each combination of trial and runs a number.

    Returns
    -------
    combination_of_sample : pl.DataFrame, (n_samples, 2)
        sample and combination, in the order of the samples.
    combination_runs : pl.DataFrame
        combination, assay_id and kind.
    """
    distinct = sorted_runs.select("sample", "assay_id", "kind").unique()
    text = pl.col("assay_id") + "\t" + pl.col("kind").cast(pl.String)
    keys = (
        distinct.with_columns(text=text)
        .sort("sample", "text")
        .group_by("sample", maintain_order=True)
        .agg(pl.col("text").str.join("\n"))
    )
    samples = axes.samples.join(keys, on="sample", how="left", maintain_order="left").with_columns(
        pl.col("text").fill_null("")
    )
    same = ["trial_id", "text"]
    combinations = (
        samples.group_by(same, maintain_order=True)
        .agg(example=pl.col("sample").first())
        .with_row_index("combination")
    )
    numbered = samples.join(combinations, on=same, how="left", maintain_order="left")
    combination_runs = combinations.join(distinct, left_on="example", right_on="sample")
    return (
        numbered.select("sample", "combination"),
        combination_runs.select("combination", "assay_id", "kind"),
    )


def _settle_without_run(assays: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """Return what a trial's silence means: not tested only if each covering assay says so."""
    silent = pl.col("no_run").cast(pl.String) == "not_tested"
    return (
        assays.join(covered, on="assay_id")
        .group_by("trial_id", "marker_number")
        .agg(
            status=pl.when(silent.all()).then(NOT_TESTED).otherwise(NOT_REPORTED).cast(pl.UInt8),
            evidence=pl.when(silent.all()).then(pl.col("assay_id").unique().sort().str.join(";")),
        )
    )


def _settle_with_runs(combination_runs: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    says = (
        pl.when((pl.col("kind") == PASSED) & pl.col("rules_out"))
        .then(ABSENT)
        .when(pl.col("kind") <= UNCLEAR)
        .then(INCONCLUSIVE)
        .when(pl.col("kind") == UNUSABLE)
        .then(FAILED)
        .otherwise(NOT_TESTED)
    )
    said = combination_runs.join(covered, on="assay_id").with_columns(status=says.cast(pl.UInt8))
    return _let_first_word_decide(said, ["combination", "marker_number"])


def _settle_findings(findings: pl.DataFrame, sorted_runs: pl.DataFrame, axes: Axes) -> pl.DataFrame:
    """Return a present call of a passing run as present, every other finding as inconclusive."""
    sure = (pl.col("kind") == PASSED) & (pl.col("call").cast(pl.String) == "present")
    said = (
        findings.select("run_id", "marker", "call")
        .join(sorted_runs, on="run_id")
        .join(axes.markers, on="marker")
        .with_columns(status=pl.when(sure).then(PRESENT).otherwise(INCONCLUSIVE).cast(pl.UInt8))
    )
    return _let_first_word_decide(said, ["sample", "marker_number"])


def _let_first_word_decide(said: pl.DataFrame, cell: list[str]) -> pl.DataFrame:
    """Return per cell the status that comes first in MARKER_STATUSES, and the assays behind it."""
    first = (
        said.select(*cell, "status", evidence="assay_id")
        .unique()
        .filter(pl.col("status") == pl.col("status").min().over(cell))
    )
    several = pl.struct(cell).is_duplicated()
    joined = (
        first.filter(several)
        .sort(*cell, "evidence")
        .group_by(cell, maintain_order=True)
        .agg(pl.col("status").first(), pl.col("evidence").str.join(";"))
    )
    return pl.concat([first.filter(~several), joined])
