"""One transition of the bank: a random-effects Cox model and its baseline by the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.design import MODIFIERS, MRD, TREATMENT, Design
from chorall.models.bank.states import Transition
from chorall.stats import fit_random_effects_cox

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAST_EVENTS: Final = 10
"""Fewer events carry no covariates: the transition has its baseline alone."""

LEAST_CARRIERS: Final = 8
TREATMENT_VARIANCE: Final = 4.0
"""Main effects of strategies are hardly shrunk: what was randomised must stay unbiased."""

LEVEL_VARIANCE: Final = 1.0
"""Per decade of age: what goes with age across trials is hardly shrunk either."""

LEAST_MODIFIER_VARIANCE: Final = 0.16
"""One marker may decide what a strategy does while all others do not: a small variance, estimated
from all of them, would hide it and claim to be sure."""

BEFORE_MRD: Final = ("induction", "induction_failure", "transplant_other")


@dataclass(frozen=True, slots=True, eq=False)
class RiskRows:
    """Who may make a transition, by the clock of the state.

    Attributes
    ----------
    values : ndarray of shape (n, f + s)
        Features (completed) and strategies.
    entry_time, time : ndarray of shape (n,)
        Days since the state was entered; time > entry_time.
    event : ndarray of bool, shape (n,)
        True where the transition was made at `time`.
    trial, stratum : ndarray of str, shape (n,)
        A stratum is a trial and whether allocated yet.
    """

    values: Floats
    entry_time: Floats
    time: Floats
    event: NDArray[np.bool_]
    trial: NDArray[np.str_]
    stratum: NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class TransitionModel:
    """A fitted transition, without any patient.

    Attributes
    ----------
    transition : Transition
        From where to where.
    places : ndarray of int64, shape (q,)
        Its covariates among those of the design.
    centre, effect : ndarray of shape (q,)
        Means of the covariates and log hazard ratios.
    root : ndarray of shape (q, q)
        Its square root @ root.T is the covariance of the effects.
    level_centre, level_effect, level_root : ndarray of shape (a,), (a,) and (a, a)
        The same for the columns of `Design.expand_level`: what is left between trials and goes
        with age.
    cumulative_hazard : ndarray of shape (g + 1,)
        Of a patient with all covariates at their means, at the end of each interval.
    between_trials, level_error : float
        Standard deviations of the log hazard: between trials, and of the baseline's level.
    n_at_risk, n_events : int
        Stays and transitions.
    group_variance : dict of str to float
        By group of covariates.
    warnings : tuple of str
        What the reader must know.
    """

    transition: Transition
    places: Integers
    centre: Floats
    effect: Floats
    root: Floats
    level_centre: Floats
    level_effect: Floats
    level_root: Floats
    cumulative_hazard: Floats
    between_trials: float
    level_error: float
    n_at_risk: int
    n_events: int
    group_variance: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def fit_transition(
    transition: Transition, design: Design, rows: RiskRows, edges: Floats
) -> TransitionModel:
    """Fit one transition.

    Parameters
    ----------
    transition : Transition
        From where to where.
    design : Design
        The covariates to choose from.
    rows : RiskRows
        Everybody who was in the state.
    edges : ndarray of shape (g + 1,)
        Ends of the intervals in days, from 0.
    """
    x = design.expand(rows.values)
    places = choose_places(transition, design, rows, x)
    centre = x[:, places].mean(axis=0)
    centred = x[:, places] - centre
    effect, covariance, variances, warnings = _fit_effects(design, rows, centred, places)
    risk = centred @ effect
    ages = design.expand_level(rows.values)
    level_centre = ages.mean(axis=0)
    level, level_covariance, between = fit_level(rows, ages - level_centre, risk)
    risk = risk + (ages - level_centre) @ level
    return TransitionModel(
        transition, places, centre, effect, _find_root(covariance),
        level_centre, level, _find_root(level_covariance),
        find_baseline(rows, risk, edges), between,
        float(1 / np.sqrt(rows.event.sum())), len(rows.time), int(rows.event.sum()),
        variances, warnings,
    )  # fmt: skip


def fit_level(rows: RiskRows, ages: Floats, risk: Floats) -> tuple[Floats, Floats, float]:
    """Fit what is left between trials, given the effects found within them.

    A random-effects Cox model without strata and with the risk as offset: trials are a group with
    a variance of its own, and the level may follow age across them.

    Returns
    -------
    level : ndarray of shape (a,)
        Log hazard ratios of the columns of age.
    covariance : ndarray of shape (a, a)
    between_trials : float
        Standard deviation of the log hazard between trials that age does not explain.
    """
    n_ages = ages.shape[1]
    trials = np.unique(rows.trial)
    dummies = (rows.trial[:, None] == trials).astype(float) if len(trials) > 1 else ages[:, :0]
    varies = rows.event.sum() >= LEAST_EVENTS
    x = np.hstack([ages, dummies])
    if not (varies and x.shape[1]):
        return np.zeros(n_ages), np.zeros((n_ages, n_ages)), 0.0
    groups = np.array(["age"] * n_ages + ["trial"] * dummies.shape[1])
    arguments = (x, groups, rows.time, rows.event)
    options: dict[str, Any] = {"entry_time": rows.entry_time, "offset": risk, "mean_groups": []}
    fit = fit_random_effects_cox(*arguments, **options, prior_weight=1.0, tolerance=1e-2)
    variances = dict(zip(fit.groups.tolist(), fit.group_variance.tolist(), strict=True))
    known = [variances[name] if name == "trial" else LEVEL_VARIANCE for name in variances]
    fit = fit_random_effects_cox(*arguments, **options, group_variance=known)
    level = fit.log_hazard_ratio[:n_ages]
    return level, fit.covariance[:n_ages, :n_ages], float(np.sqrt(variances.get("trial", 0.0)))


def choose_places(transition: Transition, design: Design, rows: RiskRows, x: Floats) -> Integers:
    """Return the covariates on which the transition can tell something."""
    if rows.event.sum() < LEAST_EVENTS:
        return np.empty(0, np.int64)
    n_features = len(design.features)
    chosen = []
    for place, covariate in enumerate(design.covariates):
        has_mrd = any(
            factor < n_features and design.features[factor].group == MRD
            for factor in covariate.factors
        )
        if has_mrd and transition.origin in BEFORE_MRD:
            continue
        if (x[:, place] != x[0, place]).any() and _has_carriers(design, rows, x, place):
            chosen.append(place)
    return np.array(chosen, np.int64)


def _has_carriers(design: Design, rows: RiskRows, x: Floats, place: int) -> bool:
    covariate = design.covariates[place]
    own = x[:, place]
    if len(covariate.factors) == 1 and covariate.factors[0] < len(design.features):
        if not design.features[covariate.factors[0]].is_flag:
            return True
    elif any(factor >= len(design.features) for factor in covariate.factors):
        return _differs_within_strata(rows, own)
    return bool(min(own.sum(), (1 - own).sum()) >= LEAST_CARRIERS)


def _differs_within_strata(rows: RiskRows, own: Floats) -> bool:
    """Return True where a stratum has events in those with and in those without the strategy."""
    events = 0.0
    for stratum in np.unique(rows.stratum):
        inside = rows.stratum == stratum
        if own[inside].min() < own[inside].max():
            events += float(rows.event[inside & (own > 0)].sum())
    return events >= LEAST_CARRIERS


def _fit_effects(
    design: Design, rows: RiskRows, x: Floats, places: Integers
) -> tuple[Floats, Floats, dict[str, float], tuple[str, ...]]:
    if not len(places):
        return np.empty(0), np.empty((0, 0)), {}, ()
    groups = np.array([design.covariates[place].group for place in places])
    arguments = (x, groups, rows.time, rows.event)
    options: dict[str, Any] = {"entry_time": rows.entry_time, "strata": rows.stratum}
    kept = [group for group in np.unique(groups) if _may_have_mean(group, groups)]
    first = fit_random_effects_cox(
        *arguments, **options, mean_groups=kept, prior_weight=1.0, tolerance=1e-2
    )
    variances = dict(zip(first.groups.tolist(), first.group_variance.tolist(), strict=True))
    if TREATMENT not in variances:
        return first.log_hazard_ratio, first.covariance, variances, first.warnings
    variances[TREATMENT] = TREATMENT_VARIANCE
    if MODIFIERS in variances:
        variances[MODIFIERS] = max(variances[MODIFIERS], LEAST_MODIFIER_VARIANCE)
    known = [variances[group] for group in first.groups.tolist()]
    fit = fit_random_effects_cox(*arguments, **options, mean_groups=kept, group_variance=known)
    return fit.log_hazard_ratio, fit.covariance, variances, fit.warnings


def _may_have_mean(group: str, groups: NDArray[np.str_]) -> bool:
    """Return True for groups of like lesions; what a strategy does starts from no difference."""
    return group in ("secondary lesions", "copy number") and bool((groups == group).sum() > 2)


def _find_root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0)))


def find_baseline(rows: RiskRows, risk: Floats, edges: Floats) -> Floats:
    """Return Breslow's cumulative hazard of all trials together at the ends of the intervals."""
    days, total = _accumulate_hazard(rows, risk)
    return np.asarray(total[np.searchsorted(days, edges, side="right")])


def _accumulate_hazard(rows: RiskRows, risk: Floats) -> tuple[Floats, Floats]:
    """Return the days of events and the cumulative hazard before, at and after them."""
    weight = np.exp(risk)
    days, events = np.unique(rows.time[rows.event], return_counts=True)
    at_risk = _sum_from(days, rows.time, weight) - _sum_from(days, rows.entry_time, weight)
    return days, np.concatenate([[0.0], np.cumsum(events / at_risk)])


def _sum_from(days: Floats, times: Floats, weight: Floats) -> Floats:
    """Return for each day the sum of the weights of those whose time is that day or later."""
    order = np.argsort(times, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(weight[order])])
    return np.asarray(below[-1] - below[np.searchsorted(times[order], days, side="left")])
