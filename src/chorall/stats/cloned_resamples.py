"""Clones weighted, summed up, and drawn again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.errors import ConvergenceError, InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers
from chorall.stats.clone_weights import CloneRows, RowPlaces, Window, fit_start_model, weigh_rows
from chorall.stats.cloned_curves import RowOrder, find_curve
from chorall.stats.resampling import Seed, draw_rows, spawn_seeds, split_strata


class Clones(NamedTuple):
    """What stays the same in all resamples."""

    x: Floats
    time_to_start: Floats
    started: Booleans
    start_times: Floats
    places: RowPlaces
    rows: CloneRows
    order: RowOrder
    windows: list[Window | None]
    times: Floats


def weigh_clones(clones: Clones, counts: Integers) -> list[Floats]:
    """Return the weight of every row under either strategy; patients count as often as drawn."""
    model = fit_start_model(
        clones.x, clones.time_to_start, clones.started, clones.start_times, counts
    )
    drawn = counts[clones.rows.patient]
    return [
        weigh_rows(clones.rows, model, clones.places, clones.start_times, window) * drawn
        for window in clones.windows
    ]


def summarise_clones(clones: Clones, weights: list[Floats]) -> Floats:
    """Return risks at all times of both strategies, times free, and both differences."""
    curves = [find_curve(clones.rows, clones.order, one) for one in weights]
    risks = np.stack([curve.at(clones.times) for curve in curves])
    free = [curve.mean_time_free(float(clones.times[-1])) for curve in curves]
    return np.concatenate([risks.ravel(), free, [risks[0, -1] - risks[1, -1], free[0] - free[1]]])


def resample_clones(
    clones: Clones, strata: ArrayLike | None, n_resamples: int, seed: Seed
) -> tuple[Floats, int]:
    """Return the summary of each resample that could be computed, and how many could not."""
    n = len(clones.time_to_start)
    groups = split_strata(n, strata)
    rows: list[Floats] = []
    for child in spawn_seeds(seed, n_resamples) if n_resamples else []:
        counts = np.bincount(draw_rows(groups, child), minlength=n)
        try:
            rows.append(summarise_clones(clones, weigh_clones(clones, counts)))
        except (InputError, ConvergenceError):
            continue
    return np.array(rows), n_resamples - len(rows)


def find_percentile_limits(
    replicates: Floats, found: Floats, level: float
) -> tuple[Floats, Floats]:
    """Return percentiles of the replicates; NaN with fewer than two."""
    if len(replicates) < 2:
        nothing = np.full(len(found), np.nan)
        return nothing, nothing
    tails = [(1 - level) / 2, (1 + level) / 2]
    lower, upper = np.quantile(replicates, tails, axis=0)
    return np.asarray(lower), np.asarray(upper)


def describe_weights(
    clones: Clones, weights: list[Floats], horizon: float
) -> tuple[Floats, Floats, Floats, Integers, Integers]:
    """Return weights after the last window, the largest, effective numbers, followers, events."""
    rows, n = clones.rows, len(clones.time_to_start)
    end = max([window[1] for window in clones.windows if window is not None], default=horizon)
    covers = (rows.entry <= end) & (rows.exit > end)
    own = (rows.cause == 1) & (rows.exit <= horizon)
    there = np.zeros((2, n))
    for place, one in enumerate(weights):
        there[place, rows.patient[covers]] = one[covers]
    squares = (there**2).sum(axis=1)
    effective = np.divide(there.sum(axis=1) ** 2, squares, out=np.zeros(2), where=squares > 0)
    largest = np.array([one.max(initial=0.0) for one in weights])
    n_events = np.array([int(((one > 0) & own).sum()) for one in weights])
    return there, largest, effective, (there > 0).sum(axis=1), n_events
