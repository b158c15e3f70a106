"""A prior of effects that are none or normal around 0, and what it makes of each estimate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from chorall.stats.arrays import Floats

# neighbouring standard deviations of the grid differ by this factor
GRID_STEP = 2**0.5
MOST_STEPS = 100
MAX_STEPS = 50
# effects, spread evenly over the grid, that are counted before any is seen
PSEUDO_EFFECTS = 2.0
# by what factor the walls of the positive orthant are lowered, and when a climb is over
WALL_FACTOR = 0.2
TOLERANCE = 1e-12
HALVINGS = 80


class Mixture(NamedTuple):
    """Parts and standard deviations of the normal components, each of shape (c,)."""

    weights: Floats
    deviations: Floats


class Posterior(NamedTuple):
    """The posterior of m effects: a mixture of c normal components each."""

    weights: Floats
    means: Floats
    deviations: Floats
    mean: Floats
    deviation: Floats


def lay_grid(values: Floats, errors: Floats) -> Floats:
    """Return the standard deviations of the prior: 0, then rising from a tenth of the least error.

    The largest is twice what the most extreme estimate has beyond its error, as in Stephens 2017.
    """
    smallest = float(errors.min()) / 10
    beyond = float(np.max(values**2 - errors**2))
    largest = 2 * np.sqrt(beyond) if beyond > 0 else 8 * smallest
    n_steps = max(int(np.ceil(np.log(largest / smallest) / np.log(GRID_STEP))), 1)
    if n_steps > MOST_STEPS:
        # effects and errors of sizes that have nothing to do with each other
        return np.append(0.0, np.geomspace(smallest, largest, MOST_STEPS))
    return np.append(0.0, smallest * GRID_STEP ** np.arange(n_steps + 1))


def fit_mixture(values: Floats, errors: Floats) -> Mixture:
    """Return the most likely parts of the grid's components, with `PSEUDO_EFFECTS` to begin with.

    Without them a small family that shows little would be held to have no effect for certain.
    """
    deviations = lay_grid(values, errors)
    logs = find_log_densities(values, errors, deviations)
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
    return Mixture(climb_weights(likelihood, PSEUDO_EFFECTS), deviations)


def climb_weights(likelihood: Floats, pseudo: float) -> Floats:
    """Return the parts that make the posterior largest, shape (c,).

    That is sum(log(likelihood @ parts)) + pseudo / c * sum(log(parts)): Newton's method inside the
    positive orthant, whose walls, the second term, are lowered step by step to where they belong.
    The sum of the parts is held at 1 by its price, the number of effects and of pseudo-effects.
    """
    m, c = likelihood.shape
    last, price = pseudo / c, m + pseudo
    weights, wall = np.full(c, 1 / c), max(m / c, last)
    while True:
        for _ in range(MAX_STEPS):
            inverse = 1 / (likelihood @ weights)
            gradient = price - likelihood.T @ inverse - wall / weights
            scaled = likelihood * inverse[:, None]
            hessian = scaled.T @ scaled + np.diag(wall / weights**2)
            step = -np.linalg.solve(hessian, gradient)
            decrement = float(-gradient @ step)
            if decrement < TOLERANCE:
                break
            # never through a wall; damped where the parabola does not hold
            room = np.min(np.where(step < 0, -weights / np.minimum(step, -1e-300), np.inf))
            weights = weights + min(0.9 * room, 1 / (1 + np.sqrt(decrement / wall)), 1.0) * step
        if wall <= last:
            return np.asarray(weights / weights.sum())
        wall = max(wall * WALL_FACTOR, last)


def find_log_densities(values: Floats, errors: Floats, deviations: Floats) -> Floats:
    """Return the log density of each estimate under each component, up to a constant, (m, c)."""
    variance = errors[:, None] ** 2 + deviations**2
    return np.asarray(-0.5 * (np.log(variance) + values[:, None] ** 2 / variance))


def find_posterior(values: Floats, errors: Floats, mixture: Mixture) -> Posterior:
    """Return what the prior makes of each estimate."""
    with np.errstate(divide="ignore"):
        logs = find_log_densities(values, errors, mixture.deviations) + np.log(mixture.weights)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    prior, sampling = mixture.deviations**2, errors[:, None] ** 2
    kept = prior / (prior + sampling)
    means, variances = kept * values[:, None], kept * sampling
    mean = (weights * means).sum(axis=1)
    between = (weights * (means - mean[:, None]) ** 2).sum(axis=1)
    deviation = np.sqrt((weights * variances).sum(axis=1) + between)
    return Posterior(weights, means, np.sqrt(variances), mean, deviation)


def find_posterior_limits(posterior: Posterior, level: float) -> tuple[Floats, Floats]:
    """Return the equal-tailed limits of each effect; exactly 0 where the null's part lies there."""
    tail = (1 - level) / 2
    return find_posterior_quantile(posterior, tail), find_posterior_quantile(posterior, 1 - tail)


def find_posterior_quantile(posterior: Posterior, share: float) -> Floats:
    """Return the smallest effect up to which at least `share` of the posterior lies."""
    at_null = posterior.deviations == 0
    normal = posterior._replace(weights=np.where(at_null, 0.0, posterior.weights))
    null = posterior.weights.sum(axis=1) - normal.weights.sum(axis=1)
    below = find_share(normal, np.zeros(len(null)))
    is_null = (below < share) & (share <= below + null)
    # on the right of 0 the null's part has been passed
    wanted = np.where(below < share, share - null, share)
    reach = np.abs(posterior.means).max(axis=1) + 40 * posterior.deviations.max(axis=1)
    low, high = -reach, reach.copy()
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        short = find_share(normal, middle) < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(is_null, 0.0, 0.5 * (low + high))


def find_share(normal: Posterior, place: Floats) -> Floats:
    """Return the part of the normal components below `place`, shape (m,)."""
    spread = np.where(normal.deviations == 0, 1.0, normal.deviations)
    below = ndtr((place[:, None] - normal.means) / spread)
    return np.asarray((normal.weights * below).sum(axis=1))
