"""The patients of a view with their risk groups: arrays side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk.causes import target_cause
from chorall.analyses.risk.groupings import Grouping, Placement
from chorall.analyses.risk.moments import View
from chorall.stats import count_at_risk, cumulative_incidence

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAST_FOR_RISK = 5
"""Fewer patients have no estimate of risk."""


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """n patients of one view in the groups of one grouping.

    Attributes
    ----------
    view : View
        What was known when, and since when time counts.
    grouping : Grouping
        The groups.
    placement : Placement
        Of these patients.
    time : ndarray of shape (n,)
        Days.
    cause : ndarray of int64, shape (n,)
        1 the target, 2 what came first instead, 0 censored.
    every_cause : ndarray of int64, shape (n,)
        Place in `CAUSES`, from 1; 0 censored.
    entry_time : ndarray of shape (n,), or None
        Start of observation.
    trial : ndarray of int64, shape (n,)
        Place in `trial_ids`.
    trial_ids : tuple of str
        Trials.
    row : ndarray of int64, shape (n,)
        Row of the table patient.
    """

    view: View
    grouping: Grouping
    placement: Placement
    time: Floats
    cause: Integers
    every_cause: Integers
    entry_time: Floats | None
    trial: Integers
    trial_ids: tuple[str, ...]
    row: Integers

    @property
    def group(self) -> Integers:
        """Shape (n,); the place of each patient's group."""
        return self.placement.group

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.time)

    def entries(self, rows: Booleans) -> Floats | None:
        """Return the entry times of some rows."""
        return None if self.entry_time is None else self.entry_time[rows]

    def take(self, rows: Booleans) -> Members:
        """Return some of the patients."""
        return Members(
            self.view, self.grouping, take_placement(self.placement, rows), self.time[rows],
            self.cause[rows], self.every_cause[rows], self.entries(rows), self.trial[rows],
            self.trial_ids, self.row[rows],
        )  # fmt: skip


def take_placement(placement: Placement, rows: NDArray[np.bool_] | Integers) -> Placement:
    """Return the placement of some patients."""
    risk = None if placement.risk is None else placement.risk[rows]
    return Placement(placement.group[rows], placement.best[rows], placement.worst[rows], risk)


def find_rows(ids: pl.Series, patients: pl.Series) -> Integers:
    """Return the place of each of `patients` among `ids`, the table patient."""
    places = pl.DataFrame({"patient_id": ids}).with_row_index("row")
    asked = pl.DataFrame({"patient_id": patients})
    joined = asked.join(places, on="patient_id", how="left", maintain_order="left")
    return joined["row"].to_numpy().astype(np.int64)


def gather(view: View, grouping: Grouping, ids: pl.Series, target: str) -> Members:
    """Return the patients of a view in their groups, in the order of the cohort."""
    cohort = view.cohort
    row = find_rows(ids, cohort.patient_ids)
    return Members(
        view, grouping, take_placement(grouping.place(view), row), cohort.time,
        target_cause(cohort, target), cohort.cause, cohort.entry_time, cohort.trial,
        cohort.trial_ids, row,
    )  # fmt: skip


def estimate_risk(
    members: Members, rows: Booleans, horizon_days: float, conf_level: float
) -> tuple[float, float, float]:
    """Return the cumulative incidence of the target among some rows, with limits.

    NaN with fewer than `LEAST_FOR_RISK` patients or where nobody was followed to the horizon.
    """
    if rows.sum() < LEAST_FOR_RISK:
        return float("nan"), float("nan"), float("nan")
    found = cumulative_incidence(
        members.time[rows], members.cause[rows], entry_time=members.entries(rows), n_causes=2,
        conf_level=conf_level,
    ).at(horizon_days)  # fmt: skip
    values = (found.cumulative_incidence, found.lower, found.upper)
    estimate, lower, upper = (float(one[0, 0]) for one in values)
    return complete_limits(members, rows, (estimate, lower, upper), horizon_days, conf_level)


def complete_limits(
    members: Members,
    rows: Booleans,
    found: tuple[float, float, float],
    horizon_days: float,
    conf_level: float,
) -> tuple[float, float, float]:
    """Return estimate and limits; where nobody or everybody had the event those of a proportion.

    The curve has no limits there. Clopper and Pearson's stand in: of nobody among those still at
    risk at the horizon, which is cautious, and of everybody among all.
    """
    estimate, lower, upper = found
    tail = (1 - conf_level) / 2
    if estimate == 0:
        entries = members.entries(rows)
        n = int(count_at_risk(members.time[rows], [horizon_days], entry_time=entries)[0])
        return 0.0, 0.0, float(1 - tail ** (1 / n)) if n else float("nan")
    if estimate == 1:
        return 1.0, float(tail ** (1 / int(rows.sum()))), 1.0
    return estimate, lower, upper
