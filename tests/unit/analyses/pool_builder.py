"""Small pools for the tests of analyses: give the columns that matter, the rest is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from chorall.tables.schema import TABLES
from chorall.tables.store import Pool, write_pool

DEFAULTS: dict[str, Any] = {
    "group": "test group",
    "population": "all_ages",
    "time_zero": "diagnosis",
    "synthetic": True,
    "basis": "measured",
    "phase": "diagnosis",
    "origin_day": 0,
    "event_type": "test",
}


def complete_table(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of the data model that are not there, and reasons for missing values."""
    table = TABLES[name]
    for column in table.columns:
        if column.name not in frame.columns:
            value = None if column.may_be_missing else DEFAULTS[column.name]
            frame = frame.with_columns(pl.lit(value, dtype=column.dtype).alias(column.name))
        if column.may_be_missing:
            reason = pl.when(pl.col(column.name).is_null()).then(pl.lit("not_done"))
            frame = frame.with_columns(reason.alias(column.missing_name))
    return frame.select(pl.col(x).cast(dtype) for x, dtype in table.schema.items())


def build_pool(
    path: Path,
    *,
    patients: pl.DataFrame,
    statuses: pl.DataFrame | None = None,
    outcomes: pl.DataFrame | None = None,
    others: Mapping[str, pl.DataFrame] | None = None,
) -> Pool:
    """Write a pool.

    `patients` has patient_id and trial_id; `statuses` patient_id, marker, status (and rules_out,
    by default true of present and absent); `outcomes`
    patient_id, endpoint, time and cause (and entry_day); `others` are further tables.
    """
    trial_of = patients.select("patient_id", "trial_id")
    trials = patients.select(pl.col("trial_id").unique(maintain_order=True))
    given: dict[str, pl.DataFrame] = {"trial": trials, "patient": patients}
    if statuses is not None:
        given["marker_result"] = statuses.join(trial_of, on="patient_id").with_columns(
            rules_out=pl.col("rules_out")
            if "rules_out" in statuses.columns
            else pl.col("status").is_in(["present", "absent"])
        )
    if outcomes is not None:
        entry = pl.col("entry_day") if "entry_day" in outcomes.columns else pl.lit(0)
        given["endpoint"] = outcomes.join(trial_of, on="patient_id").with_columns(
            exit_day=pl.col("time"), entry_day=entry
        )
    given |= dict(others or {})
    tables = {
        name: complete_table(name, given[name]) if name in given else table.empty()
        for name, table in TABLES.items()
    }
    return write_pool(tables, {"synthetic": True}, path)
