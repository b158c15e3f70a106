"""Newton's way to the maximum of a Fine-Gray partial likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import ConvergenceError
from chorall.stats.arrays import Floats
from chorall.stats.cox_newton import MAX_HALVINGS, ROUNDING, Point, has_arrived, is_monotone
from chorall.stats.fine_gray_data import FineGrayRows
from chorall.stats.fine_gray_sums import FineGraySums, sum_likelihood

# share of the fastest column from which on a column is named as running away
NAMED_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayAscent:
    """Where Newton's method began and stopped, with the sums there."""

    null: Point
    best: Point
    sums: FineGraySums
    n_iterations: int
    converged: bool


def evaluate_point(
    rows: FineGrayRows, x: Floats, coefficients: Floats
) -> tuple[Point, FineGraySums]:
    """Evaluate likelihood, gradient and information."""
    with np.errstate(invalid="ignore", over="ignore"):
        sums = sum_likelihood(rows, x, coefficients)
    value = sums.log_likelihood
    return Point(coefficients, value, value, sums.gradient, sums.information), sums


def maximise_likelihood(
    rows: FineGrayRows,
    x: Floats,
    start: tuple[Point, FineGraySums],
    max_iterations: int,
    tolerance: float,
) -> FineGrayAscent:
    """Climb from `start` until the Newton step is shorter than `tolerance` standard errors."""
    null = start[0]
    best, sums = start
    lengths: list[float] = []
    for n_iterations in range(max_iterations + 1):
        step, length = best.find_step()
        lengths.append(length)
        if has_arrived(lengths, tolerance):
            return FineGrayAscent(null, best, sums, n_iterations, converged=True)
        if is_monotone(lengths, step, null, best):
            raise_monotone(step, null)
        if np.isnan(length) or n_iterations == max_iterations:
            break
        better = walk_uphill(rows, x, best, step)
        if better is None:
            break
        best, sums, halvings = better
        if halvings:
            lengths.clear()
    return FineGrayAscent(null, best, sums, n_iterations, converged=False)


def walk_uphill(
    rows: FineGrayRows, x: Floats, start: Point, step: Floats
) -> tuple[Point, FineGraySums, int] | None:
    """Take the step, halved until the likelihood does not fall; None when it always falls."""
    slack = ROUNDING * (1 + abs(start.objective))
    for halvings in range(MAX_HALVINGS):
        point, sums = evaluate_point(rows, x, start.coefficients + step / 2**halvings)
        if point.objective >= start.objective - slack:
            return point, sums, halvings
    return None


def raise_monotone(step: Floats, null: Point) -> None:
    """Raise a ConvergenceError that names the columns whose coefficients run away."""
    pace = np.abs(step) * np.sqrt(np.diag(null.information))
    names = " and ".join(
        f"{column} ({'plus' if step[column] > 0 else 'minus'} infinity)"
        for column in np.flatnonzero(pace >= NAMED_SHARE * pace.max())
    )
    raise ConvergenceError(
        f"the Fine-Gray likelihood has no maximum: the coefficient of column {names} of `x` "
        "grows without end, because the covariate separates those with the event of interest "
        "from those at risk (for example, no such event in one of its groups). Columns count "
        "from 0. Leave the column out, or join groups."
    )
