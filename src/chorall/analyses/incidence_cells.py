"""One row per patient and marker, with the labels that the counting needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.analyses.incidence_groups import TRIAL, UNKNOWN, label_groups
from chorall.markers import derive_marker_results
from chorall.tables.store import Pool
from chorall.tables.words import ASCERTAINMENTS

ASSERTED: Final = "asserted by the delivery"
CELL: Final = ("patient_id", "marker", "status", "rules_out")


def list_cells(
    pool: Pool, markers: Sequence[str], phase: str, labels: Sequence[str]
) -> pl.DataFrame:
    """Return patient_id, marker, status, rules_out, trial, ascertainment and the labels.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str
        Those to count.
    phase : str
        The phase to count.
    labels : sequence of str
        Groupings; `assay` repeats a patient for every method that could see the marker.
    """
    by_assay = "assay" in labels
    cells = (
        list_assay_cells(pool, markers, phase) if by_assay else _list_plain(pool, markers, phase)
    )
    cells = cells.join(label_groups(pool, labels), on="patient_id", how="left")
    return add_ascertainment(pool, cells, phase)


def keep_trials(cells: pl.DataFrame, trials: Sequence[str]) -> pl.DataFrame:
    """Return the rows of some trials."""
    return cells.filter(pl.col(TRIAL).cast(pl.String).is_in(list(trials)))


def _list_plain(pool: Pool, markers: Sequence[str], phase: str) -> pl.DataFrame:
    results = pool.table("marker_result")
    chosen = results.filter(pl.col("phase") == phase, pl.col("marker").is_in(list(markers)))
    return chosen.select(CELL)


def add_ascertainment(pool: Pool, cells: pl.DataFrame, phase: str) -> pl.DataFrame:
    """Add how each patient came to be tested for each marker, as an ordered word.

    That is what the runs of the covering assays say (the least selective of several), else what
    the trial says of its genetics, else `unknown`.
    """
    words = pl.Enum([*ASCERTAINMENTS, UNKNOWN])
    covered = pool.table("assay_coverage").select("assay_id", "marker").unique()
    by_run = (
        pool.table("assay_run")
        .filter(pl.col("phase") == phase, pl.col("performed") == "yes")
        .drop_nulls("ascertainment")
        .select("patient_id", "assay_id", run=pl.col("ascertainment").cast(pl.String).cast(words))
        .join(covered, on="assay_id")
        .group_by("patient_id", "marker")
        .agg(run=pl.col("run").to_physical().min())
        .with_columns(run=pl.col("run").cat.to(words))
    )
    by_trial = pool.table("trial").select(
        pl.col("trial_id").cast(pl.Enum(list(pool.trials))).alias(TRIAL),
        usual=pl.col("genetics_ascertainment").cast(pl.String).cast(words),
    )
    return (
        cells.join(by_run, on=["patient_id", "marker"], how="left")
        .join(by_trial, on=TRIAL, how="left")
        .with_columns(ascertainment=pl.coalesce("run", "usual", pl.lit(UNKNOWN).cast(words)))
        .drop("run", "usual")
    )


def list_assay_cells(pool: Pool, markers: Sequence[str], phase: str) -> pl.DataFrame:
    """Return the status of each marker as each method alone would have it.

    Only patients of trials that have the method, and markers it covers: the denominator is those
    whose assay could have found the lesion. What a delivery asserts without an assay is a method
    of its own.
    """
    assays = pool.table("assay")
    methods = assays["method"].unique().sort().to_list()
    words = pl.Enum([*methods, ASSERTED])
    parts = [_settle_method(pool, method) for method in methods]
    parts.append(
        pool.table("marker_result")
        .filter(pl.col("basis") == "source_asserted")
        .with_columns(assay=pl.lit(ASSERTED))
        .select(*CELL, "phase", "assay")
    )
    return (
        pl.concat(parts)
        .filter(pl.col("phase") == phase, pl.col("marker").is_in(list(markers)))
        .select(*CELL, pl.col("assay").cast(words))
    )


def _settle_method(pool: Pool, method: str) -> pl.DataFrame:
    """Derive marker results from the assays of one method, by the rules of the whole."""
    assays = pool.table("assay").filter(pl.col("method") == method)
    mine = pl.col("assay_id").is_in(assays["assay_id"].to_list())
    coverage = pool.table("assay_coverage").filter(mine)
    runs = pool.table("assay_run").filter(mine)
    patients = pool.table("patient").select("patient_id", "trial_id")
    found = derive_marker_results(
        patients=patients.filter(pl.col("trial_id").is_in(assays["trial_id"].to_list())),
        assays=assays,
        coverage=coverage,
        runs=runs,
        findings=pool.table("finding").join(runs.select("run_id"), on="run_id", how="semi"),
        asserted=_NO_ASSERTION,
    )
    covered = coverage.join(assays, on="assay_id").select("trial_id", "marker").unique()
    seen = found.join(covered, on=["trial_id", "marker"], how="semi")
    return seen.with_columns(assay=pl.lit(method)).select(*CELL, "phase", "assay")


_NO_ASSERTION: Final = pl.DataFrame(
    schema=dict.fromkeys(
        ("patient_id", "trial_id", "phase", "marker", "status", "evidence"), pl.String
    )
)
