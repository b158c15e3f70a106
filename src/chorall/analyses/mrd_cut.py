"""Residual disease at the end of induction from a level on: yes, no, or left open by the report."""

from __future__ import annotations

import polars as pl

from chorall.analyses.mrd_covariate import TIMEPOINT
from chorall.tables.store import Pool


def name_mrd_cut(cut: float) -> str:
    """Return the column of a cut, e.g. `mrd_from_0.001`."""
    return f"mrd_from_{cut:g}"


def add_mrd_cut(pool: Pool, patients: pl.DataFrame, cut: float) -> pl.DataFrame:
    """Return the patients with a boolean column for one level.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    patients : DataFrame
        With the column patient_id.
    cut : float
        Fraction of cells.

    Returns
    -------
    DataFrame
        True: quantified at the cut or above. False: quantified below it, or not quantified by a
        report that leaves no room for the cut (undetected with that sensitivity, below that
        limit). Null: no sample, or the report leaves it open. Of several samples the earliest
        counts, on one day the one with the higher level.
    """
    high = (
        pl.when(pl.col("category") == "undetected")
        .then(pl.col("sensitivity"))
        .otherwise(pl.col("limit_fraction"))
    )
    at_least = (
        pl.when(pl.col("mrd_fraction").is_not_null())
        .then(pl.col("mrd_fraction") >= cut)
        .when((pl.col("category") != "quantified") & (high <= cut))
        .then(pl.lit(False))
    )
    known = (
        pool.table("mrd")
        .filter(pl.col("timepoint") == TIMEPOINT, pl.col("category").is_not_null())
        .sort("patient_id", "day", "mrd_fraction", descending=[False, False, True], nulls_last=True)
        .unique("patient_id", keep="first", maintain_order=True)
        .select("patient_id", at_least.alias(name_mrd_cut(cut)))
    )
    return patients.join(known, on="patient_id", how="left", maintain_order="left")
