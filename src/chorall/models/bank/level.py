"""The level of a transition: what goes with age across trials, and what trials still differ by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.baseline import (
    draw_ratio,
    expect_events,
    find_baseline,
    find_effective_risk,
    list_periods,
)
from chorall.models.bank.risk_rows import RiskRows
from chorall.stats import RandomEffectsCoxFit, fit_random_effects_cox

Floats = NDArray[np.float64]

LEAST_EVENTS: Final = 10
"""Fewer events carry no covariates: the transition has its baseline alone."""

LEVEL_VARIANCE: Final = 1.0
"""Per decade of age: what goes with age across trials is hardly shrunk either."""

ROUNDS: Final = 3
"""Level and baseline depend on one another through who leaves first; they settle at once."""

NEWTON_STEPS: Final = 30


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """What is left between trials, given the effects found within them.

    Attributes
    ----------
    effect : ndarray of shape (a,)
        Log hazard ratios of the columns of age.
    covariance : ndarray of shape (a, a)
    between_trials : float
        Standard deviation of the log hazard between trials that age may not explain.
    by_trial : dict of str to (float, float)
        Of each trial: its log hazard against a trial that was not seen, and the standard deviation.
    """

    effect: Floats
    covariance: Floats
    between_trials: float
    by_trial: dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class LevelStart:
    """Where the level of nearly the same rows may start.

    Attributes
    ----------
    spread : RandomEffectsCoxFit or None
        That of the trials with age beside them; None where it cannot be fitted.
    excess : ndarray of shape (n,)
        By how much the effective log hazard ratio without age exceeds the mean one.
    """

    spread: RandomEffectsCoxFit | None
    excess: Floats


def fit_level(
    rows: RiskRows,
    ages: Floats,
    risk: Floats,
    variance: Floats,
    edges: Floats,
    start: LevelStart | None = None,
) -> tuple[Level, Floats, LevelStart]:
    """Fit the level by age, how far trials lie apart, and the baseline.

    The level follows age alone, without trials beside it: where every child is in one trial, a
    term for that trial would take from age what children have, and a child of the next trial would
    be foretold as an adult. How far trials lie apart is estimated with age beside them: what may be
    the trial or the age counts as doubt between trials.

    Parameters
    ----------
    rows : RiskRows
        Everybody who was in the state.
    ages : ndarray of shape (n, a)
        Centred columns of age.
    risk, variance : ndarray of shape (n,)
        Mean and variance of the log hazard ratio, by what was found within trials.
    edges : ndarray of shape (g + 1,)
        Ends of the intervals in days, from 0.
    start : LevelStart or None
        From nearly the same rows, in this order: then one round is left of `ROUNDS`.

    Returns
    -------
    level : Level
    cumulative_hazard : ndarray of shape (g + 1,)
        As `find_baseline` finds it.
    start : LevelStart
        Where nearly the same rows may start.
    """
    offset = risk if start is None else risk + start.excess
    spread = _fit_spread(rows, ages, risk, None if start is None else start.spread)
    between = 0.0 if spread is None else _read_spread(spread)
    periods = list_periods(rows, edges)
    for _ in range(ROUNDS if start is None else 1):
        effect, covariance = _fit_ages(rows, ages, offset)
        doubt = variance + between**2 + np.einsum("ni,ij,nj->n", ages, covariance, ages)
        drawn = draw_ratio(risk + ages @ effect, doubt)
        hazard = find_baseline(rows, drawn, edges, periods)
        offset = find_effective_risk(rows, drawn, hazard, edges) - ages @ effect
    expected = expect_events(rows, drawn, hazard, edges)
    places = _place_trials(rows, expected, between, edges[-1])
    level = Level(effect, covariance, between, places)
    return level, hazard, LevelStart(spread, offset - risk)


def _place_trials(
    rows: RiskRows, expected: Floats, between: float, last: float
) -> dict[str, tuple[float, float]]:
    event = rows.event & (rows.time <= last)
    found = {}
    for trial in np.unique(rows.trial):
        own = rows.trial == trial
        found[str(trial)] = place_trial(
            float(event[own].sum()), float(expected[own].sum()), between
        )
    return found


def place_trial(n_events: float, n_expected: float, between: float) -> tuple[float, float]:
    """Return the log hazard of a trial from its events, shrunk towards all trials, and its error.

    Events are Poisson with the expected number times exp(u), u normal with mean 0 and standard
    deviation `between`; returned are the mode of u and its deviation by curvature, moved such that
    the mean hazard drawn is that of the mode.
    """
    if between == 0 or n_expected <= 0:
        return 0.0, between
    u = 0.0
    for _ in range(NEWTON_STEPS):
        slope = n_events - n_expected * np.exp(u) - u / between**2
        u += float(np.clip(slope / (n_expected * np.exp(u) + between**-2), -1, 1))
    variance = float(1 / (n_expected * np.exp(u) + between**-2))
    return u + (between**2 - variance) / 2, float(np.sqrt(variance))


def _fit_ages(rows: RiskRows, ages: Floats, offset: Floats) -> tuple[Floats, Floats]:
    n_ages = ages.shape[1]
    if not n_ages or rows.event.sum() < LEAST_EVENTS:
        return np.zeros(n_ages), np.zeros((n_ages, n_ages))
    fit = fit_random_effects_cox(
        ages, np.array(["age"] * n_ages), rows.time, rows.event, entry_time=rows.entry_time,
        offset=offset, mean_groups=[], group_variance=[LEVEL_VARIANCE],
    )  # fmt: skip
    return fit.log_hazard_ratio, fit.covariance


def _fit_spread(
    rows: RiskRows, ages: Floats, risk: Floats, start: RandomEffectsCoxFit | None
) -> RandomEffectsCoxFit | None:
    """Fit trials with age beside them; None where there is one, or few events."""
    trials = np.unique(rows.trial)
    if len(trials) < 2 or rows.event.sum() < LEAST_EVENTS:
        return None
    x = np.hstack([ages, (rows.trial[:, None] == trials).astype(float)])
    groups = np.array(["age"] * ages.shape[1] + ["trial"] * len(trials))
    options: dict[str, Any] = {"entry_time": rows.entry_time, "offset": risk, "mean_groups": []}
    if start is not None and len(start.deviation) != len(groups):
        start = None  # the only patient of a trial is left out
    return fit_random_effects_cox(
        x, groups, rows.time, rows.event, **options, prior_weight=1.0, tolerance=1e-2, start=start
    )


def _read_spread(fit: RandomEffectsCoxFit) -> float:
    """Return the standard deviation between trials."""
    variances = dict(zip(fit.groups.tolist(), fit.group_variance.tolist(), strict=True))
    return float(np.sqrt(variances["trial"]))
