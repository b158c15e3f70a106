"""How group variances, group means and deviations of a Cox model are found.

Each column's coefficient is the mean of its group plus a deviation u ~ N(0, variance of the
group). At given variances Newton's method climbs log L - sum of u^2 / (2 variance) over (u, mean);
H is the negative Hessian. Then each variance follows from its fixed point (Schall):

    variance = sum of u^2 / degrees of freedom,  degrees of freedom = p - trace(H^-1) / variance

over the p columns of the group, the same point that EM, (sum of u^2 + trace(H^-1)) / p, comes
to in more steps. Newton's method works on u / sqrt(variance), so that a variance may be 0.
CoxRFX takes the degrees of freedom that R's coxph prints for a ridge term, the trace of
(H^-1)_gg^-1 (H^-1 I H^-1)_gg, which is smaller where columns of different groups are correlated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import ConvergenceError
from chorall.stats.arrays import Floats
from chorall.stats.random_effects_model import EffectsFit, EffectsPoint, GroupedModel

MAX_HALVINGS = 30
MAX_NEWTON_STEPS = 100
# a log-likelihood is a sum of n terms: differences below this part of it are rounding
ROUNDING = 1e-12
# Newton steps, in standard errors, left untaken before an update of the variances: at most the
# first, less as the variances change less (this part of their change); at the end the last, or,
# where variances may be off by more, this part of their tolerance
ROUGH_STEP = 1e-2
STEP_PER_CHANGE = 0.1
LAST_STEP = 1e-8
STEP_PER_TOLERANCE = 1e-2
# Updates approach their limit by a steady rate: from three of them in a row the limit is guessed
# (Aitken), for rates up to this one. The fixed point stays the same.
FASTEST_RATE = 0.97
LONGEST_GUESS = 5.0
# a group with fewer effective degrees of freedom that still shrinks has no variance
VANISHING_FREEDOM = 1e-2


@dataclass(frozen=True, slots=True)
class VarianceSettings:
    """How the variances are found."""

    start_variance: float
    prior_weight: float
    max_iterations: int
    tolerance: float
    freedom: str


def estimate_variances(
    model: GroupedModel,
    known: Floats | None,
    settings: VarianceSettings,
    start: tuple[Floats, Floats] | None = None,
) -> EffectsFit:
    """Update variances and effects in turn until neither changes; `start` has both."""
    g = len(model.has_mean)
    variances = np.full(g, settings.start_variance) if known is None else known
    if start is None:
        point = model.evaluate(np.zeros(model.n_columns + len(model.members)))
        null = point.log_likelihood
    else:
        null = model.find_null()
        if known is None:
            variances = np.where(start[1] > 0, start[1], settings.start_variance)
        point = restrict(model, model.evaluate(start[0]), variances)
    change, n_steps, n_updates = np.inf if known is None else 0.0, 0, 0
    recent = [variances]
    while change > settings.tolerance and n_updates < settings.max_iterations:
        untaken = max(min(ROUGH_STEP, STEP_PER_CHANGE * change), LAST_STEP)
        # at least one step: deviations that stay would send a small variance to and fro
        point, inverse, taken = climb(model, point, variances, untaken, at_least=1)
        n_steps += taken
        updated = update_variances(model, point, variances, inverse, settings)
        change = find_largest_change(model, point, variances, updated)
        recent.append(updated)
        if len(recent) == 3 and change > settings.tolerance:
            updated = extrapolate(*recent)
            recent = [updated]
        if (updated == 0).any():
            point = restrict(model, point, updated)
        variances = updated
        n_updates += 1
    last = STEP_PER_TOLERANCE * settings.tolerance if known is None else 0.0
    point, inverse, taken = climb(model, point, variances, max(last, LAST_STEP))
    freedom = count_freedom(model, inverse, settings.freedom)
    roots = model.find_roots(variances)
    units = np.outer(roots, roots)
    return EffectsFit(
        point, model.penalise(point, variances), inverse * units,
        model.find_sandwich(inverse) * units, variances, freedom,
        (variances == 0) & (known is None), change, null,
        n_updates, n_steps + taken, converged=change <= settings.tolerance,
    )  # fmt: skip


def climb(
    model: GroupedModel,
    point: EffectsPoint,
    variances: Floats,
    longest_step: float,
    at_least: int = 0,
) -> tuple[EffectsPoint, Floats, int]:
    """Take Newton steps until the next is short; return the point, H^-1 and their number."""
    for taken in range(MAX_NEWTON_STEPS):
        step, length, inverse = model.find_step(point, variances)
        if length <= longest_step and taken >= at_least:
            return point, inverse, taken
        better = walk_uphill(model, point, step, variances)
        if better is None:
            # nothing is left to climb but rounding
            return point, inverse, taken
        point = better
    raise ConvergenceError(
        f"the random-effects Cox fit did not reach its maximum in {MAX_NEWTON_STEPS} Newton steps "
        "at given variances: look for a group mean that separates the events."
    )


def walk_uphill(
    model: GroupedModel, start: EffectsPoint, step: Floats, variances: Floats
) -> EffectsPoint | None:
    """Take the step, halved until the objective does not fall; None when it always falls."""
    reached = model.penalise(start, variances)
    slack = ROUNDING * (1 + abs(reached))
    for halvings in range(MAX_HALVINGS):
        point = model.evaluate(start.effects + step / 2**halvings)
        if model.penalise(point, variances) >= reached - slack:
            return point
    return None


def count_freedom(model: GroupedModel, inverse: Floats, rule: str) -> Floats:
    """Return the effective degrees of freedom of each group; H^-1 is in standard deviations."""
    if rule == "schall":
        return model.sum_by_group(1 - np.diag(inverse)[: model.n_columns])
    sandwich = model.find_sandwich(inverse)
    freedom = np.zeros(len(model.has_mean))
    for group in range(len(freedom)):
        own = np.flatnonzero(model.codes == group)
        block = np.ix_(own, own)
        freedom[group] = np.trace(np.linalg.solve(inverse[block], sandwich[block]))
    return freedom


def update_variances(
    model: GroupedModel,
    point: EffectsPoint,
    variances: Floats,
    inverse: Floats,
    settings: VarianceSettings,
) -> Floats:
    """Return the variances of the next round; 0 for a group whose variance vanishes."""
    freedom = count_freedom(model, inverse, settings.freedom)
    squares = model.sum_by_group(point.effects[: model.n_columns] ** 2)
    prior = settings.prior_weight
    numerator = squares + prior * settings.start_variance
    updated = np.divide(
        numerator, freedom + prior, out=np.zeros_like(freedom), where=freedom + prior > 0
    )
    vanishing = (freedom < VANISHING_FREEDOM) & (updated < variances)
    return np.where(vanishing, 0.0, updated)


def extrapolate(first: Floats, second: Floats, third: Floats) -> Floats:
    """Return the limit of a geometric approach on the logarithm, for each variance by itself."""
    with np.errstate(divide="ignore", invalid="ignore"):
        before, after = np.log(second / first), np.log(third / second)
        rate = after / before
        limit = third * np.exp(np.clip(after * rate / (1 - rate), -LONGEST_GUESS, LONGEST_GUESS))
    steady = (third > 0) & (rate > 0) & (rate < FASTEST_RATE)
    return np.where(steady, limit, third)


def find_largest_change(
    model: GroupedModel, point: EffectsPoint, before: Floats, after: Floats
) -> float:
    """Return the largest change of a variance, as part of it and of that of an estimate.

    The latter, the inverse of a column's mean information, is the size below which a variance
    does not show: without it a variance on its way to 0 would never arrive.
    """
    own = np.diag(point.information)[: model.n_columns]
    with np.errstate(divide="ignore"):
        unseen = np.bincount(model.codes) / model.sum_by_group(own)
    return float(np.max(np.abs(after - before) / (np.maximum(before, after) + unseen)))


def restrict(model: GroupedModel, point: EffectsPoint, variances: Floats) -> EffectsPoint:
    """Return the point without deviations where the variance is 0."""
    effects = point.effects.copy()
    effects[: model.n_columns][variances[model.codes] == 0] = 0
    return point if np.array_equal(effects, point.effects) else model.evaluate(effects)
