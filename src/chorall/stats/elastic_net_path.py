"""How Cox models with an elastic-net penalty are found, one penalty after the other.

For each penalty the likelihood is approximated by a quadratic function at the present
coefficients, coordinate descent minimises this with the penalty, and the step is halved while
the penalised likelihood falls. Only columns that the strong rule lets in take part; the gradient
of the others is looked at in the end, and those that should have been in come in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chorall.errors import InputError
from chorall.stats._elastic_net import descend_coordinates
from chorall.stats.arrays import Booleans, Floats
from chorall.stats.cox_data import CoxData
from chorall.stats.cox_likelihood import spread_over_rows, sum_risk_sets, sum_squares

MAX_HALVINGS = 30
MAX_SWEEPS = 10_000
# the first penalty of a ridge path would be infinite; glmnet starts it as if l1_ratio were this
LEAST_L1_RATIO = 1e-3
# a step longer than this part of the one before calls for a new curvature
SLOW_SHRINKING = 0.2
# differences of the objective below this part of it are rounding
ROUNDING = 1e-13
# a gradient may lie this much, relatively, above the bound of the strong rule's check
KKT_SLACK = 1e-7


class NetPoint(NamedTuple):
    """Log-likelihood at scaled coefficients, and its gradient per weight, shape (p,)."""

    coefficients: Floats
    log_likelihood: float
    gradient: Floats


class NetFit(NamedTuple):
    """Where the fit of one penalty ended."""

    point: NetPoint
    n_iterations: int
    converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class NetProblem:
    """A Cox likelihood and how its coefficients are penalised."""

    data: CoxData
    factor: Floats
    l1_ratio: float
    standardise: bool
    max_iterations: int
    tolerance: float

    @property
    def total_weight(self) -> float:
        """Sum of the case weights, which the likelihood is divided by."""
        return float(self.data.weights.sum())

    def weigh(self, penalty: float) -> tuple[Floats, Floats]:
        """Return the weights of |b| and of b^2 / 2 for scaled coefficients b."""
        scale = np.ones_like(self.factor) if self.standardise else self.data.scale
        weight = penalty * self.factor
        return weight * self.l1_ratio / scale, weight * (1 - self.l1_ratio) / scale**2

    def evaluate(self, coefficients: Floats) -> NetPoint:
        """Evaluate the likelihood and its gradient."""
        sums = sum_risk_sets(self.data, coefficients, self.data.x[:, :0])
        expected = self.data.weights * spread_over_rows(self.data, sums)[:, 0]
        gradient = self.data.x.T @ (self.data.weights * self.data.event - expected)
        return NetPoint(coefficients, sums.log_likelihood, gradient / self.total_weight)

    def find_curvature(self, coefficients: Floats, active: Booleans) -> Floats:
        """Return the information of the active columns per weight."""
        columns = np.ascontiguousarray(self.data.x[:, active])
        sums = sum_risk_sets(self.data, coefficients, columns)
        expected = self.data.weights * spread_over_rows(self.data, sums)[:, 0]
        information = sum_squares(columns, expected)
        return (information - sum_squares(sums.means, self.data.step_weight)) / self.total_weight

    def penalise(self, point: NetPoint, penalty: float) -> float:
        """Return what is minimised."""
        l1, l2 = self.weigh(penalty)
        added = l1 @ np.abs(point.coefficients) + 0.5 * l2 @ point.coefficients**2
        return float(added - point.log_likelihood / self.total_weight)


def list_penalties(problem: NetProblem, n_penalties: int, smallest_ratio: float) -> Floats:
    """Return the path from the smallest penalty that leaves all penalised coefficients 0."""
    free = problem.factor == 0
    start = np.zeros(len(free))
    if free.any():
        # an endless penalty on the others
        start = fit_active(problem, 0.0, start, free).point.coefficients
    gradient = np.abs(problem.evaluate(start).gradient[~free])
    unit = problem.factor[~free] / (1.0 if problem.standardise else problem.data.scale[~free])
    first = float(np.max(gradient / unit)) / max(problem.l1_ratio, LEAST_L1_RATIO)
    if not first > 0:
        raise InputError(
            "no penalised column of `x` moves the likelihood away from 0, so that there is no "
            "largest penalty to start from. Look at the events (all at one time?), or give "
            "`penalties`."
        )
    return np.geomspace(first, first * smallest_ratio, n_penalties)


def follow_path(problem: NetProblem, penalties: Floats) -> list[NetFit]:
    """Fit each penalty, from the coefficients of the one before."""
    start = np.zeros(len(problem.factor))
    gradient = problem.evaluate(start).gradient
    previous = float(penalties[0])
    fits = []
    for penalty in penalties.tolist():
        fit = fit_penalty(problem, penalty, previous, start, gradient)
        start, gradient, previous = fit.point.coefficients, fit.point.gradient, penalty
        fits.append(fit)
    return fits


def fit_penalty(
    problem: NetProblem, penalty: float, previous: float, start: Floats, gradient: Floats
) -> NetFit:
    """Fit one penalty on the columns of the strong rule, and on those that it wrongly left out."""
    bound = problem.weigh(2 * penalty - previous)[0]
    active = (np.abs(gradient) >= bound) | (start != 0) | (problem.factor == 0)
    n_iterations = 0
    while True:
        fit = fit_active(problem, penalty, start, active)
        n_iterations += fit.n_iterations
        l1 = problem.weigh(penalty)[0]
        wrong = ~active & (np.abs(fit.point.gradient) > l1 * (1 + KKT_SLACK) + KKT_SLACK * l1.max())
        if not wrong.any():
            return fit._replace(n_iterations=n_iterations)
        active, start = active | wrong, fit.point.coefficients


def fit_active(problem: NetProblem, penalty: float, start: Floats, active: Booleans) -> NetFit:
    """Minimise over the active columns, all others held at 0."""
    l1, l2 = (weights[active] for weights in problem.weigh(penalty))
    point = problem.evaluate(start)
    curvature = problem.find_curvature(start, active)
    n_iterations, before = 0, np.inf
    while n_iterations < problem.max_iterations:
        target, _ = descend_coordinates(
            curvature, point.gradient[active], point.coefficients[active], l1, l2,
            problem.tolerance / 10, MAX_SWEEPS,
        )  # fmt: skip
        step = np.zeros_like(start)
        step[active] = target - point.coefficients[active]
        longest = np.max(np.abs(step[active]) * np.sqrt(np.diag(curvature)), initial=0.0)
        if longest <= problem.tolerance:
            return NetFit(point, n_iterations, converged=True)
        better = walk_downhill(problem, penalty, point, step)
        if better is None:
            break
        point = better
        n_iterations += 1
        # the curvature is dear and changes little: it is kept while steps shrink fast
        if longest > SLOW_SHRINKING * before:
            curvature = problem.find_curvature(point.coefficients, active)
        before = longest
    return NetFit(point, n_iterations, converged=False)


def walk_downhill(
    problem: NetProblem, penalty: float, start: NetPoint, step: Floats
) -> NetPoint | None:
    """Take the step, halved until the objective does not rise; None when it always rises."""
    reached = problem.penalise(start, penalty)
    for halvings in range(MAX_HALVINGS):
        point = problem.evaluate(start.coefficients + step / 2**halvings)
        if problem.penalise(point, penalty) - reached <= ROUNDING * (1 + abs(reached)):
            return point
    return None
