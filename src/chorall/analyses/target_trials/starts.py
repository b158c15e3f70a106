"""When each eligible patient started the treatment of a target trial, and could still start it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.target_trials.definition import TargetTrial
from chorall.analyses.transplants.starts import read_transplants
from chorall.errors import DataError
from chorall.tables.store import Pool

ENDS_REMISSION = ("relapse", "second_malignancy")
"""After these nobody can be transplanted in first remission."""


def add_starts(
    pool: Pool, trial: TargetTrial, timed: pl.DataFrame, trial_ids: Sequence[str]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the patients with `start`, `able_until` (days from time zero) and `undated`.

    Raises
    ------
    InputError
        If a donor or an item does not exist.
    DataError
        If nobody was ever treated.
    """
    if trial.treatment.kind == "transplant":
        found = read_transplants(pool, trial.treatment.donors, trial_ids)
        dated, undated = found.dated, found.undated
        warnings = tuple(line for line in found.warnings if "unknown day" not in line)
        ended = _find_end_of_remission(pool)
    else:
        dated, undated = _read_items(pool, trial.treatment.items, trial_ids)
        warnings, ended = (), _find_end_of_remission(pool).clear()
    joined = timed.join(
        dated.rename({"day": "start_day"}), on="patient_id", how="left", maintain_order="left"
    ).join(ended, on="patient_id", how="left", maintain_order="left")
    days = {
        name: (pl.col(day) - pl.col("zero_day")).cast(pl.Float64).fill_null(float("inf"))
        for name, day in (("start", "start_day"), ("able_until", "end_day"))
    }
    unknown = pl.col("patient_id").is_in(undated["patient_id"].implode())
    return joined.with_columns(undated=unknown, **days), warnings


def _find_end_of_remission(pool: Pool) -> pl.DataFrame:
    return (
        pool.table("event")
        .filter(pl.col("type").cast(pl.String).is_in(list(ENDS_REMISSION)))
        .group_by("patient_id")
        .agg(end_day=pl.col("day").min())
    )


def _read_items(
    pool: Pool, items: Sequence[str], trial_ids: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    table = pool.table("treatment").filter(pl.col("trial_id").is_in(list(trial_ids)))
    if not table.height:
        raise DataError("the table treatment holds nothing of these trials: map it first.")
    chosen = check_choices(items, table["item"].unique().sort().to_list(), what="item of treatment")
    given = table.filter(pl.col("item").is_in(list(chosen)))
    first = given.group_by("patient_id").agg(day=pl.col("start_day").min())
    return first.drop_nulls("day"), first.filter(pl.col("day").is_null()).select("patient_id")
