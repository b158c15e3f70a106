"""Many proportions, each pooled over the same studies, in one go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, freeze
from chorall.stats.binomial_normal_batch import Points, Tables, climb_tables, evaluate_tables
from chorall.stats.checks import check_level
from chorall.stats.pooled_fit import find_quantile
from chorall.stats.pooled_proportions import SMALLEST_SPREAD, STARTING_SPREADS
from chorall.stats.proportion import check_counts, find_clopper_pearson_limits

# rows climbed together: more would not fit the processor's cache
BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class PooledProportions:
    """Proportions, m of them, each pooled over up to k studies.

    Attributes
    ----------
    estimate, lower, upper : ndarray of shape (m,)
        The proportion of a typical study with its limits; NaN where nobody was tested or the
        likelihood has no maximum.
    prediction_lower, prediction_upper : ndarray of shape (m,)
        Limits for the true proportion of one more study; NaN where tau2 is not known.
    log_odds, standard_error : ndarray of shape (m,)
        Mean of the log odds; infinite with NaN where all patients or none had the event.
    tau2 : ndarray of shape (m,)
        Variance of the log odds between studies.
    i_squared : ndarray of shape (m,)
        Share of the variance that lies between studies, 0 to 1: tau2 / (tau2 + v), where v is the
        typical variance of a study's log odds.
    n_studies : ndarray of int, shape (m,)
        Studies with at least one patient.
    one_sided : ndarray of bool, shape (m,)
        True where all patients or none had the event: limits are the exact ones of the sum.
    converged : ndarray of bool, shape (m,)
        False where the likelihood has no maximum, as with studies that are all or nothing.
    t_distribution : bool
        Whether limits use t with n_studies - 1 degrees of freedom.
    conf_level : float
        Coverage of all limits.
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    prediction_lower: Floats
    prediction_upper: Floats
    log_odds: Floats
    standard_error: Floats
    tau2: Floats
    i_squared: Floats
    n_studies: Integers
    one_sided: Booleans
    converged: Booleans
    t_distribution: bool
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def pool_many_proportions(
    n_events: ArrayLike,
    n: ArrayLike,
    *,
    t_distribution: bool = True,
    conf_level: float = 0.95,
) -> PooledProportions:
    """Pool many proportions over studies by the model of `pool_proportions`.

    Parameters
    ----------
    n_events : array_like of int, shape (m, k)
        Patients with the finding; one row per proportion, one column per study. Nothing is
        added to a 0.
    n : array_like of int, shape (m, k)
        Patients tested; studies without any do not count.
    t_distribution : bool, optional
        True takes limits from t with one degree of freedom less than there are studies; False
        from the normal distribution. One study always gets the normal.
    conf_level : float, optional
        Coverage of all limits.

    Returns
    -------
    PooledProportions
        One entry per row.

    Raises
    ------
    InputError
        When counts are missing, negative, not whole, `n_events` is above `n`, or the arguments
        are no tables.

    See Also
    --------
    pool_proportions : One proportion, with limits and a test of tau2.

    Notes
    -----
    R: ``metafor::rma.glmm(xi = n_events, ni = n, measure = "PLO", nAGQ = 25, test = "t")`` for
    each row, whose I2 is computed with the variances 1 / x + 1 / (n - x), one half added to both
    counts of studies in which one of them is 0.

    References
    ----------
    Stijnen T, Hamza TH, Ozdemir P (2010). doi:10.1002/sim.4040

    Examples
    --------
    >>> from chorall.stats import pool_many_proportions
    >>> pooled = pool_many_proportions([[12, 30, 7], [0, 1, 3]], [[120, 190, 95], [40, 55, 60]])
    >>> pooled.estimate.round(3)
    array([0.114, 0.026])
    """
    level = check_level(conf_level)
    events, totals = check_counts(n_events, n)
    if events.ndim != 2:
        raise InputError(
            f"`n_events` and `n` have shape {events.shape}; expected one row per proportion and "
            "one column per study."
        )
    tables = Tables(events, totals)
    n_studies = (totals > 0).sum(axis=1)
    share = events.sum(axis=1) / np.maximum(totals.sum(axis=1), 1)
    one_sided = (n_studies > 0) & ((share == 0) | (share == 1))
    mixed = (n_studies > 0) & ~one_sided
    place, points, converged = find_maxima(tables, share, mixed, n_studies)
    mean, spread = place[:, 0], place[:, 1]
    # one study says nothing of the variance between studies
    tau2 = np.where(n_studies > 1, spread**2, np.nan)
    tau2[~mixed | ~converged] = np.nan
    error = np.where(converged, find_standard_errors(points, spread), np.nan)
    freedom = np.where((n_studies > 1) & t_distribution, n_studies - 1, np.inf)
    quantile = np.array([find_quantile(one, level) for one in freedom])
    lower, upper = (expit(mean + side * quantile * error) for side in (-1, 1))
    wider = quantile * np.sqrt(error**2 + tau2)
    estimate = expit(mean)
    exact = find_clopper_pearson_limits(
        events.sum(axis=1), np.maximum(totals.sum(axis=1), 1), level
    )
    estimate[one_sided], mean[one_sided] = share[one_sided], logit(share[one_sided])
    lower[one_sided], upper[one_sided] = exact[0][one_sided], exact[1][one_sided]
    return PooledProportions(
        estimate, lower, upper, expit(mean - wider), expit(mean + wider), mean, error, tau2,
        find_i_squared(tables, tau2), n_studies, one_sided, converged | one_sided,
        t_distribution, level,
    )  # fmt: skip


