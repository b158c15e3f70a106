"""Clones who follow a strategy, and the weights that make up for those who left it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Booleans, Floats, Integers
from chorall.stats.cox import fit_cox

Window = tuple[float, float]
"""Start after the first and no later than the second time."""


class CloneRows(NamedTuple):
    """The follow-up of n patients cut at the edges of intervals and at the start of treatment.

    `interval` is that of the row, and of the start in rows `after` it. `cause` is that of the
    patient in the last row, 0 in the others.
    """

    patient: Integers
    entry: Floats
    exit: Floats
    cause: Integers
    interval: Integers
    after: Booleans
    edges: Floats


class RowPlaces(NamedTuple):
    """How many times of starts lie up to the beginning and end of each row's interval.

    `able` is the beginning, or the time from which the patient could no longer start.
    """

    left: Integers
    right: Integers
    able: Integers


class StartModel(NamedTuple):
    """How treatment starts: cumulative hazards at the ascending times of starts, 0 before them.

    `baseline` is at covariates of 0 and `ratio` that of each patient; `together` is the hazard
    whatever the covariates.
    """

    baseline: Floats
    ratio: Floats
    together: Floats

    def staying(self, place: Integers, patient: Integers) -> Floats:
        """Return each row's probability, given its covariates, of no start up to a place."""
        return np.asarray(np.exp(-self.baseline[place] * self.ratio[patient]))

    def started(self, place: Integers | int) -> Floats:
        """Return the probability of a start up to a place, whatever the covariates."""
        return np.asarray(-np.expm1(-self.together[place]))


def find_edges(start: Floats, windows: list[Window | None], interval: float) -> Floats:
    """Return where weights change: a grid up to the last start, and the ends of all windows."""
    starts = start[np.isfinite(start)]
    ends = [float(side) for window in windows if window is not None for side in window]
    last = max([*ends, float(starts.max(initial=0.0))])
    grid = np.arange(0.0, last + interval, interval)
    return np.unique(np.concatenate([grid, ends, [0.0]]))


def cut_follow_up(time: Floats, cause: Integers, start: Floats, edges: Floats) -> CloneRows:
    """Cut follow-up; `start` is infinite where none was seen, else before `time`."""
    lower, upper = edges, np.append(edges[1:], np.inf)
    stop = np.minimum(time, start)
    before = lower[None, :] < stop[:, None]
    patient, interval = np.nonzero(before)
    exits = np.minimum(upper[interval], stop[patient])
    began = np.flatnonzero(np.isfinite(start))
    after = np.concatenate([np.zeros(len(patient), np.bool_), np.ones(len(began), np.bool_)])
    patients = np.concatenate([patient, began])
    exit_ = np.concatenate([exits, time[began]])
    of_start = np.searchsorted(edges, start[began], side="left") - 1
    return CloneRows(
        patients,
        np.concatenate([lower[interval], start[began]]),
        exit_,
        np.where(exit_ == time[patients], cause[patients], 0)
        * (after | ~np.isfinite(start)[patients]),
        np.concatenate([interval, of_start]),
        after,
        edges,
    )


def place_rows(rows: CloneRows, times: Floats, able_until: Floats) -> RowPlaces:
    """Look the edges of rows up among the times of starts, once for all resamples."""
    left = rows.edges[rows.interval]
    right = np.append(rows.edges[1:], np.inf)[rows.interval]
    able = np.minimum(left, able_until[rows.patient])
    return RowPlaces(*(np.searchsorted(times, at, side="right") for at in (left, right, able)))


def fit_start_model(
    x: Floats, time: Floats, started: Booleans, times: Floats, counts: Integers
) -> StartModel:
    """Fit Cox's model (ties as Breslow) to the time to start; `counts` says how often each counts.

    Raises
    ------
    ConvergenceError
        If covariates tell without an error who starts.
    InputError
        If a covariate is constant or determined by the others.
    """
    used = counts > 0
    ratio = np.ones(len(time))
    if x.shape[1]:
        fit = fit_cox(
            x[used], time[used], started[used], weights=counts[used].astype(float), ties="breslow"
        )
        ratio = np.exp((x - x[used].mean(axis=0)) @ fit.log_hazard_ratio)
    reached = np.searchsorted(times, time, side="right")
    n_starts = np.bincount(reached[started] - 1, counts[started], minlength=len(times))
    hazards = [
        _add_up(n_starts, _sum_at_risk(counts * weight, reached, len(times)))
        for weight in (ratio, np.ones(len(time)))
    ]
    return StartModel(hazards[0], ratio, hazards[1])


def _add_up(n_starts: Floats | Integers, at_risk: Floats) -> Floats:
    steps = np.divide(n_starts, at_risk, out=np.zeros(len(n_starts)), where=n_starts > 0)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _sum_at_risk(weights: Floats, reached: Integers, n_times: int) -> Floats:
    """Return the sum of the weights of those whose follow-up reaches each of the times."""
    sums = np.bincount(reached, weights, minlength=n_times + 1)
    return np.asarray(np.cumsum(sums[::-1])[::-1][1:])


def weigh_rows(
    rows: CloneRows, model: StartModel, places: RowPlaces, times: Floats, window: Window | None
) -> Floats:
    """Return the weight of each row under a strategy: 0 where the patient has left it.

    A row before the start weighs the strategy's probability of not having started by its
    beginning over that of the patient; a row after it the strategy's probability of a start in
    that interval over that of the patient. Who can no longer start follows every strategy as it
    stood.
    """
    own = model.staying(places.able, rows.patient)
    if window is None:
        # a factor that depends on time alone cancels in a curve, and keeps weights near 1
        return np.asarray(np.where(rows.after, 0.0, (1 - model.started(places.left)) / own))
    first, last = (int(np.searchsorted(times, side, side="right")) for side in window)
    whole = float(model.started(last) - model.started(first))
    if whole <= 0:
        return np.zeros(len(own))
    before = np.clip((model.started(last) - model.started(places.able)) / whole, 0.0, 1.0) / own
    inside = rows.after & (places.left >= first) & (places.right <= last)
    share = (model.started(places.right) - model.started(places.left)) / whole
    likely = model.staying(places.left, rows.patient) - model.staying(places.right, rows.patient)
    after = np.divide(share, likely, out=np.zeros(len(own)), where=inside & (likely > 0))
    return np.asarray(np.where(rows.after, after, before))
