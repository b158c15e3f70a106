"""The fit under pooled effects and meta-regressions: coefficients, covariance, t or normal."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import add_bad_places, check_lengths, raise_problems, read_numbers
from chorall.stats.heterogeneity import (
    Heterogeneity,
    StudyEffects,
    count_spare,
    fit_weighted,
    measure_heterogeneity,
)
from chorall.stats.limits import find_normal_quantile
from chorall.stats.number_arrays import is_out_of_range, is_out_of_scale

ONE_STUDY = (
    "there is one study: tau2 is not known, no prediction is possible, and the limits are the "
    "study's own"
)
NARROWER = (
    "the studies differ less than chance alone would have it, so that the Hartung-Knapp limits "
    "are narrower than the usual ones; look at hartung_knapp=False as well"
)
# variances and their inverses stay within floating point
LARGEST_EFFECT = 1e152


class PooledFit(NamedTuple):
    """Coefficients at the estimated variance between studies."""

    coefficients: Floats
    covariance: Floats
    weights: Floats
    heterogeneity: Heterogeneity
    degrees_of_freedom: float
    warnings: tuple[str, ...]


def check_effects(estimate: ArrayLike, standard_error: ArrayLike) -> tuple[Floats, Floats]:
    """Return effects and standard errors as float64, or raise one gathered InputError."""
    problems: list[str] = []
    values = read_numbers(estimate, "estimate", problems)
    errors = read_numbers(standard_error, "standard_error", problems)
    raise_problems(problems)
    check_lengths(estimate=values, standard_error=errors)
    add_bad_places(problems, "estimate", ~np.isfinite(values), "missing or infinite")
    not_positive = ~(np.isfinite(errors) & (errors > 0))
    add_bad_places(problems, "standard_error", not_positive, "not a finite number above 0")
    fault = f"beyond {LARGEST_EFFECT:g} (give another unit)"
    add_bad_places(problems, "estimate", is_out_of_range(values, LARGEST_EFFECT), fault)
    fault = f"beyond {LARGEST_EFFECT:g} or below its inverse (give another unit)"
    add_bad_places(problems, "standard_error", is_out_of_scale(errors, LARGEST_EFFECT), fault)
    raise_problems(problems)
    return values, errors


def fit_pooled(
    effects: StudyEffects, method: str, hartung_knapp: bool, conf_level: float
) -> PooledFit:
    """Fit the design at the estimated tau2, with the covariance asked for."""
    heterogeneity = measure_heterogeneity(effects, method, conf_level)
    spare = count_spare(effects)
    fit = fit_weighted(effects, 0.0 if np.isnan(heterogeneity.tau2) else heterogeneity.tau2)
    covariance, degrees_of_freedom = fit.unscaled_covariance, float("inf")
    warnings = () if spare else (ONE_STUDY,)
    if hartung_knapp and method != "fixed" and spare:
        scale = fit.residual_sum / spare
        covariance, degrees_of_freedom = covariance * scale, float(spare)
        normal, student = find_normal_quantile(conf_level), find_quantile(spare, conf_level)
        warnings = (NARROWER,) if student * np.sqrt(scale) < normal else ()
    return PooledFit(
        fit.coefficients, covariance, fit.weights, heterogeneity, degrees_of_freedom, warnings
    )


def find_quantile(degrees_of_freedom: float, conf_level: float) -> float:
    """Return the two-sided quantile of t, of the normal when the degrees are infinite."""
    if np.isinf(degrees_of_freedom):
        return find_normal_quantile(conf_level)
    return float(stdtrit(degrees_of_freedom, (1 + conf_level) / 2))


def find_two_sided_p(statistic: float, degrees_of_freedom: float) -> float:
    """Return the two-sided p-value of a t statistic, of z when the degrees are infinite."""
    size = -abs(statistic)
    tail = ndtr(size) if np.isinf(degrees_of_freedom) else stdtr(degrees_of_freedom, size)
    return float(2 * tail)
