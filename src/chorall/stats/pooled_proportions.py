"""One proportion from several studies: exact binomial counts, log odds normal between studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import chdtri, expit, logit, ndtr

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike
from chorall.stats.binomial_normal import (
    LARGEST_SPREAD,
    Counts,
    Maximum,
    evaluate_likelihood,
    maximise_likelihood,
)
from chorall.stats.checks import check_level
from chorall.stats.pooled_fit import find_quantile
from chorall.stats.proportion import check_counts, find_clopper_pearson_limits
from chorall.stats.root_finding import find_root, find_sign_change

# starts of the climb: the likelihood may have a maximum at spread 0 and another away from it
STARTING_SPREADS = (0.2, 1.0, 3.0)
# spreads (in log odds) below this are 0 but for rounding
SMALLEST_SPREAD = 1e-6
PROFILE_STEPS = 100
# the profile is flat at its height: an error of the mean enters it squared
PROFILE_TOLERANCE = 1e-8
ONE_SIDED = (
    "all patients or none had the event: the variance between studies is not known and the limits "
    "are the exact ones of all studies taken together"
)
ONE_STUDY = "there is one study: tau2 is not known and no prediction is possible"
NOT_CONVERGED = "the likelihood did not reach its maximum: do not use the numbers"


@dataclass(frozen=True, slots=True)
class PooledProportion:
    """A proportion pooled over k studies.

    Attributes
    ----------
    estimate, lower, upper : float
        The proportion of a typical study (at the mean of the log odds) with its limits.
    prediction_lower, prediction_upper : float
        Limits for the true proportion of one more study; NaN when tau2 is not known.
    log_odds, standard_error : float
        Mean of the log odds; infinite with NaN when all patients or none had the event.
    tau2, tau2_lower, tau2_upper : float
        Variance of the log odds between studies, with profile likelihood limits.
    likelihood_ratio, heterogeneity_p_value : float
        Test that the studies share one proportion; its p-value is half that of chi-square with
        one degree of freedom, because tau2 = 0 lies on the border.
    n_events, n : int
        Events and patients of all studies.
    n_studies : int
        Studies with at least one patient.
    log_likelihood : float
        At the estimates, binomial coefficients included.
    t_distribution : bool
        Whether limits use t with n_studies - 1 degrees of freedom.
    conf_level : float
        Coverage of all limits.
    warnings : tuple of str
        What the reader must know; empty when all is well.
    """

    estimate: float
    lower: float
    upper: float
    prediction_lower: float
    prediction_upper: float
    log_odds: float
    standard_error: float
    tau2: float
    tau2_lower: float
    tau2_upper: float
    likelihood_ratio: float
    heterogeneity_p_value: float
    n_events: int
    n: int
    n_studies: int
    log_likelihood: float
    t_distribution: bool
    conf_level: float
    warnings: tuple[str, ...]


class Spread(NamedTuple):
    """The variance between studies and what is said of it."""

    tau2: float = float("nan")
    tau2_lower: float = float("nan")
    tau2_upper: float = float("nan")
    likelihood_ratio: float = float("nan")
    heterogeneity_p_value: float = float("nan")


def pool_proportions(
    n_events: ArrayLike,
    n: ArrayLike,
    *,
    t_distribution: bool = True,
    conf_level: float = 0.95,
) -> PooledProportion:
    """Pool proportions of several studies by a binomial-normal model.

    Parameters
    ----------
    n_events : array_like of int, shape (k,)
        Patients with the finding in each study; 0 is welcome, nothing is added to it.
    n : array_like of int, shape (k,)
        Patients tested in each study; studies without any do not count.
    t_distribution : bool, optional
        True takes limits from t with k - 1 degrees of freedom, which covers better with few
        studies; False from the normal distribution. One study always gets the normal.
    conf_level : float, optional
        Coverage of all limits.

    Returns
    -------
    PooledProportion
        The proportion of a typical study and how much studies differ.

    Raises
    ------
    InputError
        When counts are missing, negative, not whole, `n_events` is above `n`, or nobody was
        tested.

    See Also
    --------
    proportion_interval : One study.
    pool_effects : Effects that are nearly normal.

    Notes
    -----
    R: ``metafor::rma.glmm(xi = n_events, ni = n, measure = "PLO", nAGQ = 25, test = "t")``;
    ``lme4::glmer(cbind(n_events, n - n_events) ~ 1 + (1 | study), binomial, nAGQ = 25)``.
    The mean of the proportions themselves lies nearer to a half than `estimate`.

    References
    ----------
    Stijnen T, Hamza TH, Ozdemir P (2010). doi:10.1002/sim.4040
    Hamza TH, van Houwelingen HC, Stijnen T (2008). doi:10.1016/j.jclinepi.2007.03.016

    Examples
    --------
    >>> from chorall.stats import pool_proportions
    >>> pooled = pool_proportions([12, 30, 7], [120, 190, 95])
    >>> round(pooled.estimate, 3), round(pooled.tau2, 3)
    (0.114, 0.053)
    """
    level = check_level(conf_level)
    counts = check_study_counts(n_events, n)
    total = (int(counts.n_events.sum()), int(counts.n.sum()))
    if total[0] in (0, total[1]):
        return describe_one_sided(total, len(counts.n), level)
    if len(counts.n) == 1:
        best, spread = climb_common(counts), Spread()
        warnings: tuple[str, ...] = (ONE_STUDY,)
    else:
        best = find_maximum(counts)
        spread = describe_spread(counts, best, level)
        warnings = () if best.converged else (NOT_CONVERGED,)
    uses_t = t_distribution and len(counts.n) > 1
    quantile = find_quantile(len(counts.n) - 1 if uses_t else np.inf, level)
    error = find_standard_error(best)
    reach = quantile * np.array([error, np.sqrt(error**2 + spread.tau2)])
    lower, upper = expit(best.mean - reach), expit(best.mean + reach)
    return PooledProportion(
        float(expit(best.mean)), float(lower[0]), float(upper[0]), float(lower[1]),
        float(upper[1]), best.mean, error, *spread, *total, len(counts.n), best.point.value,
        uses_t, level, warnings,
    )  # fmt: skip


def check_study_counts(n_events: ArrayLike, n: ArrayLike) -> Counts:
    """Return the counts of the studies that tested anybody."""
    events, totals = (np.atleast_1d(values) for values in check_counts(n_events, n))
    if events.ndim != 1 or not totals.sum():
        raise InputError(
            f"`n_events` and `n` have shape {events.shape} with {int(totals.sum())} patients; "
            "expected one number per study and at least one patient."
        )
    return Counts(events[totals > 0], totals[totals > 0])


def describe_one_sided(total: tuple[int, int], n_studies: int, level: float) -> PooledProportion:
    """Return the answer when every patient or none had the event: exact limits of the sum."""
    events, patients = (np.array(float(count)) for count in total)
    lower, upper = find_clopper_pearson_limits(events, patients, level)
    unknown = float("nan")
    share = total[0] / total[1]
    return PooledProportion(
        share, float(lower), float(upper), unknown, unknown, float(logit(share)), unknown,
        *Spread(), *total, n_studies, 0.0, False, level, (ONE_SIDED,),
    )  # fmt: skip


def climb_common(counts: Counts) -> Maximum:
    """Return the maximum when all studies share one proportion."""
    mean = float(logit(counts.n_events.sum() / counts.n.sum()))
    return Maximum(mean, 0.0, evaluate_likelihood(counts, mean, 0.0), True)


def find_maximum(counts: Counts) -> Maximum:
    """Return the highest of the maxima reached from several starts."""
    common = climb_common(counts)
    climbs = [maximise_likelihood(counts, common.mean, start) for start in STARTING_SPREADS]
    best = max(climbs, key=lambda climb: climb.point.value)
    if best.spread < SMALLEST_SPREAD or common.point.value >= best.point.value:
        return common
    return best


def find_standard_error(best: Maximum) -> float:
    """Return the standard error of the mean from the observed information of both parameters."""
    if not best.converged:
        return float("nan")
    if best.spread == 0:
        return float(1 / np.sqrt(-best.point.hessian[0, 0]))
    return float(np.sqrt(np.linalg.inv(-best.point.hessian)[0, 0]))


def describe_spread(counts: Counts, best: Maximum, conf_level: float) -> Spread:
    """Return tau2, its profile likelihood limits and the test that it is 0."""
    allowed = best.point.value - float(chdtri(1, 1 - conf_level)) / 2

    def excess(spread: float) -> float:
        return profile_likelihood(counts, best.mean, spread) - allowed

    if not best.converged:
        return Spread(best.spread**2)
    common = climb_common(counts).point.value
    lower = find_root(excess, 0.0, best.spread) if common < allowed else 0.0
    high = find_sign_change(excess, max(best.spread, 0.1), 10 * LARGEST_SPREAD)
    upper = find_root(excess, best.spread, high) if np.isfinite(high) else high
    ratio = max(2 * (best.point.value - common), 0.0)
    p_value = float(ndtr(-np.sqrt(ratio))) if best.spread else 1.0
    return Spread(best.spread**2, lower**2, upper**2, ratio, p_value)


def profile_likelihood(counts: Counts, mean: float, spread: float) -> float:
    """Return the highest likelihood over the mean for one spread."""
    point = evaluate_likelihood(counts, mean, spread)
    for _ in range(PROFILE_STEPS):
        step = float(point.gradient[0] / abs(point.hessian[0, 0]))
        mean += float(np.clip(step, -2, 2))
        point = evaluate_likelihood(counts, mean, spread)
        if abs(step) < PROFILE_TOLERANCE:
            break
    return point.value
