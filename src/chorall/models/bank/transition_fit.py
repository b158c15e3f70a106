"""One transition of the bank: a random-effects Cox model and its baseline by the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.design import MODIFIERS, MRD, TREATMENT, Design
from chorall.models.bank.level import LEAST_EVENTS, fit_level
from chorall.models.bank.risk_rows import RiskRows
from chorall.models.bank.states import Transition
from chorall.stats import fit_random_effects_cox

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAST_CARRIERS: Final = 8
TREATMENT_VARIANCE: Final = 4.0
"""Main effects of strategies are hardly shrunk: what was randomised must stay unbiased."""

LEAST_MODIFIER_VARIANCE: Final = 0.16
"""One marker may decide what a strategy does while all others do not: a small variance, estimated
from all of them, would hide it and claim to be sure."""

BEFORE_MRD: Final = ("induction", "induction_failure", "transplant_other")


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
        Of a patient with all covariates at their means, at the end of each interval; such that
        the mean over draws follows what was observed (`find_baseline`).
    between_trials, level_error : float
        Standard deviations of the log hazard: between trials, and of the baseline's level.
    n_at_risk, n_events : int
        Stays and transitions.
    group_variance : dict of str to float
        By group of covariates.
    trial_level : dict of str to (float, float)
        By trial: what its log hazard adds, and how sure that is (`place_trial`). It stands in place
        of `between_trials` for a patient treated as in that trial.
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
    trial_level: dict[str, tuple[float, float]] = field(default_factory=dict)
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
    root = _find_root(covariance)
    risk, variance = find_drawn_risk(design, rows, places, (centre, effect, root))
    ages = design.expand_level(rows.values)
    level_centre = ages.mean(axis=0)
    level_error = float(1 / np.sqrt(rows.event.sum()))
    level, hazard = fit_level(rows, ages - level_centre, risk, variance + level_error**2, edges)
    return TransitionModel(
        transition, places, centre, effect, root, level_centre, level.effect,
        _find_root(level.covariance), hazard, level.between_trials, level_error,
        len(rows.time), int(rows.event.sum()), variances, level.by_trial, warnings,
    )  # fmt: skip


def find_drawn_risk(
    design: Design, rows: RiskRows, places: Integers, effects: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return mean and variance of each one's log hazard ratio over effects and missing values.

    `effects` are centre, mean and root of the covariance of the covariates at `places`.
    """
    centre, effect, root = effects
    means, spreads = [], []
    for values in rows.completions:
        centred = design.expand_some(values, places) - centre
        means.append(centred @ effect)
        spreads.append(((centred @ root) ** 2).sum(axis=1))
    drawn = np.array(means)
    return drawn.mean(axis=0), drawn.var(axis=0, ddof=1) + np.mean(spreads, axis=0)


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
    try:
        return np.asarray(np.linalg.cholesky(covariance))
    except np.linalg.LinAlgError:  # an effect that is known exactly, its group without variance
        values, vectors = np.linalg.eigh(covariance)
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0)))
