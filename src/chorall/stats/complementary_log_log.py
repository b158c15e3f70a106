"""Least squares regression of risks on the complementary log-log scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Floats

MAX_STEPS = 200
# the fit ends when the next step is shorter than this many naive standard errors
STEP_TOLERANCE = 1e-12
# directions with less than this part of the largest information are not determined
RANK_TOLERANCE = 1e-10
# a step may not move any fitted value further than this on the scale
LARGEST_MOVE = 2.0
# where no fitted value moves by more than this with the predictor, all are 0 or 1 to rounding:
# the coefficients grow without end, and what they have reached is no estimate
LEAST_SLOPE = 1e-8


class LogLogFit(NamedTuple):
    """Coefficients with their robust covariance; NaN when the fit did not converge."""

    coefficients: Floats
    covariance: Floats
    converged: bool


def find_complementary_log_log(probability: Floats) -> Floats:
    """Return log(-log(1 - p))."""
    return np.log(-np.log1p(-probability))


def find_probability(linear_predictor: Floats) -> Floats:
    """Return 1 - exp(-exp(x)), the inverse."""
    return -np.expm1(-np.exp(np.minimum(linear_predictor, 700.0)))


def find_slope(linear_predictor: Floats) -> Floats:
    """Return the derivative of the inverse."""
    limited = np.minimum(linear_predictor, 700.0)
    return np.asarray(np.exp(limited - np.exp(limited)), dtype=np.float64)


class Target(NamedTuple):
    """What n patients are regressed to: a value and a weight each.

    Without censoring the values would be the outcomes, 0 or 1. `spread` turns scores of shape
    (n, p), which add up to 0, into influences where the weights were estimated.
    """

    values: Floats
    weights: Floats
    spread: Callable[[Floats], Floats] | None = None


def fit_complementary_log_log(
    design: Floats, target: Target, offset: Floats, start: Floats
) -> LogLogFit:
    """Fit outcome = 1 - exp(-exp(offset + design b)) by least squares.

    These are the estimating equations with independent working covariance and constant
    variance; the covariance is the sandwich.
    """
    place: Floats = start.astype(np.float64)
    size = np.sqrt(np.mean(target.weights * target.values**2))
    residual, weighted = linearise(design, target, offset, place)
    for _ in range(MAX_STEPS):
        information = weighted.T @ weighted
        if not is_determined(information) or np.abs(weighted).max() < LEAST_SLOPE:
            break
        step = np.asarray(np.linalg.solve(information, weighted.T @ residual), np.float64)
        if np.sqrt(step @ information @ step) <= STEP_TOLERANCE * size:
            covariance = find_sandwich(information, weighted * residual[:, None], target)
            return LogLogFit(place, covariance, True)
        shrink = max(1.0, float(np.abs(design @ step).max()) / LARGEST_MOVE)
        step = np.asarray(step / shrink, dtype=np.float64)
        place, residual, weighted = shorten_step(design, target, offset, (place, step), residual)
    unknown = np.full(len(start), np.nan)
    return LogLogFit(unknown, np.full((len(start), len(start)), np.nan), False)


def linearise(
    design: Floats, target: Target, offset: Floats, place: Floats
) -> tuple[Floats, Floats]:
    """Return residuals and derivatives of the fitted values, times the root of the weights."""
    linear_predictor = offset + design @ place
    root = np.sqrt(target.weights)
    residual = root * (target.values - find_probability(linear_predictor))
    return residual, (root * find_slope(linear_predictor))[:, None] * design


def shorten_step(
    design: Floats,
    target: Target,
    offset: Floats,
    move: tuple[Floats, Floats],
    residual: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Return the first of step, step / 2, ... that does not raise the sum of squares."""
    place, step = move
    allowed = float(residual @ residual) * (1 + 1e-14)
    for _ in range(50):
        tried = place + step
        found, weighted = linearise(design, target, offset, tried)
        if found @ found <= allowed:
            break
        step = step / 2
    return tried, found, weighted


def is_determined(information: Floats) -> bool:
    """Tell whether the information has full rank, columns being scaled alike."""
    scale = np.sqrt(np.diag(information))
    if not (np.isfinite(scale).all() and (scale > 1e-100).all()):
        return False
    values = np.linalg.eigvalsh(information / np.outer(scale, scale))
    return bool(values[0] > RANK_TOLERANCE * values[-1])


def find_sandwich(information: Floats, scores: Floats, target: Target) -> Floats:
    """Return the robust covariance of the coefficients."""
    bread = np.linalg.inv(information)
    influence = scores if target.spread is None else target.spread(scores)
    return np.asarray(bread @ (influence.T @ influence) @ bread, dtype=np.float64)
