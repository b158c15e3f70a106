"""The saddlepoint p-value of one marker's score statistic, from its definition, slowly."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from chorall.stats import find_cox_residuals, fit_cox


def find_plain_p_value(marker, time, event, *, covariates, strata, entry_time=None):
    """Return the p-value on the tested patients; every sum is taken patient by patient."""
    tested = ~np.isnan(marker)
    marker, time, event = marker[tested], time[tested], event[tested]
    x, strata = covariates[tested], strata[tested]
    entry = None if entry_time is None else entry_time[tested]
    fit = fit_cox(x, time, event, entry_time=entry, strata=strata, tolerance=1e-11)
    residuals = find_cox_residuals(fit)
    expected = event - residuals
    eventful = np.isin(strata, np.unique(strata[event]))
    adjusted = adjust_plainly(marker, x, strata, expected, eventful)
    draws = [residuals[strata == strata[i]] for i in np.flatnonzero(eventful)]
    values = adjusted[eventful]
    statistic = float(values @ residuals[eventful])
    return find_upper_tail(abs(statistic), values, draws) + find_upper_tail(
        abs(statistic), -values, draws
    )


def adjust_plainly(marker, x, strata, expected, eventful):
    """Take the residuals of the weighted regression on strata and covariates."""
    dummies = [(strata == label) * 1.0 for label in np.unique(strata[eventful])]
    design = np.column_stack([*dummies, x])[eventful]
    weights = expected[eventful]
    normal = design.T @ (weights[:, None] * design)
    coefficients = np.linalg.solve(normal, design.T @ (weights * marker[eventful]))
    adjusted = np.zeros(len(marker))
    adjusted[eventful] = marker[eventful] - design @ coefficients
    return adjusted


def find_cumulants(t, values, draws):
    """Return the generating function and its two derivatives at t."""
    total = np.zeros(3)
    for value, residuals in zip(values, draws, strict=True):
        exponents = t * value * residuals
        peak = exponents.max()
        tilted = np.exp(exponents - peak)
        share = tilted / tilted.sum()
        mean = share @ residuals
        total += (
            peak + np.log(tilted.mean()),
            value * mean,
            value**2 * (share @ (residuals - mean) ** 2),
        )
    return total


def find_upper_tail(statistic, values, draws):
    """Return the probability of at least `statistic` by Barndorff-Nielsen's formula."""
    deviation = np.sqrt(find_cumulants(0.0, values, draws)[2])
    reach = 1.0
    while find_cumulants(reach / deviation, values, draws)[1] < statistic:
        reach *= 2
    root = brentq(
        lambda t: find_cumulants(t, values, draws)[1] - statistic,
        -1 / deviation,
        reach / deviation,
        xtol=1e-14 / deviation,
    )
    function, _, curvature = find_cumulants(root, values, draws)
    w = np.sign(root) * np.sqrt(2 * (root * statistic - function))
    v = root * np.sqrt(curvature)
    return float(norm.sf(w + np.log(v / w) / w))
