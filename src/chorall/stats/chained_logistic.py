"""Draws of a binary column from a Bayesian logistic regression with a weak normal prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dtrtri
from scipy.special import expit

from chorall.errors import ConvergenceError
from chorall.stats.arrays import Booleans, Floats

# squared length of a step in standard errors at which the mode is found: a thousandth of the noise
TOLERANCE = 1e-6
# a step must shorten the next one so much, or the curvature is computed again
SHRINKS = 0.3
MOST_STEPS = 200


@dataclass(slots=True)
class LogisticState:
    """Where the last fit of a model ended: the next one starts there.

    `root` is the transposed inverse of the lower Cholesky root of the curvature at the mode: it
    turns standard normal draws into draws of the coefficients.
    """

    mode: Floats
    root: Floats | None = None


def find_mode(x: Floats, y: Floats, penalty: Floats, state: LogisticState) -> None:
    """Move `state` to the mode of the penalised likelihood.

    Steps use the curvature of an earlier point as long as they shrink fast; a step changes no
    log odds by more than 1, within which Newton's step always climbs.
    """
    mode, root = state.mode, state.root
    predictor = x @ mode
    last, size = np.inf, np.inf
    for _ in range(MOST_STEPS):
        mean = expit(predictor)
        gradient = x.T @ (y - mean) - penalty * mode
        if root is None or size > SHRINKS * last:
            root = find_root(x, mean, penalty)
        half = gradient @ root
        step = root @ half
        last, size = size, float(half @ half)
        if size < TOLERANCE:
            state.mode, state.root = mode, find_root(x, mean, penalty)
            return
        move = x @ step
        part = min(1.0, 1.0 / float(np.abs(move).max()))
        mode, predictor = mode + part * step, predictor + part * move
    raise ConvergenceError(
        f"the logistic model of a column with {len(y)} observed values did not reach its optimum "
        f"in {MOST_STEPS} steps. Leave predictors out."
    )


def find_root(x: Floats, mean: Floats, penalty: Floats) -> Floats:
    """Return a root of the inverse of the penalised likelihood's curvature."""
    weighted = x * np.sqrt(mean * (1 - mean))[:, None]
    curvature = weighted.T @ weighted
    # a predictor that is constant 0 has no curvature but the penalty's; the intercept always has
    curvature[np.diag_indices_from(curvature)] += penalty
    return invert_root(curvature)


def invert_root(curvature: Floats) -> Floats:
    """Return the transposed inverse of the lower Cholesky root."""
    inverse, _ = dtrtri(np.linalg.cholesky(curvature), lower=1)
    return np.asarray(inverse.T, dtype=np.float64)


def draw_binary(
    known: Floats,
    y: Floats,
    unknown: Floats,
    penalty: Floats,
    state: LogisticState,
    generator: np.random.Generator,
) -> Booleans:
    """Return one draw per row of `unknown`, from coefficients drawn around the mode."""
    find_mode(known, y, penalty, state)
    noise = generator.standard_normal(len(penalty))
    assert state.root is not None
    drawn = state.mode + state.root @ noise
    return np.asarray(generator.random(len(unknown)) < expit(unknown @ drawn))


def start_state(y: Floats, width: int) -> LogisticState:
    """Return the state before the first fit: the observed frequency, no effects."""
    mode = np.zeros(width)
    share = (y.sum() + 0.5) / (len(y) + 1)
    mode[0] = np.log(share / (1 - share))
    return LogisticState(mode)
