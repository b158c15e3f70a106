"""The calibration line and the smooth calibration curve, by regression of outcomes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Floats
from chorall.stats.complementary_log_log import (
    Target,
    find_probability,
    fit_complementary_log_log,
)
from chorall.stats.restricted_spline import build_spline, place_knots

CURVE_POINTS = 101


class SmoothCurve(NamedTuple):
    """Predicted against observed risk, and the distances of all patients' predictions from it."""

    predicted: Floats
    observed: Floats
    lower: Floats
    upper: Floats
    distances: Floats


def fit_line(
    scale: Floats, target: Target, quantile: float, *, is_slope: bool
) -> tuple[float, float, float, float]:
    """Return the slope, or the intercept at slope 1, with its error and limits."""
    constant = np.ones((len(scale), 1))
    if is_slope:
        # around the mean the two coefficients hardly depend on each other
        design = np.column_stack([constant, scale - scale.mean()])
        offset, start = np.full(len(scale), scale.mean()), np.array([0.0, 1.0])
    else:
        design, offset, start = constant, scale, np.zeros(1)
    fit = fit_complementary_log_log(design, target, offset, start)
    value, error = float(fit.coefficients[-1]), float(np.sqrt(fit.covariance[-1, -1]))
    return value, error, value - quantile * error, value + quantile * error


def fit_curve(scale: Floats, target: Target, n_knots: int, quantile: float) -> SmoothCurve:
    """Return the smooth curve; NaN when it cannot be fitted."""
    centre = scale.mean()
    knots = place_knots(scale - centre, n_knots)
    low, high = np.quantile(scale, [0.01, 0.99])
    grid = np.linspace(low, high, CURVE_POINTS) - centre
    of_patients, of_grid = (
        np.column_stack([np.ones(len(x)), build_spline(x, knots)]) for x in (scale - centre, grid)
    )
    start = np.zeros(of_patients.shape[1])
    start[1] = 1.0
    fit = fit_complementary_log_log(of_patients, target, np.full(len(scale), centre), start)
    height = centre + of_grid @ fit.coefficients
    width = quantile * np.sqrt(np.einsum("ij,jk,ik->i", of_grid, fit.covariance, of_grid))
    fitted = find_probability(centre + of_patients @ fit.coefficients)
    return SmoothCurve(
        find_probability(centre + grid),
        find_probability(height),
        find_probability(height - width),
        find_probability(height + width),
        np.abs(fitted - find_probability(scale)),
    )
