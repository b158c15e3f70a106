"""A Cox likelihood in the deviations and the means of groups of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chorall.errors import ConvergenceError
from chorall.stats._cox_rows import multiply_columns
from chorall.stats._positive import invert_positive
from chorall.stats.arrays import Booleans, Floats, Integers
from chorall.stats.cox_data import CoxData
from chorall.stats.cox_likelihood import evaluate_likelihood, sum_risk_sets, sum_squares


@dataclass(frozen=True, slots=True, eq=False)
class EffectsPoint:
    """Likelihood, without penalty, at deviations and means (`effects`), in units of `x`."""

    effects: Floats
    log_likelihood: float
    gradient: Floats
    information: Floats


class EffectsFit(NamedTuple):
    """What the ascent came to.

    `inverse` is H^-1 of deviations and means, `sandwich` is H^-1 I H^-1.
    """

    point: EffectsPoint
    objective: float
    inverse: Floats
    sandwich: Floats
    variances: Floats
    degrees_of_freedom: Floats
    has_vanished: Booleans
    largest_change: float
    log_likelihood_null: float
    n_iterations: int
    n_newton_steps: int
    converged: bool


class GroupedModel:
    """A Cox likelihood in the deviations of p columns and the means of some of g groups."""

    def __init__(self, data: CoxData, codes: Integers, has_mean: Booleans) -> None:
        self.data, self.codes, self.has_mean = data, codes, has_mean
        self.n_columns = len(codes)
        self.members = (codes == np.flatnonzero(has_mean)[:, None]).astype(np.float64)

    def join_effects(self, effects: Floats) -> Floats:
        """Return the coefficients, mean plus deviation."""
        means = effects[self.n_columns :] @ self.members
        return np.asarray(effects[: self.n_columns] + means, dtype=np.float64)

    def find_roots(self, variances: Floats) -> Floats:
        """Return the unit of each effect: the standard deviation of its group, 1 for a mean."""
        return np.concatenate([np.sqrt(variances)[self.codes], np.ones(len(self.members))])

    def evaluate(self, effects: Floats) -> EffectsPoint:
        """Evaluate the likelihood with its derivatives by deviations and means."""
        scale = self.data.scale
        found = evaluate_likelihood(self.data, self.join_effects(effects) * scale)
        gradient = found.gradient * scale
        information = found.information * np.outer(scale, scale)
        across = self.members @ information
        return EffectsPoint(
            effects,
            found.log_likelihood,
            np.concatenate([gradient, self.members @ gradient]),
            np.block([[information, across.T], [across, across @ self.members.T]]),
        )

    def find_null(self) -> float:
        """Return the log-likelihood without effects."""
        no_columns = np.empty((len(self.data.time), 0))
        zeros = np.zeros(self.n_columns)
        return float(sum_risk_sets(self.data, zeros, no_columns, squares_only=True).log_likelihood)

    def penalise(self, point: EffectsPoint, variances: Floats) -> float:
        """Return the log-likelihood plus the log density of deviations that have a variance."""
        own = variances[self.codes]
        squares = self.whiten(point.effects, variances) ** 2
        return point.log_likelihood - 0.5 * float(squares.sum() + np.log(own[own > 0]).sum())

    def find_step(self, point: EffectsPoint, variances: Floats) -> tuple[Floats, float, Floats]:
        """Return the Newton step, its length in standard errors and H^-1, unit as `find_roots`."""
        roots = self.find_roots(variances)
        hessian = point.information * np.outer(roots, roots)
        diagonal = np.einsum("ii->i", hessian)
        diagonal[: self.n_columns] += 1
        gradient = point.gradient * roots
        gradient[: self.n_columns] -= self.whiten(point.effects, variances)
        inverse = invert_positive(hessian)
        if inverse is None:
            raise ConvergenceError(
                "a group mean cannot be told from the others: their sums of columns are collinear "
                "or do not vary. Leave the group out of `mean_groups`."
            )
        step = multiply_columns(inverse, gradient, np.zeros_like(gradient))
        return step * roots, float(np.sqrt(max(float(step @ gradient), 0.0))), inverse

    def whiten(self, effects: Floats, variances: Floats) -> Floats:
        """Return deviations in standard deviations of their group; 0 without variance."""
        roots = self.find_roots(variances)[: self.n_columns]
        deviations = effects[: self.n_columns]
        return np.divide(deviations, roots, out=np.zeros_like(roots), where=roots > 0)

    def sum_by_group(self, values: Floats) -> Floats:
        """Sum one value per column over each group."""
        sums = np.bincount(self.codes, weights=values, minlength=len(self.has_mean))
        return np.asarray(sums, dtype=np.float64)

    def find_sandwich(self, inverse: Floats) -> Floats:
        """Return H^-1 I H^-1 in the unit of `find_roots`, as is H^-1: there H = I + D.

        D is 1 for deviations and 0 for means, so it is H^-1 - H^-1 D H^-1. Where nothing is known
        of a deviation but its variance, what is left has few digits, and is next to nothing.
        """
        own = inverse[: self.n_columns]
        return np.asarray(inverse - sum_squares(own, np.ones(len(own))))

    def join_covariance(self, covariance: Floats) -> Floats:
        """Return the covariance of mean plus deviation."""
        p, members = self.n_columns, self.members
        across = covariance[:p, p:] @ members
        of_means = members.T @ (covariance[p:, p:] @ members)
        return np.asarray(covariance[:p, :p] + across + across.T + of_means, dtype=np.float64)
