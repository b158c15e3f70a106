"""The quality report: every check of the catalogue in every trial, with severity and status."""

from __future__ import annotations

import polars as pl

from chorall.harmonise.quality_catalogue import CHECKS, QualityCheck, Tables
from chorall.tables.schema import QUALITY


def check_quality(tables: Tables) -> pl.DataFrame:
    """Return the outcome of every check in every trial.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The pooled tables and, besides, `account` (trial_id, n_rows, n_quarantined),
        `disagreement` (trial_id, bad), `doubt` (trial_id) and `impossible` (trial_id, field: what
        was not collected).

    Returns
    -------
    DataFrame
        Schema of the table quality, ordered by check and then trial. `not_applicable` where the
        trial has nothing that the check could look at.
    """
    trials = tables["trial"].select("trial_id")
    return pl.concat([QUALITY.empty(), *(_run(check, tables, trials) for check in CHECKS)])


def _run(check: QualityCheck, tables: Tables, trials: pl.DataFrame) -> pl.DataFrame:
    found = (
        check.find(tables)
        .group_by("trial_id")
        .agg(pl.len().alias("n_rows"), pl.col("bad").sum().alias("n_bad"))
    )
    counted = trials.join(found, on="trial_id", how="left", maintain_order="left").with_columns(
        pl.col("n_rows", "n_bad").fill_null(0).cast(pl.Int32)
    )
    failed = pl.col("n_bad") > pl.col("n_rows") * check.tolerated_share
    status = (
        pl.when(pl.col("n_rows") == 0)
        .then(pl.lit("not_applicable"))
        .when(failed)
        .then(pl.lit("failed"))
        .otherwise(pl.lit("passed"))
    )
    message = pl.when(status == "failed").then(pl.lit(check.advice)).otherwise(pl.lit(""))
    return counted.select(
        pl.lit(check.check_id).alias("check_id"),
        "trial_id",
        pl.lit(check.kind, dtype=QUALITY.schema["kind"]).alias("kind"),
        pl.lit(check.severity, dtype=QUALITY.schema["severity"]).alias("severity"),
        status.cast(QUALITY.schema["status"]).alias("status"),
        "n_rows",
        "n_bad",
        message.alias("message"),
    )
