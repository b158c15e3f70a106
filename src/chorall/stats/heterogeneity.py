"""The variance between studies: its estimates, its interval and what part of the whole it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, chdtri

from chorall.stats.arrays import Floats
from chorall.stats.root_finding import find_root, find_sign_change

METHODS = ("reml", "fixed", "pm", "dl")
# the restricted likelihood can have several maxima: its slope is searched at so many places
GRID_SIZE = 60


class StudyEffects(NamedTuple):
    """Effects of k studies, their sampling variances and the design of shape (k, p)."""

    estimate: Floats
    variance: Floats
    design: Floats


class WeightedFit(NamedTuple):
    """A weighted least squares fit with weights 1 / (variance + tau2)."""

    coefficients: Floats
    unscaled_covariance: Floats
    weights: Floats
    leverage: Floats
    residuals: Floats

    @property
    def residual_sum(self) -> float:
        """Weighted sum of squared residuals: Cochran's Q when tau2 is 0."""
        return float(np.sum(self.weights * self.residuals**2))

    @property
    def projection_trace(self) -> float:
        """Trace of W - W X (X'WX)^-1 X'W."""
        return float(np.sum(self.weights * (1 - self.leverage)))


def fit_weighted(effects: StudyEffects, tau2: float) -> WeightedFit:
    """Fit the design to the effects when the variance between studies is `tau2`."""
    weights = 1 / (effects.variance + tau2)
    if effects.design.shape[1] == 1 < len(weights):
        return fit_one_column(effects, weights)
    root = np.sqrt(weights)
    orthogonal, triangle = np.linalg.qr(root[:, None] * effects.design)
    inverse = np.linalg.inv(triangle)
    coefficients = inverse @ (orthogonal.T @ (root * effects.estimate))
    return WeightedFit(
        coefficients=coefficients,
        unscaled_covariance=inverse @ inverse.T,
        weights=weights,
        leverage=np.sum(orthogonal**2, axis=1),
        residuals=effects.estimate - effects.design @ coefficients,
    )


def fit_one_column(effects: StudyEffects, weights: Floats) -> WeightedFit:
    """Fit a design of one column in closed form: pooling calls this a hundred times."""
    column = effects.design[:, 0]
    weighted = weights * column
    total = float(weighted @ column)
    coefficients = np.array([float(weighted @ effects.estimate) / total])
    return WeightedFit(
        coefficients=coefficients,
        unscaled_covariance=np.array([[1 / total]]),
        weights=weights,
        leverage=weighted * column / total,
        residuals=effects.estimate - column * coefficients[0],
    )


def estimate_tau2(effects: StudyEffects, method: str) -> float:
    """Return the variance between studies by one of `METHODS`, never below 0."""
    if method == "fixed":
        return 0.0
    if method == "dl":
        return estimate_dersimonian_laird(effects)
    if method == "pm":
        return solve_generalised_q(effects, count_spare(effects))
    return estimate_reml(effects)


def count_spare(effects: StudyEffects) -> int:
    """Return the residual degrees of freedom k - p."""
    n_studies, n_coefficients = effects.design.shape
    return int(n_studies - n_coefficients)


def estimate_dersimonian_laird(effects: StudyEffects) -> float:
    """Return the moment estimate of DerSimonian and Laird."""
    fit = fit_weighted(effects, 0.0)
    return max((fit.residual_sum - count_spare(effects)) / fit.projection_trace, 0.0)


def solve_generalised_q(effects: StudyEffects, target: float) -> float:
    """Return the tau2 at which the weighted sum of squared residuals is `target`, or 0.

    At the degrees of freedom that is the estimate of Paule and Mandel, at quantiles of
    chi-square the limits of the Q-profile.
    """

    def excess(tau2: float) -> float:
        return fit_weighted(effects, tau2).residual_sum - target

    if excess(0.0) <= 0:
        return 0.0
    high = find_sign_change(excess, float(np.mean(effects.variance)))
    return find_root(excess, 0.0, high) if np.isfinite(high) else high


