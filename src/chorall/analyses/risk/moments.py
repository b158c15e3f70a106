"""Day 0 and the landmark at the end of induction: what was known by then, and who was still there.

An answer that uses MRD speaks only of patients who lived to have it. So the answers of day 0 and
of the landmark are judged in the same patients, free of every event on the landmark, from there
on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.errors import InputError
from chorall.tables.store import Pool

TIMEPOINT: Final = "end_of_induction"
EARLIEST_LANDMARK: Final = 29
LATEST_LANDMARK: Final = 90
SHARE_SAMPLED: Final = 0.95
"""The landmark waits for this part of the samples of the end of induction."""

DAY_0: Final = "day 0"


@dataclass(frozen=True, slots=True)
class View:
    """An answer of one moment, and the patients in whom it is judged.

    Attributes
    ----------
    name : str
        For tables: `day 0`, `day 0, from day 45`, `day 45`.
    moment : float
        The answer uses what was known by this day.
    start_day : float
        Time counts from here; patients are free of every event then.
    cohort : EndpointCohort
        Times from `start_day`.
    """

    name: str
    moment: float
    start_day: float
    cohort: EndpointCohort


@dataclass(frozen=True, slots=True)
class Landmark:
    """The day at which induction is judged.

    Attributes
    ----------
    day : float
        Days from time zero.
    n_later : int
        Patients whose only samples of the end of induction were drawn later: not known by then.
    n_undated : int
        Patients with a result of the end of induction without a day; it counts as known.
    """

    day: float
    n_later: int
    n_undated: int

    @property
    def warnings(self) -> list[str]:
        """What the reader must know."""
        found = [
            f"Day {self.day:.0f} stands for the end of induction (`day 29` of many protocols): "
            "answers of that day use samples drawn by then and speak of patients free of every "
            "event on that day; answers of day 0 are judged in the same patients beside them."
        ]
        if self.n_later:
            found.append(
                f"{self.n_later:,} patients had MRD of the end of induction measured after day "
                f"{self.day:.0f} only: it was not known by then and is not used."
            )
        if self.n_undated:
            found.append(
                f"{self.n_undated:,} patients have MRD of the end of induction without a day; it "
                f"counts as known by day {self.day:.0f}."
            )
        return found


def choose_landmark(pool: Pool, asked: float | None) -> Landmark:
    """Return the landmark asked for, or the day by which nearly all samples were drawn.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    asked : float or None
        None: day 29, or later where fewer than 95 % of the samples of the end of induction were
        drawn by then.

    Raises
    ------
    InputError
        If it lies outside 1 to 365.
    """
    if asked is not None and not 1 <= asked <= 365:
        raise InputError(f"`landmark_day` is {asked!r}; expected 1 to 365 (days from time zero).")
    samples = pool.table("mrd").filter(
        pl.col("timepoint") == TIMEPOINT, pl.col("category").is_not_null()
    )
    first = samples.group_by("patient_id").agg(
        day=pl.col("day").min(), undated=pl.col("day").is_null().all()
    )
    days = first["day"].drop_nulls().to_numpy().astype(np.float64)
    day = _find_day(days) if asked is None else float(asked)
    return Landmark(day, int((days > day).sum()), int(first["undated"].sum()))


def _find_day(days: NDArray[np.float64]) -> float:
    if not len(days):
        return float(EARLIEST_LANDMARK)
    waited = math.ceil(np.quantile(days, SHARE_SAMPLED, method="inverted_cdf"))
    return float(min(max(waited, EARLIEST_LANDMARK), LATEST_LANDMARK))


def known_by(pool: Pool, day: float) -> Pool:
    """Return the pool as it was known by a day, in memory: no later sample, response or event.

    Results without a day count where they belong to a time point of induction and `day` is a
    landmark after day 0.
    """
    mrd = pool.table("mrd")
    in_induction = pl.col("timepoint").is_in([TIMEPOINT, "day_8", "day_15"]) & (day > 0)
    dated = pl.when(pl.col("day").is_null()).then(in_induction).otherwise(pl.col("day") <= day)
    response = pool.table("response")
    event = pool.table("event")
    tables = {
        "mrd": mrd.filter(dated),
        "response": response.filter(dated),
        "event": event.filter(pl.col("day") <= day),
        "marker_result": pool.table("marker_result"),
        "patient": pool.table("patient"),
        "measurement": pool.table("measurement"),
        "subtype": pool.table("subtype"),
    }
    return Pool(pool.path, pool.manifest, tables)


def make_views(cohort: EndpointCohort, landmark: float) -> tuple[View, View, View]:
    """Return day 0, day 0 among those at the landmark, and the landmark."""
    later = start_at(cohort, landmark)
    end = f"day {landmark:.0f}"
    return (
        View(DAY_0, 0.0, 0.0, cohort),
        View(f"{DAY_0}, from {end}", 0.0, landmark, later),
        View(end, landmark, landmark, later),
    )


def start_at(cohort: EndpointCohort, day: float) -> EndpointCohort:
    """Return the patients free of every event after `day`, with times from there."""
    rows = cohort.time > day
    entry = None
    if cohort.entry_time is not None:
        moved = np.maximum(cohort.entry_time[rows] - day, 0.0)
        entry = moved if (moved > 0).any() else None
    people = cohort.people.filter(pl.Series(rows)) if cohort.people is not None else None
    return replace(
        cohort,
        patient_ids=cohort.patient_ids.filter(pl.Series(rows)),
        time=cohort.time[rows] - day,
        cause=cohort.cause[rows],
        entry_time=entry,
        trial=cohort.trial[rows],
        covariates=replace(cohort.covariates, values=cohort.covariates.values[rows]),
        people=people,
    )
