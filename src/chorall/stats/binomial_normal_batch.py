"""The binomial-normal likelihood of many tables of studies at once, and the climb to its maxima."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from chorall.stats.arrays import Booleans, Floats
from chorall.stats.binomial_normal import MAX_STEPS, find_nodes

MODE_STEPS = 60
MODE_TOLERANCE = 1e-10
SHORTENINGS = 10
# log odds that vary more between studies make them all or nothing, and the climb is endless
LARGEST_SPREAD = 15.0
# the climb ends when the next Newton step is shorter than this many standard errors: it converges
# quadratically, so the place reached lies much nearer
STEP_TOLERANCE = 1e-6
# where rounding hides that a step climbs, one that is so short may be left untaken
STUCK_TOLERANCE = 1e-4


class Tables(NamedTuple):
    """Events and patients of m tables with k studies, of shape (m, k); nobody tested: both 0."""

    n_events: Floats
    n: Floats

    def take(self, rows: Booleans) -> Tables:
        """Return some of the tables."""
        return Tables(self.n_events[rows], self.n[rows])


class Points(NamedTuple):
    """Log-likelihoods without constants (m,), gradients (m, 2) and Hessians (m, 2, 2)."""

    value: Floats
    gradient: Floats
    hessian: Floats


class Maxima(NamedTuple):
    """Where the likelihoods are highest."""

    place: Floats
    points: Points
    converged: Booleans


def evaluate_tables(tables: Tables, place: Floats) -> Points:
    """Integrate over the study effects by adaptive Gauss-Hermite quadrature.

    The same formula as `binomial_normal.evaluate_likelihood`; a study without patients adds 0.
    """
    mean, spread = place[:, :1, None], place[:, 1:, None]
    events, n = tables.n_events[:, :, None], tables.n[:, :, None]
    effect, log_weight = place_nodes(events, n, mean, spread)
    log_odds = mean + spread * effect
    log_term = events * log_odds - n * np.logaddexp(0, log_odds) + log_weight - 0.5 * effect**2
    highest = log_term.max(axis=2, keepdims=True)
    posterior = np.exp(log_term - highest)
    total = posterior.sum(axis=2, keepdims=True)
    posterior /= total
    value = (highest + np.log(total)).sum(axis=(1, 2))
    chance = expit(log_odds)
    slope = events - n * chance
    curvature = posterior * (slope**2 - n * chance * (1 - chance))
    slope *= posterior
    means = np.stack([slope.sum(axis=2), (slope * effect).sum(axis=2)], axis=2)
    first = (curvature * effect).sum(axis=(1, 2))
    moments = [curvature.sum(axis=(1, 2)), first, first, (curvature * effect**2).sum(axis=(1, 2))]
    outer = np.stack(moments, axis=1).reshape(-1, 2, 2)
    return Points(value, means.sum(axis=1), outer - np.swapaxes(means, 1, 2) @ means)


def place_nodes(events: Floats, n: Floats, mean: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Return nodes around the mode of each study's effect and the logs of their weights."""
    nodes, weights = find_nodes()
    mode = np.zeros(events.shape)
    for _ in range(MODE_STEPS):
        chance = expit(mean + spread * mode)
        slope = spread * (events - n * chance) - mode
        step = slope / (1 + spread**2 * n * chance * (1 - chance))
        mode = mode + np.clip(step, -1, 1)
        if np.abs(step).max(initial=0.0) < MODE_TOLERANCE:
            break
    chance = expit(mean + spread * mode)
    width = 1 / np.sqrt(1 + spread**2 * n * chance * (1 - chance))
    log_weight = np.log(weights) + 0.5 * nodes**2 + np.log(width)
    return mode + width * nodes, log_weight - 0.5 * np.log(2 * np.pi)


def climb_tables(tables: Tables, start: Floats) -> Maxima:
    """Climb from a start each by Newton steps, shortened while the likelihood falls."""
    place = start.copy()
    points = evaluate_tables(tables, place)
    open_ones = np.ones(len(place), dtype=bool)
    converged = np.zeros(len(place), dtype=bool)
    for _ in range(MAX_STEPS):
        step = find_ascents(points)
        gain = np.einsum("ij,ij->i", points.gradient, step)
        done = gain < STEP_TOLERANCE**2
        converged |= open_ones & done
        open_ones &= ~done & (np.abs(place[:, 1]) <= LARGEST_SPREAD)
        if not open_ones.any():
            break
        stuck = step_tables(tables, place, points, step, open_ones)
        converged |= stuck & (gain < STUCK_TOLERANCE**2)
        open_ones &= ~stuck
    return Maxima(np.column_stack([place[:, 0], np.abs(place[:, 1])]), points, converged)


def find_ascents(points: Points) -> Floats:
    """Return Newton steps, with directions that curve upwards turned into climbs."""
    values, vectors = np.linalg.eigh(-points.hessian)
    sizes = np.abs(values)
    floor = 1e-8 * np.maximum(sizes.max(axis=1, keepdims=True), 1e-300)
    along = np.einsum("mij,mi->mj", vectors, points.gradient) / np.maximum(sizes, floor)
    step = np.einsum("mij,mj->mi", vectors, along)
    longest = np.abs(step).max(axis=1, keepdims=True)
    return np.asarray(step / np.maximum(1.0, longest / 2), dtype=np.float64)


def step_tables(
    tables: Tables, place: Floats, points: Points, step: Floats, moving: Booleans
) -> Booleans:
    """Take the first of step, step / 4, ... at which the likelihood does not fall, in place.

    Returns which of the tables found none.
    """
    waiting = moving.copy()
    slack = 1e-13 * (1 + np.abs(points.value))
    scale = 1.0
    for _ in range(SHORTENINGS):
        tried = place[waiting] + scale * step[waiting]
        found = evaluate_tables(tables.take(waiting), tried)
        better = found.value >= points.value[waiting] - slack[waiting]
        rows = np.flatnonzero(waiting)[better]
        place[rows] = tried[better]
        for whole, part in zip(points, found, strict=True):
            whole[rows] = part[better]
        waiting[rows] = False
        if not waiting.any():
            break
        scale /= 4
    return waiting
