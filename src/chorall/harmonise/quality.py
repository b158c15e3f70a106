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
    found = pl.concat([_look(check, tables) for check in CHECKS])
    counted = found.group_by("check_id", "trial_id").agg(
        pl.len().cast(pl.Int32).alias("n_rows"), pl.col("bad").sum().cast(pl.Int32).alias("n_bad")
    )
    asked = _list_checks().join(
        tables["trial"].select("trial_id"), how="cross", maintain_order="left_right"
    )
    answered = asked.join(
        counted, on=["check_id", "trial_id"], how="left", maintain_order="left"
    ).with_columns(pl.col("n_rows", "n_bad").fill_null(0))
    failed = pl.col("n_bad") > pl.col("n_rows") * pl.col("tolerated_share")
    status = (
        pl.when(pl.col("n_rows") == 0)
        .then(pl.lit("not_applicable"))
        .when(failed)
        .then(pl.lit("failed"))
        .otherwise(pl.lit("passed"))
    )
    message = pl.when(status == "failed").then(pl.col("advice")).otherwise(pl.lit(""))
    judged = answered.with_columns(status.alias("status"), message.alias("message"))
    return judged.select(pl.col(name).cast(dtype) for name, dtype in QUALITY.schema.items())


def _look(check: QualityCheck, tables: Tables) -> pl.DataFrame:
    found = check.find(tables)
    return found.select(pl.lit(check.check_id).alias("check_id"), "trial_id", "bad")


def _list_checks() -> pl.DataFrame:
    names = ("check_id", "kind", "severity", "advice", "tolerated_share")
    return pl.DataFrame({name: [getattr(check, name) for check in CHECKS] for name in names})
