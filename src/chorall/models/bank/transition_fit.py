"""One transition of the bank: a random-effects Cox model and its baseline by the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.columns import Columns, list_columns
from chorall.models.bank.design import MODIFIERS, TREATMENT, Design
from chorall.models.bank.level import LevelStart, fit_level
from chorall.models.bank.risk_rows import RiskRows
from chorall.models.bank.states import Transition
from chorall.models.bank.telling import choose_places
from chorall.stats import RandomEffectsCoxFit, fit_random_effects_cox

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TREATMENT_VARIANCE: Final = 4.0
"""Main effects of strategies are hardly shrunk: what was randomised must stay unbiased."""

LEAST_MODIFIER_VARIANCE: Final = 0.16
"""One marker may decide what a strategy does while all others do not: a small variance, estimated
from all of them, would hide it and claim to be sure."""


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


@lru_cache(maxsize=64)
def find_covariance(model: TransitionModel) -> Floats:
    """Return the covariance of the effects of a transition, from its root."""
    return np.asarray(model.root @ model.root.T)


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
    places = choose_places(transition, design, rows, design.expand(rows.values))
    return fit_at_places(transition, design, rows, list_columns(design, rows, places), edges)[0]


@dataclass(frozen=True, slots=True, eq=False)
class TransitionStart:
    """Where a fit to nearly the same rows may start: fits of the effects in turn, the level."""

    effects: tuple[RandomEffectsCoxFit, ...]
    level: LevelStart


def fit_at_places(
    transition: Transition,
    design: Design,
    rows: RiskRows,
    columns: Columns,
    edges: Floats,
    start: TransitionStart | None = None,
) -> tuple[TransitionModel, TransitionStart]:
    """Fit one transition to covariates chosen already.

    Parameters
    ----------
    transition, design, rows, edges
        As in `fit_transition`; completions of the rows are not read.
    columns : Columns
        From `list_columns`: the covariates.
    start : TransitionStart or None
        From nearly the same rows, its level in this order of rows; few steps are then left.

    Returns
    -------
    model : TransitionModel
    start : TransitionStart
        Where a fit to nearly the same rows may start.
    """
    places = columns.places
    centre = columns.expected.mean(axis=0)
    fits, variances = _fit_effects(design, rows, columns.expected - centre, places, start)
    effect, covariance = np.empty(0), np.empty((0, 0))
    warnings: tuple[str, ...] = ()
    if fits:
        effect, covariance, warnings = (
            fits[-1].log_hazard_ratio, fits[-1].covariance, fits[-1].warnings,
        )  # fmt: skip
    risk, variance = columns.find_drawn_risk(centre, effect, covariance)
    ages = design.expand_level(rows.values)
    level_centre = ages.mean(axis=0)
    level_error = float(1 / np.sqrt(rows.event.sum()))
    level, hazard, begun = fit_level(
        rows, ages - level_centre, risk, variance + level_error**2, edges,
        None if start is None else start.level,
    )  # fmt: skip
    model = TransitionModel(
        transition, places, centre, effect, _find_root(covariance), level_centre, level.effect,
        _find_root(level.covariance), hazard, level.between_trials, level_error,
        len(rows.time), int(rows.event.sum()), variances, level.by_trial, warnings,
    )  # fmt: skip
    return model, TransitionStart(fits, begun)


def _fit_effects(
    design: Design, rows: RiskRows, x: Floats, places: Integers, start: TransitionStart | None
) -> tuple[tuple[RandomEffectsCoxFit, ...], dict[str, float]]:
    """Return the fits in turn, the last one counts, and the variances by group."""
    if not len(places):
        return (), {}
    groups = np.array([design.covariates[place].group for place in places])
    arguments = (x, groups, rows.time, rows.event)
    kept = list_mean_groups(groups)
    options: dict[str, Any] = {
        "entry_time": rows.entry_time, "strata": rows.stratum, "mean_groups": kept
    }  # fmt: skip
    starts: tuple[RandomEffectsCoxFit | None, RandomEffectsCoxFit | None] = (None, None)
    if start is not None and start.effects:
        starts = (start.effects[0], start.effects[-1])
    first = fit_random_effects_cox(
        *arguments, **options, prior_weight=1.0, tolerance=1e-2, start=starts[0]
    )
    variances = dict(zip(first.groups.tolist(), first.group_variance.tolist(), strict=True))
    if TREATMENT not in variances:
        return (first,), variances
    variances[TREATMENT] = TREATMENT_VARIANCE
    if MODIFIERS in variances:
        variances[MODIFIERS] = max(variances[MODIFIERS], LEAST_MODIFIER_VARIANCE)
    known = [variances[group] for group in first.groups.tolist()]
    fit = fit_random_effects_cox(*arguments, **options, group_variance=known, start=starts[1])
    return (first, fit), variances


def list_mean_groups(groups: NDArray[np.str_]) -> list[str]:
    """Return groups of like lesions, more than 2; what a strategy does starts from no difference.

    `groups` has the group of each covariate.
    """
    alike = ("copy number", "secondary lesions")
    return [group for group in alike if (groups == group).sum() > 2]


def _find_root(covariance: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.cholesky(covariance))
    except np.linalg.LinAlgError:  # an effect that is known exactly, its group without variance
        values, vectors = np.linalg.eigh(covariance)
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0)))