def estimate_reml(effects: StudyEffects) -> float:
    """Return the place of the highest maximum of the restricted likelihood."""

    def slope(tau2: float) -> float:
        fit = fit_weighted(effects, tau2)
        return float(np.sum((fit.weights * fit.residuals) ** 2)) - fit.projection_trace

    spread = float(np.sum((effects.estimate - effects.estimate.mean()) ** 2))
    largest = 10 * (spread + float(effects.variance.max()))
    smallest = 1e-4 * float(effects.variance.min())
    grid = np.concatenate([[0.0], np.geomspace(smallest, largest, GRID_SIZE)])
    rising = find_slopes(effects, grid, slope) > 0
    turns = np.flatnonzero(rising[:-1] & ~rising[1:])
    maxima = [find_root(slope, grid[turn], grid[turn + 1]) for turn in turns]
    if not rising[0]:
        maxima.append(0.0)
    return max(maxima, key=lambda tau2: find_restricted_log_likelihood(effects, tau2))


def find_slopes(
    effects: StudyEffects, grid: Floats, slope: Callable[[float], float]
) -> Floats:  # fmt: skip
    """Return the slope of the restricted likelihood at many places; one column goes all at once."""
    if effects.design.shape[1] > 1:
        return np.array([slope(place) for place in grid])
    column = effects.design[:, 0]
    weights = 1 / (effects.variance + grid[:, None])
    weighted = weights * column
    total = weighted @ column
    residuals = effects.estimate - np.outer(weighted @ effects.estimate / total, column)
    leverage = weighted * column / total[:, None]
    slopes = ((weights * residuals) ** 2).sum(axis=1) - (weights * (1 - leverage)).sum(axis=1)
    return np.asarray(slopes, dtype=np.float64)


def find_restricted_log_likelihood(effects: StudyEffects, tau2: float) -> float:
    """Return the restricted log-likelihood up to a constant."""
    fit = fit_weighted(effects, tau2)
    log_determinant = float(np.linalg.slogdet(fit.unscaled_covariance)[1])
    return 0.5 * (float(np.sum(np.log(fit.weights))) + log_determinant - fit.residual_sum)


def find_tau2_limits(effects: StudyEffects, conf_level: float) -> tuple[float, float]:
    """Return the limits of tau2 by the Q-profile; both 0 when Q is too small for any tau2."""
    spare, tail = count_spare(effects), (1 - conf_level) / 2
    lower_target, upper_target = chdtri(spare, tail), chdtri(spare, 1 - tail)
    lower = solve_generalised_q(effects, float(lower_target))
    return lower, solve_generalised_q(effects, float(upper_target))


class Heterogeneity(NamedTuple):
    """How much the studies differ beyond chance."""

    tau2: float
    tau2_lower: float
    tau2_upper: float
    i_squared: float
    q: float
    q_degrees_of_freedom: int
    q_p_value: float


def measure_heterogeneity(effects: StudyEffects, method: str, conf_level: float) -> Heterogeneity:
    """Return tau2 with its limits, I2 and Cochran's test; NaN where no study is to spare."""
    spare = count_spare(effects)
    if not spare:
        unknown = float("nan")
        tau2 = 0.0 if method == "fixed" else unknown
        return Heterogeneity(tau2, unknown, unknown, unknown, 0.0, 0, unknown)
    common = fit_weighted(effects, 0.0)
    q = common.residual_sum
    tau2 = estimate_tau2(effects, method)
    if method == "fixed":
        lower = upper = float("nan")
        i_squared = max(0.0, (q - spare) / q) if q > 0 else 0.0
    else:
        lower, upper = find_tau2_limits(effects, conf_level)
        i_squared = tau2 / (tau2 + spare / common.projection_trace)
    return Heterogeneity(tau2, lower, upper, i_squared, q, spare, float(chdtrc(spare, q)))
