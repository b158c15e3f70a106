"""The climb to the maximum of a logistic likelihood, and whether there is one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from chorall.stats.arrays import Booleans, Floats

MAX_STEPS = 50
# Firth's climb uses the information for the curvature, so it needs more of them
MAX_FIRTH_STEPS = 500
# the climb ends when no coefficient moves by more than this many standard errors
TOLERANCE = 1e-9
LARGEST_STEP = 5.0
# beyond these log odds every chance is 0 or 1 and the climb is endless
LARGEST_LOG_ODDS = 40.0
HALVINGS = 30
SMALLEST_MARGIN = 1e-6


class LogisticData(NamedTuple):
    """Columns (n, q), the strata's among them, and events (n,)."""

    columns: Floats
    event: Booleans


class Point(NamedTuple):
    """A place of the climb; `inverse` is that of the information, None where it is singular."""

    coefficients: Floats
    log_likelihood: float
    penalised: float
    gradient: Floats
    inverse: Floats | None
    highest: float


class Climb(NamedTuple):
    """Where the climb ended."""

    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    penalised: float
    converged: bool
    n_iterations: int


def climb(data: LogisticData, *, firth: bool) -> Climb:
    """Climb by Newton steps (scoring), halved while the likelihood falls."""
    point = evaluate(data, np.zeros(data.columns.shape[1]), firth=firth)
    for step_number in range(MAX_FIRTH_STEPS if firth else MAX_STEPS):
        if point.inverse is None or (not firth and point.highest > LARGEST_LOG_ODDS):
            return end_climb(point, step_number, converged=False)
        step = point.inverse @ point.gradient
        if np.abs(step).max(initial=0.0) <= TOLERANCE * np.sqrt(np.diag(point.inverse)).min():
            return end_climb(point, step_number, converged=True)
        step /= max(1.0, np.abs(step).max() / LARGEST_STEP)
        point = take_step(data, point, step, firth=firth)
    return end_climb(point, MAX_FIRTH_STEPS if firth else MAX_STEPS, converged=False)


def end_climb(point: Point, n_iterations: int, *, converged: bool) -> Climb:
    """Return the end of the climb."""
    size = len(point.coefficients)
    inverse = np.full((size, size), np.nan) if point.inverse is None else point.inverse
    return Climb(
        point.coefficients, inverse, point.log_likelihood, point.penalised, converged, n_iterations
    )


def take_step(data: LogisticData, point: Point, step: Floats, *, firth: bool) -> Point:
    """Return the first of step, step / 2, ... at which the (penalised) likelihood does not fall."""
    slack = 1e-12 * (1 + abs(point.penalised))
    found = point
    for _ in range(HALVINGS):
        found = evaluate(data, point.coefficients + step, firth=firth)
        if found.penalised >= point.penalised - slack:
            return found
        step = step / 2
    return found


def evaluate(data: LogisticData, coefficients: Floats, *, firth: bool) -> Point:
    """Return likelihood, gradient and inverse information; with Firth, of the penalised one."""
    log_odds = data.columns @ coefficients
    chance = expit(log_odds)
    value = float(np.sum(np.where(data.event, log_odds, 0.0) - np.logaddexp(0, log_odds)))
    weight = chance * (1 - chance)
    information = data.columns.T @ (weight[:, None] * data.columns)
    residual = data.event - chance
    highest = float(np.abs(log_odds).max(initial=0.0))
    try:
        root = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        lost = -np.inf if firth else value
        return Point(coefficients, value, lost, data.columns.T @ residual, None, highest)
    half = np.linalg.inv(root)
    inverse = half.T @ half
    if not firth:
        return Point(coefficients, value, value, data.columns.T @ residual, inverse, highest)
    leverage = weight * np.einsum("ij,ij->i", data.columns @ inverse, data.columns)
    penalised = value + float(np.log(np.diag(root)).sum())
    gradient = data.columns.T @ (residual + leverage * (0.5 - chance))
    return Point(coefficients, value, penalised, gradient, inverse, highest)


def is_separated(data: LogisticData) -> bool:
    """Tell whether some direction raises the likelihood for ever (Albert and Anderson; Konis).

    That is one along which no patient's outcome becomes less likely and some patient's more.
    """
    # imported late: only fits that do not end need it
    from scipy.optimize import linprog

    scale = np.abs(data.columns).max(axis=0)
    signed = np.where(data.event, 1.0, -1.0)[:, None] * data.columns / np.where(scale, scale, 1.0)
    signed = np.unique(signed, axis=0)
    found = linprog(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1),
        method="highs",
    )  # fmt: skip
    return bool(found.status == 0 and -found.fun > SMALLEST_MARGIN)
