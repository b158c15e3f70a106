"""Overlap weights: compare the patients who might have been treated either way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from chorall.stats import fit_logistic

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OverlapWeights:
    """Propensities and weights of n patients.

    Attributes
    ----------
    propensity : ndarray of float, shape (n,)
        Probability of treatment given covariates and stratum.
    weights : ndarray of float, shape (n,)
        1 - propensity of the treated, propensity of the others, scaled to a mean of 1 in either
        group; NaN where separated.
    effective : tuple of float
        Effective numbers of treated and others, (sum w)^2 / sum w^2.
    separated : bool
        True where covariates tell treated from others without an error: no overlap at all.
    """

    propensity: Floats
    weights: Floats
    effective: tuple[float, float]
    separated: bool


def weigh_overlap(
    x: Floats, treated: NDArray[np.bool_], strata: NDArray[np.int64]
) -> OverlapWeights:
    """Weigh patients by how far they might have been treated otherwise.

    Parameters
    ----------
    x : ndarray of float, shape (n, p)
        Covariates, none missing, none constant within all strata.
    treated : ndarray of bool, shape (n,)
        True where treated; every stratum holds both.
    strata : ndarray of int, shape (n,)
        Each has an intercept of its own in the logistic model of treatment.

    Returns
    -------
    OverlapWeights
        The weighted means of every covariate, and the weighted shares of every stratum, are the
        same in both groups exactly. R: ``PSweight::PSweight(weight = "overlap")``.

    References
    ----------
    Li F, Morgan KL, Zaslavsky AM (2018). doi:10.1080/01621459.2016.1260466
    """
    fit = fit_logistic(x, treated, strata=strata)
    if fit.separated:
        nothing = np.full(len(treated), np.nan)
        return OverlapWeights(nothing, nothing, (0.0, 0.0), True)
    place = np.searchsorted(fit.strata, strata)
    propensity = expit(fit.intercept[place] + x @ fit.log_odds_ratio)
    weights = np.where(treated, 1 - propensity, propensity)
    sizes = []
    for side in (treated, ~treated):
        weights[side] /= weights[side].mean()
        sizes.append(float(weights[side].sum() ** 2 / (weights[side] ** 2).sum()))
    return OverlapWeights(propensity, weights, (sizes[0], sizes[1]), False)


def measure_balance(
    x: Floats, treated: NDArray[np.bool_], weights: Floats
) -> tuple[Floats, Floats]:
    """Return standardised mean differences of each covariate, before and after weighting.

    Treated less others, in units of the root of the mean of both variances before weighting; 0
    where a covariate does not vary.
    """
    spread = np.sqrt((x[treated].var(axis=0) + x[~treated].var(axis=0)) / 2)
    safe = np.where(spread > 0, spread, 1.0)
    before = (x[treated].mean(axis=0) - x[~treated].mean(axis=0)) / safe
    means = [np.average(x[side], axis=0, weights=weights[side]) for side in (treated, ~treated)]
    return before, (means[0] - means[1]) / safe
