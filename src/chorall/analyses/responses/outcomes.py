"""Whether each patient responded, did not, or is not known to have."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.errors import DataError
from chorall.tables.store import Pool

REMISSION, MRD_NEGATIVE, INDUCTION_DEATH = "remission", "mrd_negative", "induction_death"
OUTCOMES: Final = (REMISSION, MRD_NEGATIVE, INDUCTION_DEATH)
ADEQUATE: Final = 1e-4
"""Only a negative sample of this sensitivity or a better one is a negative one (EuroMRD)."""


def read_outcome(
    pool: Pool, outcome: str, trial_ids: list[str], by_day: int, timepoint: str
) -> pl.DataFrame:
    """Return patient_id, trial_id, responded (True, False; null: not known) and day.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    outcome : str
        `remission`: by `by_day` after time zero; not if the patient died or had a failed induction
        without it, or was followed that long; else not known. `mrd_negative`: undetected by an
        assay that sees 1e-4, against any detected level; everything else is not known.
        `induction_death`: death before remission, against remission or failure first.
    trial_ids : list of str
        The trials in question.
    by_day : int
        Of remission.
    timepoint : str
        Of the sample.

    Raises
    ------
    DataError
        If no trial has the outcome.
    """
    patients = pool.table("patient").filter(pl.col("trial_id").is_in(trial_ids))
    if outcome == REMISSION:
        known = _read_remission(pool, by_day)
    elif outcome == MRD_NEGATIVE:
        known = _read_mrd(pool, timepoint)
    else:
        known = _read_induction_death(pool)
    frame = (
        patients.select("patient_id", "trial_id")
        .join(known, on="patient_id", how="left", maintain_order="left")
        .sort("patient_id")
    )
    if frame["responded"].null_count() == frame.height:
        raise DataError(
            f"the outcome `{outcome}` is not known of any patient.\n"
            "  It is read from the endpoints REMISSION and INDUCTION_DEATH and from the table mrd: "
            "`chorall endpoints POOL` lists what is missing."
        )
    return frame


def _read_remission(pool: Pool, by_day: int) -> pl.DataFrame:
    failed = (
        pool.table("event")
        .filter(pl.col("type").cast(pl.String) == "induction_failure", pl.col("day") <= by_day)
        .select("patient_id", failed=pl.lit(True))
        .unique("patient_id")
    )
    reached = (pl.col("cause") == 1) & (pl.col("exit_day") <= by_day)
    not_reached = (
        (pl.col("exit_day") > by_day)
        | ((pl.col("cause") == 2) & (pl.col("exit_day") <= by_day))
        | pl.col("failed").fill_null(False)
    )
    return (
        pool.table("endpoint")
        .filter(endpoint="REMISSION")
        .join(failed, on="patient_id", how="left", maintain_order="left")
        .select(
            "patient_id",
            responded=pl.when(reached).then(True).when(not_reached).then(False),
            day=pl.when(reached).then("exit_day"),
        )
    )


def _read_induction_death(pool: Pool) -> pl.DataFrame:
    return (
        pool.table("endpoint")
        .filter(endpoint="INDUCTION_DEATH")
        .select(
            "patient_id",
            responded=pl.when(pl.col("cause") > 0).then(pl.col("cause") == 1),
            day="exit_day",
        )
    )


def _read_mrd(pool: Pool, timepoint: str) -> pl.DataFrame:
    category = pl.col("category").cast(pl.String)
    negative = (category == "undetected") & (pl.col("sensitivity") <= ADEQUATE)
    positive = category.is_in(["quantified", "detected_not_quantifiable"])
    return (
        pool.table("mrd")
        .filter(timepoint=timepoint)
        .with_columns(
            responded=pl.when(negative).then(True).when(positive).then(False),
        )
        .drop_nulls("responded")
        # of several samples the earliest counts, on one day a positive one
        .sort("patient_id", "day", "responded", nulls_last=True)
        .unique("patient_id", keep="first", maintain_order=True)
        .select("patient_id", "responded", "day")
    )
