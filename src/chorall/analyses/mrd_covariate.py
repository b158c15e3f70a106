"""Residual disease at the end of induction as a covariate: continuous, and never zero."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.models.design_matrix import Term
from chorall.tables.store import Pool

MRD: Final = "mrd"
TIMEPOINT: Final = "end_of_induction"
REFERENCE_LOG10: Final = -4.0
"""Where the level counts from; patients without a level stand there and have their own term."""
MRD_TERMS: Final = (Term("mrd_quantified", "boolean"), Term("mrd_log10", "numeric"))
"""Whether a level was measured, and log10 of the level less `REFERENCE_LOG10`, 0 without one."""


def add_mrd(pool: Pool, patients: pl.DataFrame) -> pl.DataFrame:
    """Return the patients with `mrd_quantified`, `mrd_log10` and `mrd_day`.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    patients : DataFrame
        With the column patient_id.

    Returns
    -------
    DataFrame
        Null without a result at the end of induction. Of several samples the earliest counts, on
        one day the one with the higher level. A result that is not a level (undetected, below a
        limit, detected but not quantifiable) says so by `mrd_quantified`: no level is made up.
    """
    known = (
        pool.table("mrd")
        .filter(pl.col("timepoint") == TIMEPOINT, pl.col("category").is_not_null())
        .sort("patient_id", "day", "mrd_fraction", descending=[False, False, True], nulls_last=True)
        .unique("patient_id", keep="first", maintain_order=True)
        .select(
            "patient_id",
            mrd_day=pl.col("day"),
            mrd_quantified=pl.col("mrd_fraction").is_not_null(),
            mrd_log10=(pl.col("mrd_fraction").log(10) - REFERENCE_LOG10).fill_null(0.0),
        )
    )
    return patients.join(known, on="patient_id", how="left", maintain_order="left")
