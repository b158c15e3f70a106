"""Reading a right-continuous step function at given times."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import raise_problems, read_numbers

# R's quantile.survfit takes a curve to lie on a probability when it is within sqrt(epsilon) of it
FLAT_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))


def read_times(times: ArrayLike) -> Floats:
    """Return the times to read a curve at as a vector; a single number will do."""
    problems: list[str] = []
    values = read_numbers(np.atleast_1d(np.asarray(times)), "times", problems)
    raise_problems(problems)
    return values


def evaluate_steps(
    time: Floats, values: Floats, times: Floats, *, before: float, is_known_after: bool
) -> Floats:
    """Read step values (last axis along `time`) at `times`.

    `before` holds before the first step. After the last of `time` the answer is NaN unless
    `is_known_after`: what nobody was followed to see is not known.
    """
    start = np.full((*values.shape[:-1], 1), before)
    rows = np.searchsorted(time, times, side="right")
    found = np.concatenate([start, values], axis=-1)[..., rows]
    unknown = np.isnan(times) if is_known_after else np.isnan(times) | (times > time[-1])
    return np.where(unknown, np.nan, found)


def find_quantile(time: Floats, survival: Floats, probability: float) -> float:
    """Return when `survival` first falls to 1 - probability; NaN when it never does.

    Where the curve runs flat at exactly that height the middle of the flat piece is returned,
    up to the last time when it stays flat (the rule of R's quantile.survfit).
    """
    reached = 1 - survival
    at_height = np.flatnonzero(reached >= probability - FLAT_TOLERANCE)
    if not at_height.size:
        return float("nan")
    below = np.flatnonzero(reached >= probability + FLAT_TOLERANCE)
    end = time[below[0]] if below.size else time[-1]
    return float((time[at_height[0]] + end) / 2)