def find_maxima(
    tables: Tables, share: Floats, mixed: Booleans, n_studies: Integers
) -> tuple[Floats, Points, Booleans]:
    """Return the highest maximum of each row; NaN where there is none or nothing to climb."""
    m = len(share)
    place = np.full((m, 2), np.nan)
    points = Points(np.full(m, np.nan), np.full((m, 2), np.nan), np.full((m, 2, 2), np.nan))
    converged = np.zeros(m, dtype=bool)
    rows = np.flatnonzero(mixed)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        chosen = Tables(tables.n_events[block], tables.n[block])
        several = n_studies[block] > 1
        pure = several & find_pure(chosen)
        found = climb_from_all_starts(chosen, logit(share[block]), several & ~pure)
        place[block], converged[block] = found[0], found[2] & ~pure
        for whole, part in zip(points, found[1], strict=True):
            whole[block] = part
    place[mixed & ~converged] = np.nan
    return place, points, converged


def find_pure(tables: Tables) -> Booleans:
    """Tell which rows have no study with and without the event: the likelihood rises for ever."""
    nothing = (tables.n_events == 0) | (tables.n_events == tables.n)
    return np.asarray(nothing.all(axis=1), dtype=np.bool_)


def climb_from_all_starts(
    tables: Tables, common: Floats, several: Booleans
) -> tuple[Floats, Points, Booleans]:
    """Return the best of the common proportion and the climbs from several spreads."""
    place = np.column_stack([common, np.zeros_like(common)])
    points = evaluate_tables(tables, place)
    converged = np.ones(len(common), dtype=bool)
    for spread in STARTING_SPREADS:
        climb = climb_tables(tables, np.column_stack([common, np.full_like(common, spread)]))
        real = several & (climb.place[:, 1] >= SMALLEST_SPREAD)
        better = real & (climb.points.value > points.value)
        place[better], converged[better] = climb.place[better], climb.converged[better]
        for whole, part in zip(points, climb.points, strict=True):
            whole[better] = part[better]
    return place, points, converged


def find_standard_errors(points: Points, spread: Floats) -> Floats:
    """Return the standard error of each mean from the observed information of both parameters."""
    information = -points.hessian
    (a, b), d = information[:, 0].T, information[:, 1, 1]
    # with a spread of 0 the information of the mean alone
    remaining = np.where(spread == 0, a, a - b**2 / np.where(spread == 0, 1.0, d))
    # a row that never converged may have no information left; the caller does not read it
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1 / np.sqrt(remaining), dtype=np.float64)


def find_i_squared(tables: Tables, tau2: Floats) -> Floats:
    """Return tau2 / (tau2 + typical variance within studies), as Higgins and Thompson have it."""
    missed = tables.n - tables.n_events
    tested = tables.n > 0
    half = np.where(tested & ((tables.n_events == 0) | (missed == 0)), 0.5, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = 1 / (tables.n_events + half) + 1 / (missed + half)
        weight = np.where(tested, 1 / variance, 0.0)
        total = weight.sum(axis=1)
        typical = (tested.sum(axis=1) - 1) / (total - (weight**2).sum(axis=1) / total)
        return np.asarray(tau2 / (tau2 + typical), dtype=np.float64)
