"""Cox's model of marker, arm and their product for many markers: it needs counts of cells only."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Booleans, Floats
from chorall.stats.interaction_counts import CellCounts

MOST_STEPS = 40
# a Newton step shorter than so many standard errors ends the climb
TOLERANCE = 1e-9


class CellHazards(NamedTuple):
    """Log hazards of cells 1 to 3 against cell 0 for m markers.

    `log_hazard` has shape (3, m) and `covariance` (3, 3, m); `converged` (m,) is False where there
    is no finite maximum, whose numbers are NaN.
    """

    log_hazard: Floats
    covariance: Floats
    converged: Booleans


class TiedRows(NamedTuple):
    """One row per tied event and what of the tied events still counts as at risk (Efron)."""

    n_at_risk: Floats
    counts: Booleans


def fit_cells(counts: CellCounts) -> CellHazards:
    """Maximise the partial likelihood (Efron) of every marker."""
    n_markers = counts.n_at_risk.shape[2]
    rows = spread_ties(counts)
    events = counts.n_events.sum(axis=1)
    possible = (events > 0).all(axis=0)
    value = np.zeros((3, n_markers))
    done = np.zeros(n_markers, np.bool_)
    best = find_log_likelihood(rows, events, value)
    for _ in range(MOST_STEPS):
        gradient, information = find_derivatives(rows, events, value)
        information[:, :, ~possible] = np.eye(3)[:, :, None]
        step = solve(information, gradient)
        length = np.abs(np.einsum("am,am->m", gradient, step))
        done = length < TOLERANCE**2
        moving = possible & ~done & np.isfinite(length)
        if not moving.any():
            break
        value, best = climb(rows, events, value, best, np.where(moving, step, 0.0))
    _, information = find_derivatives(rows, events, value)
    information[:, :, ~possible] = np.eye(3)[:, :, None]
    good = possible & done
    covariance = np.where(good, invert(information), np.nan)
    return CellHazards(np.where(good, value, np.nan), covariance, good)


def spread_ties(counts: CellCounts) -> TiedRows:
    """Give each of d tied events a row: at the l-th, l / d of the tied are gone."""
    total = counts.n_events.sum(axis=0)
    most = total.max(axis=1, initial=0).astype(np.int64)
    place = np.repeat(np.arange(len(most)), most)
    turn = np.arange(len(place)) - np.repeat(np.cumsum(most) - most, most)
    counted = turn[:, None] < total[place]
    share = np.divide(
        turn[:, None], total[place], out=np.zeros(counted.shape), where=total[place] > 0
    )
    return TiedRows(counts.n_at_risk[:, place] - share * counts.n_events[:, place], counted)


def weigh_cells(rows: TiedRows, value: Floats) -> Floats:
    """Return the part of each cell in the hazard of all, shape (4, rows, m)."""
    relative = np.exp(np.concatenate([np.zeros((1, value.shape[1])), value]))
    return np.asarray(rows.n_at_risk * relative[:, None], dtype=np.float64)


def find_log_likelihood(rows: TiedRows, events: Floats, value: Floats) -> Floats:
    """Return the log partial likelihood of each marker."""
    total = weigh_cells(rows, value).sum(axis=0)
    logs = np.log(total, out=np.zeros(total.shape), where=rows.counts)
    return np.asarray((events[1:] * value).sum(axis=0) - logs.sum(axis=0), dtype=np.float64)


def find_derivatives(rows: TiedRows, events: Floats, value: Floats) -> tuple[Floats, Floats]:
    """Return gradient (3, m) and information (3, 3, m)."""
    weighted = weigh_cells(rows, value)
    total = weighted.sum(axis=0)
    part = np.divide(weighted[1:], total, out=np.zeros(weighted[1:].shape), where=rows.counts)
    gradient = events[1:] - part.sum(axis=1)
    information = -np.einsum("arm,brm->abm", part, part)
    for cell in range(3):
        information[cell, cell] += part[cell].sum(axis=0)
    return gradient, information


def climb(
    rows: TiedRows, events: Floats, value: Floats, best: Floats, step: Floats
) -> tuple[Floats, Floats]:
    """Go along the steps, halving those that lead down."""
    size = np.ones(value.shape[1])
    for _ in range(20):
        tried = value + size * step
        reached = find_log_likelihood(rows, events, tried)
        lower = np.asarray(~(reached >= best - 1e-12 * np.abs(best)))
        if not lower.any():
            break
        size = np.where(lower, size / 2, size)
    return np.where(lower, value, tried), np.where(lower, best, reached)


def solve(information: Floats, gradient: Floats) -> Floats:
    """Return the Newton steps; NaN where the information is singular."""
    return np.asarray(np.einsum("abm,bm->am", invert(information), gradient), dtype=np.float64)


def invert(information: Floats) -> Floats:
    """Invert m matrices of shape (3, 3); NaN where singular."""
    stacked = np.moveaxis(information, 2, 0)
    sound = np.asarray(np.isfinite(stacked).all(axis=(1, 2)))
    sound &= np.linalg.det(np.where(sound[:, None, None], stacked, np.eye(3))) > 1e-12
    inverse = np.linalg.inv(np.where(sound[:, None, None], stacked, np.eye(3)))
    return np.asarray(np.moveaxis(np.where(sound[:, None, None], inverse, np.nan), 0, 2))
