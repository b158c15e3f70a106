"""The variance between studies by restricted likelihood, for many questions at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Booleans, Floats, Integers

# as in heterogeneity.py: the slope can have several zeros
GRID_SIZE = 60
N_HALVINGS = 90


class Studies(NamedTuple):
    """Effects and variances of shape (k, m); entries that are not `there` stand for nothing."""

    estimate: Floats
    variance: Floats
    there: Booleans
    n: Integers


class Weights(NamedTuple):
    """Sums over the studies at one tau2 each; arrays of shape (m,).

    `trace` is that of the projection, `slope` the derivative of the restricted likelihood (twice).
    """

    mean: Floats
    total: Floats
    residual_sum: Floats
    trace: Floats
    slope: Floats
    log_likelihood: Floats


def find_weights(studies: Studies, tau2: Floats) -> Weights:
    """Return the sums at `tau2`; NaN where there is no study."""
    weight = studies.there / (studies.variance + tau2)
    total = np.where(studies.n > 0, weight.sum(axis=0), np.nan)
    mean = (weight * studies.estimate).sum(axis=0) / total
    residual = studies.there * (studies.estimate - mean)
    residual_sum = (weight * residual**2).sum(axis=0)
    trace = total - (weight**2).sum(axis=0) / total
    slope = ((weight * residual) ** 2).sum(axis=0) - trace
    logs = np.log(np.where(studies.there, weight, 1.0)).sum(axis=0)
    return Weights(
        mean, total, residual_sum, trace, slope, 0.5 * (logs - np.log(total) - residual_sum)
    )


def estimate_reml(studies: Studies) -> Floats:
    """Return the place of the highest maximum of each restricted likelihood; 0 with one study."""
    best = np.zeros(len(studies.n))
    several = np.flatnonzero(studies.n > 1)
    if several.size:
        best[several] = search(choose(studies, several))
    return best


def choose(studies: Studies, columns: Integers) -> Studies:
    """Return some of the questions, in the order of `columns`."""
    return Studies(
        studies.estimate[:, columns],
        studies.variance[:, columns],
        studies.there[:, columns],
        studies.n[columns],
    )


def search(studies: Studies) -> Floats:
    """Search a grid for turns of the slope, and each turn for its zero."""
    nothing = np.zeros(len(studies.n))
    at_nothing = find_weights(studies, nothing)
    centred = studies.there * (studies.estimate - at_nothing.mean)
    variance = np.where(studies.there, studies.variance, np.nan)
    largest = 10 * (2 * (centred**2).sum(axis=0) + np.nanmax(variance, axis=0))
    smallest = 1e-4 * np.nanmin(variance, axis=0)
    steps = np.linspace(0, 1, GRID_SIZE)[:, None]
    grid = np.concatenate([nothing[None], smallest * (largest / smallest) ** steps])
    rising = np.stack([find_weights(studies, place).slope > 0 for place in grid])
    step, column = np.nonzero(rising[:-1] & ~rising[1:])
    chosen = choose(studies, column)
    place = bisect(chosen, grid[step, column], grid[step + 1, column])
    reached = find_weights(chosen, place).log_likelihood
    best, highest = nothing, np.where(rising[0], -np.inf, at_nothing.log_likelihood)
    for at in np.argsort(reached, kind="stable"):
        if reached[at] > highest[column[at]]:
            best[column[at]], highest[column[at]] = place[at], reached[at]
    return best


def bisect(studies: Studies, low: Floats, high: Floats) -> Floats:
    """Return where the slope changes from rising to falling."""
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        rises = find_weights(studies, middle).slope > 0
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    return (low + high) / 2
