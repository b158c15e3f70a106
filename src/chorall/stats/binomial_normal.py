"""The likelihood of counts whose log odds vary normally between studies."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import expit, gammaln

from chorall.stats.arrays import Floats

N_NODES = 61
MODE_STEPS = 100
MAX_STEPS = 100
# standard deviation of log odds beyond which studies are all or nothing and the climb is endless
LARGEST_SPREAD = 50.0
MODE_TOLERANCE = 1e-12
# the climb ends when the next Newton step is shorter than this many standard errors
STEP_TOLERANCE = 1e-9


class Counts(NamedTuple):
    """Events and patients of k studies, each of shape (k,)."""

    n_events: Floats
    n: Floats


class LikelihoodPoint(NamedTuple):
    """Log-likelihood at (mean, spread) of the log odds, with its gradient and Hessian."""

    value: float
    gradient: Floats
    hessian: Floats


class Maximum(NamedTuple):
    """Where the likelihood is highest."""

    mean: float
    spread: float
    point: LikelihoodPoint
    converged: bool


def evaluate_likelihood(counts: Counts, mean: float, spread: float) -> LikelihoodPoint:
    """Integrate over the study effects by adaptive Gauss-Hermite quadrature.

    Derivatives are posterior moments of those of the binomial part (Fisher, Louis), at the same
    nodes.
    """
    place, log_weight = place_nodes(counts, mean, spread)
    log_odds = mean + spread * place
    # log(1 + exp(x)) without overflow
    log_term = counts.n_events[:, None] * log_odds - counts.n[:, None] * np.logaddexp(0, log_odds)
    log_term += log_weight - 0.5 * place**2
    highest = log_term.max(axis=1, keepdims=True)
    posterior = np.exp(log_term - highest)
    total = posterior.sum(axis=1, keepdims=True)
    posterior /= total
    value = float(np.sum(highest + np.log(total)) + sum_binomial_constants(counts))
    chance = expit(log_odds)
    residual = counts.n_events[:, None] - counts.n[:, None] * chance
    curvature = -counts.n[:, None] * chance * (1 - chance)
    slopes = np.stack([residual, residual * place])
    mean_slopes = np.sum(posterior * slopes, axis=2)
    outer = np.einsum("aij,bij,ij->ab", slopes, slopes, posterior)
    powers = np.stack([np.ones_like(place), place])
    inner = np.einsum("aij,bij,ij->ab", powers, powers, posterior * curvature)
    hessian = inner + outer - mean_slopes @ mean_slopes.T
    return LikelihoodPoint(value, mean_slopes.sum(axis=1), hessian)


def place_nodes(counts: Counts, mean: float, spread: float) -> tuple[Floats, Floats]:
    """Return nodes around the mode of each study's effect and the logs of their weights."""
    nodes, weights = find_nodes()
    mode = find_modes(counts, mean, spread)
    chance = expit(mean + spread * mode)
    width = 1 / np.sqrt(1 + spread**2 * counts.n * chance * (1 - chance))
    place = mode[:, None] + width[:, None] * nodes
    log_weight = np.log(weights) + 0.5 * nodes**2 + np.log(width)[:, None]
    return place, log_weight - 0.5 * np.log(2 * np.pi)


@cache
def find_nodes() -> tuple[Floats, Floats]:
    """Return the nodes and weights of Gauss-Hermite quadrature for the standard normal."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
    return nodes, weights


def find_modes(counts: Counts, mean: float, spread: float) -> Floats:
    """Return each study's most likely standardised effect by damped Newton steps."""
    mode = np.zeros(len(counts.n))
    for _ in range(MODE_STEPS):
        chance = expit(mean + spread * mode)
        slope = spread * (counts.n_events - counts.n * chance) - mode
        step = slope / (1 + spread**2 * counts.n * chance * (1 - chance))
        # where the logistic curve is flat a full step may overshoot for ever
        mode = mode + np.clip(step, -1, 1)
        if np.abs(step).max() < MODE_TOLERANCE:
            break
    return mode


def sum_binomial_constants(counts: Counts) -> float:
    """Return the sum of the logs of the binomial coefficients."""
    missed = counts.n - counts.n_events
    logs = gammaln(counts.n + 1) - gammaln(counts.n_events + 1) - gammaln(missed + 1)
    return float(logs.sum())


def maximise_likelihood(counts: Counts, mean: float, spread: float) -> Maximum:
    """Climb from a start by Newton steps, halved while the likelihood falls."""
    place = np.array([mean, spread])
    point = evaluate_likelihood(counts, *place)
    for _ in range(MAX_STEPS):
        step = find_ascent(point)
        if point.gradient @ step < STEP_TOLERANCE**2:
            return Maximum(float(place[0]), abs(float(place[1])), point, True)
        if abs(place[1]) > LARGEST_SPREAD:
            break
        place, point = take_step(counts, place, point, step)
    return Maximum(float(place[0]), abs(float(place[1])), point, False)


def find_ascent(point: LikelihoodPoint) -> Floats:
    """Return the Newton step, with directions that curve upwards turned into climbs."""
    values, vectors = np.linalg.eigh(-point.hessian)
    size = np.maximum(np.abs(values), 1e-8 * max(np.abs(values).max(), 1e-300))
    step = vectors @ ((vectors.T @ point.gradient) / size)
    return np.asarray(step / max(1.0, float(np.abs(step).max()) / 2), dtype=np.float64)


def take_step(
    counts: Counts, place: Floats, point: LikelihoodPoint, step: Floats
) -> tuple[Floats, LikelihoodPoint]:
    """Return the first of step, step / 2, step / 4, ... at which the likelihood does not fall."""
    # rounding of a sum of that size
    slack = 1e-13 * (1 + abs(point.value))
    for _ in range(40):
        tried = place + step
        found = evaluate_likelihood(counts, *tried)
        if found.value >= point.value - slack:
            return tried, found
        step = step / 2
    return place, point
