"""Many effects drawn towards what they have in common, against the winner's curse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.checks import check_choice, check_level, raise_problems
from chorall.stats.effect_mixture import (
    Mixture,
    find_posterior,
    find_posterior_limits,
    fit_mixture,
)
from chorall.stats.heterogeneity import StudyEffects, estimate_reml, fit_weighted
from chorall.stats.limits import find_normal_quantile
from chorall.stats.number_arrays import is_out_of_scale

PRIORS = ("mixture", "normal")
LARGEST = 1e100


@dataclass(frozen=True, slots=True, eq=False)
class ShrunkenEffects:
    """Posterior effects of m estimates, NaN where there was no estimate.

    Attributes
    ----------
    estimate, standard_error : ndarray of shape (m,)
        Posterior mean and standard deviation.
    lower, upper : ndarray of shape (m,)
        Equal-tailed posterior limits.
    null_probability : ndarray of shape (m,)
        Posterior chance that the effect is none at all; NaN with prior "normal".
    prior : str
        "mixture" or "normal".
    prior_mean : float
        What effects are drawn towards: 0 with prior "mixture".
    prior_weights, prior_deviations : ndarray of shape (c,)
        The fitted prior: parts and standard deviations of its normal components. The first of
        "mixture" has standard deviation 0: no effect.
    n_effects : int
        Estimates from which the prior was learnt.
    conf_level : float
        Coverage of the limits.
    """

    estimate: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    null_probability: Floats
    prior: str
    prior_mean: float
    prior_weights: Floats
    prior_deviations: Floats
    n_effects: int
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def shrink_effects(
    estimate: ArrayLike,
    standard_error: ArrayLike,
    *,
    prior: str = "mixture",
    conf_level: float = 0.95,
) -> ShrunkenEffects:
    """Shrink many effects by empirical Bayes: the prior is learnt from all of them.

    Who looks at the largest of many estimates sees estimates that are too large. The posterior
    mean, given what the effects of the same family look like, is not raised by the choice.

    Parameters
    ----------
    estimate : array_like of shape (m,)
        Effects of one family on a scale on which they are nearly normal, such as log hazard
        ratios; NaN stands for none: it stays NaN and does not count.
    standard_error : array_like of shape (m,)
        Their standard errors, above 0; not read where `estimate` is NaN.
    prior : {"mixture", "normal"}, optional
        "mixture": true effects are 0, or normal around 0 with one of a grid of standard
        deviations, in parts that are estimated (two effects spread evenly over the grid are
        counted before any is seen). "normal": they are normal around a common mean,
        both by restricted likelihood; this shrinks few large effects among many nulls too much.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    ShrunkenEffects
        One entry per estimate.

    Raises
    ------
    InputError
        When fewer than three estimates are given, the lengths differ, or a number is out of range.

    See Also
    --------
    pool_effects : The mean of the effects instead of each.
    adjust_p_values : What to call found.

    Notes
    -----
    With "mixture" an effect keeps its sign and never grows, and of two estimates with one standard
    error the larger stays the larger. With "normal" the part (1 - standard_error^2 /
    (tau2 + standard_error^2)) of the distance from the mean remains, less for a larger standard
    error; the limits allow for the estimated mean. Neither allows for the estimated spread of the
    prior. R: ``ashr::ash(estimate, standard_error, mixcompdist = "normal", prior = 1 + 2
    / c)`` with the same grid of c; for "normal" ``metafor::blup(metafor::rma(...))``.

    References
    ----------
    Stephens M (2017). doi:10.1093/biostatistics/kxw041
    Morris CN (1983). doi:10.1080/01621459.1983.10477920
    Efron B (2011). doi:10.1198/jasa.2011.tm11181

    Examples
    --------
    >>> from chorall.stats import shrink_effects
    >>> shrunken = shrink_effects([0.0, 1.0, 2.0], [1.0, 0.5, 1.0], prior="normal")
    >>> round(shrunken.prior_mean, 3), bool(shrunken.estimate[2] < 2.0)
    (1.0, True)
    """
    check_choice(prior, "prior", PRIORS)
    level = check_level(conf_level)
    values, errors = check_family(estimate, standard_error)
    known = np.flatnonzero(~np.isnan(values))
    shrink = shrink_by_mixture if prior == "mixture" else shrink_by_normal
    columns, mixture, mean = shrink(values[known], errors[known], level)
    spread = np.full((5, len(values)), np.nan)
    spread[:, known] = columns
    return ShrunkenEffects(
        estimate=spread[0].copy(),
        standard_error=spread[1].copy(),
        lower=spread[2].copy(),
        upper=spread[3].copy(),
        null_probability=spread[4].copy(),
        prior=prior,
        prior_mean=mean,
        prior_weights=mixture.weights,
        prior_deviations=mixture.deviations,
        n_effects=len(known),
        conf_level=level,
    )


def shrink_by_mixture(
    values: Floats, errors: Floats, level: float
) -> tuple[Floats, Mixture, float]:
    """Return estimate, standard error, limits and chance of none as rows; the prior; its mean."""
    mixture = fit_mixture(values, errors)
    posterior = find_posterior(values, errors, mixture)
    limits = find_posterior_limits(posterior, level)
    return (
        np.array([posterior.mean, posterior.deviation, *limits, posterior.weights[:, 0]]),
        mixture,
        0.0,
    )


def shrink_by_normal(values: Floats, errors: Floats, level: float) -> tuple[Floats, Mixture, float]:
    """Return the same rows for a normal prior whose mean and variance are estimated."""
    effects = StudyEffects(values, errors**2, np.ones((len(values), 1)))
    tau2 = estimate_reml(effects)
    fit = fit_weighted(effects, tau2)
    mean, variance = float(fit.coefficients[0]), float(fit.unscaled_covariance[0, 0])
    drawn = effects.variance / (effects.variance + tau2)
    # the mean is estimated too, and counts by the part that is taken from it
    deviation = np.sqrt(tau2 * drawn + drawn**2 * variance)
    shrunken = values + drawn * (mean - values)
    half = find_normal_quantile(level) * deviation
    rows = [shrunken, deviation, shrunken - half, shrunken + half, np.full(len(values), np.nan)]
    return np.array(rows), Mixture(np.ones(1), np.array([np.sqrt(tau2)])), mean


def check_family(estimate: ArrayLike, standard_error: ArrayLike) -> tuple[Floats, Floats]:
    """Return estimates and standard errors as float64, or raise one gathered InputError."""
    values = np.asarray(estimate, dtype=np.float64)
    errors = np.asarray(standard_error, dtype=np.float64)
    if values.ndim != 1 or values.shape != errors.shape:
        raise InputError(
            f"`estimate` and `standard_error` must be equally long vectors, but have shapes "
            f"{values.shape} and {errors.shape}."
        )
    known = ~np.isnan(values)
    bad_error = known & ~(np.isfinite(errors) & (errors > 0) & ~is_out_of_scale(errors, LARGEST))
    faults = {
        f"`estimate` holds numbers beyond {LARGEST:g}": known & ~(np.abs(values) <= LARGEST),
        "`standard_error` is missing, not above 0, or out of range": bad_error,
    }
    problems = [
        f"{words}: {int(bad.sum())}, first at position {int(np.flatnonzero(bad)[0])}"
        for words, bad in faults.items()
        if bad.any()
    ]
    if known.sum() < 3:
        problems.append(f"{int(known.sum())} estimates are given; a prior needs at least 3")
    raise_problems(problems)
    return values, errors
