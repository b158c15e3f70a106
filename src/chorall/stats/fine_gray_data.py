"""Fine-Gray data in the order and on the scale in which the compiled sweeps read them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from chorall.stats.arrays import Booleans, Floats, Integers, Labels
from chorall.stats.cox_order import argsort_days
from chorall.stats.cox_order import sort_rows as sort_by_stratum
from chorall.stats.fine_gray_weights import (
    COMPETING,
    OF_INTEREST,
    ObservationCurve,
    estimate_observation,
)

Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayRows:
    """Follow-up sorted by stratum and, within it, by ascending time.

    A step is a time at which a stratum has events of interest (E in all); a cell is the
    patients of one stratum and one censoring group (C in all, numbered by stratum).

    Attributes
    ----------
    time, entry_time : ndarray of shape (n,)
        As given, sorted; `entry_time` has shape (0,) without delayed entry.
    kind : ndarray of uint8, shape (n,)
        0 censored, 1 event of interest, 2 competing event.
    entry_order : ndarray of shape (n,)
        Rows by stratum and descending entry time; shape (0,) without delayed entry.
    order : ndarray of shape (n,)
        Position among the arguments of each row.
    cell : ndarray of shape (n,)
        Cell of each row.
    cell_group : ndarray of shape (C,)
        Censoring group of each cell.
    stratum_bounds, cell_bounds, step_bounds : ndarray of shape (n_strata + 1,)
        Where the rows, cells and steps of each stratum start, and their number.
    step_row : ndarray of shape (E,)
        First row with the time of each step in its stratum.
    weight_row : ndarray of shape (E,)
        Where the weights of each step start in `step_weight`.
    step_weight : ndarray
        W at each step, one for each cell of its stratum.
    exit_weight : ndarray of shape (n,)
        W at the exit of each row with a competing event; 1 for others.
    entry_step, exit_step : ndarray of shape (n,)
        First step of the stratum after entry, and after exit; `entry_step` has shape (0,)
        without delayed entry.
    """

    time: Floats
    entry_time: Floats
    kind: NDArray[np.uint8]
    entry_order: Positions
    order: Positions
    cell: Positions
    cell_group: Positions
    stratum_bounds: Positions
    cell_bounds: Positions
    step_bounds: Positions
    step_row: Positions
    weight_row: Positions
    step_weight: Floats
    exit_weight: Floats
    entry_step: Positions
    exit_step: Positions

    @property
    def row_stratum(self) -> Positions:
        """Stratum of each row."""
        return np.repeat(np.arange(len(self.stratum_bounds) - 1), np.diff(self.stratum_bounds))

    def list_by_time(self) -> tuple[Positions, Positions]:
        """Return all rows by ascending time and by ascending entry time, whatever the stratum."""
        return argsort_days(self.time), argsort_days(self.entry_time)


def sort_rows(
    time: Floats, kind: Integers, entry_time: Floats | None, stratum: Integers, group: Integers
) -> FineGrayRows:
    """Sort checked follow-up, find its steps and cells, and weigh those with competing events."""
    order = sort_by_stratum(time, stratum, int(stratum.max()) + 1)
    time, kind, stratum, group = time[order], kind[order], stratum[order], group[order]
    entries = None if entry_time is None else entry_time[order]
    step_row, step_stratum = find_steps(time, kind == OF_INTEREST, stratum)
    pairs, cell = number_cells(stratum, group)
    n_strata = int(stratum[-1]) + 1
    cell_bounds = find_bounds(pairs[:, 0], n_strata)
    step_bounds = find_bounds(step_stratum, n_strata)
    n_weights = np.diff(cell_bounds)[step_stratum]
    weight_row = np.concatenate([[0], np.cumsum(n_weights)[:-1]]).astype(np.intp)
    curves = estimate_curves(time, kind, entries, group)
    exit_weight = weigh_exits(curves, time, kind, group)
    step_weight = weigh_steps(curves, time[step_row], step_stratum, pairs[:, 1], cell_bounds)
    step_time = time[step_row]
    return FineGrayRows(
        time=time,
        entry_time=np.empty(0) if entries is None else entries,
        kind=kind.astype(np.uint8),
        entry_order=sort_entries(entries, stratum),
        order=order,
        cell=cell,
        cell_group=pairs[:, 1].astype(np.intp),
        stratum_bounds=find_bounds(stratum, n_strata),
        cell_bounds=cell_bounds,
        step_bounds=step_bounds,
        step_row=step_row,
        weight_row=weight_row,
        step_weight=step_weight,
        exit_weight=exit_weight,
        entry_step=find_next_steps(step_time, step_bounds, entries, stratum),
        exit_step=find_next_steps(step_time, step_bounds, time, stratum),
    )


def find_bounds(sorted_codes: Integers, n_codes: int) -> Positions:
    """Return where each code starts, and the number of entries."""
    return np.searchsorted(sorted_codes, np.arange(n_codes + 1)).astype(np.intp)


def find_steps(
    time: Floats, of_interest: Booleans, stratum: Integers
) -> tuple[Positions, Integers]:
    """Return the first row of each time that has an event of interest, and its stratum."""
    new = np.ones(len(time), dtype=np.bool_)
    new[1:] = (np.diff(time) != 0) | (np.diff(stratum) != 0)
    starts = np.flatnonzero(new)
    with_event = np.add.reduceat(of_interest, starts) > 0
    step_row = starts[with_event].astype(np.intp)
    return step_row, stratum[step_row]


def number_cells(stratum: Integers, group: Integers) -> tuple[Integers, Positions]:
    """Return stratum and censoring group of each cell, and the cell of each row."""
    n_groups = int(group.max()) + 1
    codes, cell = np.unique(stratum * n_groups + group, return_inverse=True)
    return np.stack(np.divmod(codes, n_groups), axis=1), cell.astype(np.intp)


def estimate_curves(
    time: Floats, kind: Integers, entry_time: Floats | None, group: Integers
) -> list[ObservationCurve]:
    """Estimate the chance to stay under observation in each censoring group."""
    by_group = np.argsort(group, kind="stable")
    parts = np.split(by_group, np.cumsum(np.bincount(group))[:-1])
    names = [
        f" in censoring stratum {number} (in sorted order, from 0)" for number in range(len(parts))
    ]
    return [
        estimate_observation(
            time[part],
            kind[part],
            None if entry_time is None else entry_time[part],
            name if len(parts) > 1 else "",
        )
        for part, name in zip(parts, names, strict=True)
    ]


def weigh_exits(
    curves: list[ObservationCurve], time: Floats, kind: Integers, group: Integers
) -> Floats:
    """Return W at the exit of each row with a competing event, 1 for the others."""
    weights = np.ones(len(time))
    competing = np.flatnonzero(kind == COMPETING)
    by_group = competing[np.argsort(group[competing], kind="stable")]
    bounds = find_bounds(group[by_group], len(curves))
    for curve, (start, stop) in zip(curves, pairwise(bounds), strict=True):
        rows = by_group[start:stop]
        weights[rows] = curve.weigh(time[rows])
    return weights


def weigh_steps(
    curves: list[ObservationCurve],
    step_time: Floats,
    step_stratum: Integers,
    cell_group: Integers,
    cell_bounds: Positions,
) -> Floats:
    """Return W at each step for each cell of its stratum, flat."""
    step_bounds = find_bounds(step_stratum, len(cell_bounds) - 1)
    parts = []
    for stratum in range(len(cell_bounds) - 1):
        times = step_time[step_bounds[stratum] : step_bounds[stratum + 1]]
        groups = cell_group[cell_bounds[stratum] : cell_bounds[stratum + 1]]
        parts.append(np.stack([curves[group].weigh(times) for group in groups], axis=1).ravel())
    return np.concatenate(parts)


def sort_entries(entry_time: Floats | None, stratum: Integers) -> Positions:
    """Return the rows by stratum and descending entry time."""
    if entry_time is None:
        return np.empty(0, dtype=np.intp)
    return sort_by_stratum(-entry_time, stratum, int(stratum.max()) + 1)


def find_next_steps(
    step_time: Floats, step_bounds: Positions, times: Floats | None, stratum: Labels
) -> Positions:
    """Return the first step after each of `times` in the same stratum."""
    if times is None:
        return np.empty(0, dtype=np.intp)
    bounds = find_bounds(stratum, len(step_bounds) - 1)
    found = np.empty(len(times), dtype=np.intp)
    for number, (start, stop) in enumerate(pairwise(step_bounds)):
        rows = slice(bounds[number], bounds[number + 1])
        found[rows] = start + np.searchsorted(step_time[start:stop], times[rows], side="right")
    return found
