"""Newton's way to the maximum of a Cox partial likelihood, with an honest report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dposv

from chorall.errors import ConvergenceError
from chorall.stats.arrays import Floats, Integers
from chorall.stats.cox_data import CoxData
from chorall.stats.cox_exact import evaluate_exact_likelihood
from chorall.stats.cox_firth import curve_firth_penalty, find_firth_penalty
from chorall.stats.cox_likelihood import evaluate_likelihood

MAX_HALVINGS = 30
# a log-likelihood is a sum of n terms: differences below this part of it are rounding
ROUNDING = 1e-12
# steps this short that do not get shorter by half are made of rounding: nothing is left to climb
ROUNDING_STEP = 1e-6

# A monotone likelihood (a direction that separates events from the rest) has no maximum: the
# likelihood rises by exp(-b) while b grows by a constant, so each full Newton step shortens the
# next, in standard errors, by exp(-1/2) = 0.61. A real maximum squares the step instead.
MONOTONE_RATES = (0.45, 0.8)
MONOTONE_RUN = 3
MONOTONE_STEP = 1e-2
MONOTONE_INFORMATION = 1e-2
# share of the fastest column from which on a column is named as running away
NAMED_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """The objective at scaled coefficients of shape (p,).

    Attributes
    ----------
    coefficients, gradient : ndarray of shape (p,)
        Where, and the gradient of the penalised log-likelihood there.
    information : ndarray of shape (p, p)
        Negative Hessian of the log-likelihood with the ridge penalty; its inverse is the
        covariance, with Firth's penalty too.
    curvature : ndarray of shape (p, p), optional
        What steps are found with instead, where the objective is not the log-likelihood less
        the ridge penalty.
    log_likelihood, objective : float
        Without and with the penalty.
    """

    coefficients: Floats
    log_likelihood: float
    objective: float
    gradient: Floats
    information: Floats
    curvature: Floats | None = None

    def find_step(self) -> tuple[Floats, float]:
        """Return the Newton step and its length in standard errors (NaN if there is none)."""
        if not self.gradient.size:
            return self.gradient, 0.0
        curvature = self.information if self.curvature is None else self.curvature
        _, step, failed = dposv(curvature, self.gradient, lower=1)
        if failed:
            return np.zeros_like(self.gradient), float("nan")
        return step, float(np.sqrt(max(float(step @ self.gradient), 0.0)))


@dataclass(frozen=True, slots=True)
class CoxSettings:
    """How the likelihood is formed and climbed; `ridge` has one weight per column of `x`."""

    ties: str
    ridge: Floats
    firth: bool
    max_iterations: int
    tolerance: float

    @property
    def is_penalised(self) -> bool:
        """Whether the likelihood is climbed with any penalty."""
        return self.firth or bool(self.ridge.any())

    @property
    def may_run_away(self) -> bool:
        """Whether a coefficient without penalty can be infinite."""
        return not self.firth and not bool(self.ridge.all())


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """Where Newton's method began and where it stopped."""

    null: Point
    best: Point
    n_iterations: int
    converged: bool


def evaluate_point(data: CoxData, coefficients: Floats, settings: CoxSettings) -> Point:
    """Evaluate likelihood, gradient and information with the penalties."""
    evaluate = evaluate_exact_likelihood if settings.ties == "exact" else evaluate_likelihood
    log_likelihood, gradient, information = evaluate(data, coefficients)
    objective, curvature = log_likelihood, None
    if settings.ridge.any():
        penalty = settings.ridge / data.scale**2
        objective = log_likelihood - 0.5 * float(penalty @ coefficients**2)
        gradient = gradient - penalty * coefficients
        information = information + np.diag(penalty)
    if settings.firth:
        added = find_firth_penalty(data, coefficients, information)
        objective += added.log_likelihood
        gradient = gradient + added.gradient
        curvature = curve_firth_penalty(data, coefficients, added.gradient, information)
    return Point(coefficients, log_likelihood, objective, gradient, information, curvature)


def maximise_likelihood(data: CoxData, null: Point, settings: CoxSettings) -> Ascent:
    """Climb from `null` until the Newton step is shorter than the tolerance."""
    best = null
    unit = float(np.sqrt(data.mean_weight))
    may_run_away = settings.may_run_away
    lengths: list[float] = []
    for n_iterations in range(settings.max_iterations + 1):
        step, length = best.find_step()
        lengths.append(length / unit)
        if has_arrived(lengths, settings.tolerance):
            return Ascent(null, best, n_iterations, converged=True)
        if may_run_away and is_monotone(lengths, step, null, best):
            raise_monotone(step, null)
        if may_run_away and np.isnan(length) and is_flat_uphill(null, best):
            raise_monotone(best.coefficients - null.coefficients, null)
        if np.isnan(length) or n_iterations == settings.max_iterations:
            break
        better, halvings = walk_uphill(data, best, step, settings)
        if better is None:
            break
        if halvings:
            lengths.clear()
        best = better
    return Ascent(null, best, n_iterations, converged=False)


def walk_uphill(
    data: CoxData, start: Point, step: Floats, settings: CoxSettings
) -> tuple[Point | None, int]:
    """Take the step, halved until the objective does not fall; None when it always falls."""
    slack = ROUNDING * (1 + abs(start.objective))
    for halvings in range(MAX_HALVINGS):
        coefficients = start.coefficients + step / 2**halvings
        point = evaluate_point(data, coefficients, settings)
        if point.objective >= start.objective - slack:
            return point, halvings
    return None, MAX_HALVINGS


def has_arrived(lengths: list[float], tolerance: float) -> bool:
    """Tell whether the last step is short enough, or as short as rounding lets it be."""
    last = lengths[-1]
    stuck = len(lengths) > 1 and lengths[-2] / 2 < last <= ROUNDING_STEP
    return last <= tolerance or stuck


def is_monotone(lengths: list[float], step: Floats, null: Point, best: Point) -> bool:
    """Tell whether the last full steps show the pattern of a likelihood without maximum."""
    if len(lengths) <= MONOTONE_RUN or not lengths[-1] < MONOTONE_STEP:
        return False
    recent = np.array(lengths[-MONOTONE_RUN - 1 :])
    rates = recent[1:] / recent[:-1]
    steady = bool(np.all((rates > MONOTONE_RATES[0]) & (rates < MONOTONE_RATES[1])))
    left = step @ best.information @ step
    return steady and bool(left < MONOTONE_INFORMATION * (step @ null.information @ step))


def is_flat_uphill(null: Point, best: Point) -> bool:
    """Tell whether a likelihood without curvature still rises on the way from `null`.

    Where there is a maximum behind, it would fall.
    """
    way = best.coefficients - null.coefficients
    return bool(way.any()) and float(best.gradient @ way) > 0


def raise_monotone(step: Floats, null: Point) -> None:
    """Raise a ConvergenceError that names the columns whose coefficients run away."""
    pace = np.abs(step) * np.sqrt(np.diag(null.information))
    columns: Integers = np.flatnonzero(pace >= NAMED_SHARE * pace.max())
    names = " and ".join(
        f"{column} ({'plus' if step[column] > 0 else 'minus'} infinity)" for column in columns
    )
    raise ConvergenceError(
        f"the Cox likelihood has no maximum: the coefficient of column {names} of `x` grows "
        "without end, because the covariate separates those with the event from those at risk "
        "(for example, no event in one of its groups). Columns count from 0. Leave the "
        "column out, join groups, or hold it with firth=True or ridge > 0."
    )
