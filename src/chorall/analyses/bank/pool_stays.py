"""The histories of a pool as stays by the clock of each state, cut where a patient is allocated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.bank.pool_strategies import Allocation, Allocations
from chorall.endpoints import course_tables, derive_histories, history_arrays
from chorall.models.bank.bank_fit import Stays
from chorall.tables.store import Pool

ENTERED_BY: Final = {
    "induction_failure": "induction_failure",
    "remission": "remission",
    "relapse": "relapse",
    "transplant_in_first_remission": "transplant",
    "transplant_other": "transplant",
    "transplant_after_relapse": "transplant",
}


def read_stays(pool: Pool, allocations: Allocations) -> tuple[Stays, pl.DataFrame]:
    """Return the stays of all patients with a history.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    allocations : Allocations
        Stays are cut where a patient is allocated, so that nobody counts as treated before.

    Returns
    -------
    stays : Stays
        Patients by their row in the table patient.
    histories : DataFrame
        As `derive_histories` makes them.
    """
    histories = derive_histories(course_tables(pool))
    timed = _time_stays(pool, histories)
    rows = {name: row for row, name in enumerate(pool.table("patient")["patient_id"])}
    places = {name: place for place, name in enumerate(allocations.flagged)}
    pieces = [
        (rows[stay["patient_id"]], *piece)
        for stay in timed.iter_rows(named=True)
        for piece in _cut(stay, allocations.by_patient.get(stay["patient_id"], []), places)
    ]
    return _lay_out(pieces), histories


def _time_stays(pool: Pool, histories: pl.DataFrame) -> pl.DataFrame:
    """Return the stays that lasted, with their times and the time at which their state began."""
    lasting = histories.filter(
        pl.col("to_state").is_not_null() | (pl.col("exit_day") > pl.col("entry_day"))
    )
    arrays = history_arrays(histories)
    timed = lasting.with_columns(
        pl.col("from_state", "to_state").cast(pl.String),
        entered=arrays.entry_time,
        left=arrays.time,
    )
    is_late = (pl.col("stay") == 1) & (pl.col("entry_day") > 0)
    late = timed.filter(is_late & (pl.col("from_state") != "induction"))
    began = _find_beginnings(pool, late)
    joined = timed.join(began, on=["patient_id", "stay"], how="left", maintain_order="left")
    induction = pl.when(pl.col("from_state") == "induction").then(0.0)
    return joined.with_columns(began=pl.coalesce(induction, "began", "entered"))


def _find_beginnings(pool: Pool, late: pl.DataFrame) -> pl.DataFrame:
    """Return the last day, up to entry, of what led into the state of those who came later."""
    events = pool.table("event").select("patient_id", pl.col("type").cast(pl.String), "day")
    transplants = pool.table("transplant").select(
        "patient_id", type=pl.lit("transplant"), day="day"
    )
    happened = pl.concat([events, transplants]).drop_nulls("day")
    return (
        late.with_columns(type=pl.col("from_state").replace_strict(ENTERED_BY, default=None))
        .join(happened, on=["patient_id", "type"])
        .filter(pl.col("day") <= pl.col("entry_day"))
        .group_by("patient_id", "stay")
        .agg(began=pl.col("day").max().cast(pl.Float64))
    )


def _cut(
    stay: Mapping[str, Any], own: list[Allocation], places: Mapping[str, int]
) -> list[tuple[Any, ...]]:
    """Cut one stay at the days of allocation within it."""
    start, end = stay["entered"], stay["left"]
    days = sorted({one.day for one in own if start < one.day < end})
    pieces = []
    for begin, finish in zip([start, *days], [*days, end], strict=True):
        given = [one for one in own if one.day <= begin]
        flags = [0.0] * len(places)
        for one in given:
            if one.strategy in places:
                flags[places[one.strategy]] = 1.0
        asked = "+".join(sorted({one.question for one in given}))
        target = (stay["to_state"] or "") if finish == end else ""
        pieces.append(
            (
                stay["from_state"], target, begin - stay["began"], finish - stay["began"], flags,
                f"{stay['trial_id']}|{asked}",
            )
        )  # fmt: skip
    return pieces


def _lay_out(pieces: list[tuple[Any, ...]]) -> Stays:
    patient, origin, target, entry, time, flags, stratum = zip(*pieces, strict=True)
    return Stays(
        np.array(patient, np.int64), np.array(origin), np.array(target), np.array(entry),
        np.array(time), np.array(flags, float).reshape(len(patient), -1), np.array(stratum),
    )  # fmt: skip
