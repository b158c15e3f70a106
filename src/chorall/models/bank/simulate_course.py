"""Draws of a patient's course under one strategy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import (
    FINE_MONTHS,
    FINE_STEPS,
    INTERVAL_DAYS,
    INTERVALS_PER_YEAR,
    LONGEST_YEARS,
    Bank,
    list_edges,
)
from chorall.models.bank.occupancy import Leaving, Occupancy, find_leaving, follow, move_at
from chorall.models.bank.states import FIRST_STATE, LIVING
from chorall.models.bank.strategy import Strategy
from chorall.models.bank.transition_fit import TransitionModel

Floats = NDArray[np.float64]

SEED: Final = 20170101
TRANSPLANT: Final = "transplant_in_first_remission"


@dataclass(frozen=True, slots=True)
class Now:
    """Where a patient is today.

    Attributes
    ----------
    state : str
        One of the living states.
    elapsed_days : float
        Since the state was entered.
    """

    state: str = "induction"
    elapsed_days: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Random numbers of a bank; the same for every strategy and every patient.

    Attributes
    ----------
    effects : tuple of ndarray of shape (d, q)
        By transition: deviations of the effects, drawn from their covariance.
    ages : tuple of ndarray of shape (d, a)
        The same for the columns of age.
    level, trial : ndarray of shape (d, k)
        Standard normal, by transition: of the baseline's level, and between trials.
    features : ndarray of shape (d, f)
        Standard normal: complete what is not known.
    """

    effects: tuple[Floats, ...]
    ages: tuple[Floats, ...]
    level: Floats
    trial: Floats
    features: Floats


@dataclass(frozen=True, slots=True)
class Sources:
    """Which sources of uncertainty are drawn; the others rest at their means."""

    model: bool = True
    missing: bool = True
    between_trials: bool = True


ALL_SOURCES: Final = Sources()


@lru_cache(maxsize=8)
def make_noise(bank: Bank, draws: int) -> Noise:
    """Return the noise of a bank; the same call gives the same numbers."""
    random = np.random.default_rng(SEED)
    models = bank.transitions
    effects = tuple(
        random.standard_normal((draws, len(model.effect))) @ model.root.T for model in models
    )
    ages = tuple(
        random.standard_normal((draws, len(model.level_effect))) @ model.level_root.T
        for model in models
    )
    level, trial = random.standard_normal((2, draws, len(models)))
    features = random.standard_normal((draws, len(bank.design.features)))
    return Noise(effects, ages, level, trial, features)


def complete(bank: Bank, known: Floats, noise: Noise, sources: Sources) -> Floats:
    """Return the features of a patient, one row where nothing is drawn, else one per draw."""
    if not np.isnan(known).any():
        return known[None, :]
    if sources.missing:
        return bank.law.draw(known, noise.features)
    return bank.law.expect(known[None, :])


def simulate(
    bank: Bank,
    features: Floats,
    strategy: Strategy,
    now: Now,
    noise: Noise,
    years: float,
    sources: Sources = ALL_SOURCES,
) -> Occupancy:
    """Follow one patient under one strategy.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    features : ndarray of shape (1, f) or (d, f)
        Without missing values, as `complete` returns them.
    strategy : Strategy
        Flags and what is done about transplantation.
    now : Now
        Where the patient is.
    noise : Noise
        Of the bank.
    years : float
        How far to look, up to 10.
    sources : Sources
        What is drawn.

    Returns
    -------
    Occupancy
        By month from today, d draws.
    """
    g = round(min(years, LONGEST_YEARS) * INTERVALS_PER_YEAR)
    flags = np.tile(strategy.flags, (len(features), 1))
    x = bank.design.expand(np.hstack([features, flags]))
    ages = bank.design.expand_level(features)
    hazards: dict[str, dict[str, Floats]] = {}
    ahead: dict[str, Floats] = {}
    for number, model in enumerate(bank.transitions):
        origin, target = model.transition
        if target == TRANSPLANT and strategy.transplant != "as_observed":
            continue
        if LIVING.index(origin) < LIVING.index(now.state):
            continue
        risk = _draw_risk(model, x[:, model.places], ages, noise, number, sources)
        if origin == now.state:
            ahead[target] = risk[:, None] * _look_ahead(model, now.elapsed_days)
        if origin != FIRST_STATE:
            hazards.setdefault(origin, {})[target] = (
                risk[:, None] * model.cumulative_hazard[: g + 1]
            )
    leaving = {name: find_leaving(one) for name, one in hazards.items()}
    first = find_leaving(ahead) if ahead else Leaving(np.ones((len(noise.level), g + 1)), {})
    first = _by_month(first, now.state, g)
    if strategy.transplant == "transplant":
        leaving, first = _transplant(bank, leaving, first, now, g)
    return follow(leaving, now.state, first)


def _draw_risk(
    model: TransitionModel, x: Floats, ages: Floats, noise: Noise, number: int, sources: Sources
) -> Floats:
    """Return the hazard ratio against the mean patient, shape (d,)."""
    centred, aged = x - model.centre, ages - model.level_centre
    risk = centred @ model.effect + aged @ model.level_effect + np.zeros(len(noise.level))
    if sources.model:
        risk += _weigh(noise.effects[number], centred) + _weigh(noise.ages[number], aged)
        risk += model.level_error * noise.level[:, number]
    if sources.between_trials:
        risk += model.between_trials * noise.trial[:, number]
    return np.exp(risk)


def _weigh(deviations: Floats, columns: Floats) -> Floats:
    """Sum deviations times columns, which have one row or one per draw."""
    if len(columns) == 1:
        return np.asarray(deviations @ columns[0])
    return np.asarray(np.einsum("dq,dq->d", deviations, columns))


def _look_ahead(model: TransitionModel, elapsed_days: float) -> Floats:
    """Return the cumulative hazard from now on, at the ends of the state's intervals."""
    total = model.cumulative_hazard
    if not elapsed_days:
        return total
    edges = list_edges(model.transition.origin)
    later = np.interp(edges + elapsed_days, edges, total)
    return np.asarray(later - np.interp(elapsed_days, edges, total))


def _by_month(leaving: Leaving, state: str, g: int) -> Leaving:
    """Return the first g months of a state that may be followed by finer intervals."""
    if state != FIRST_STATE or leaving.stays.shape[1] == g + 1:
        return Leaving(
            leaving.stays[:, : g + 1], {name: one[:, :g] for name, one in leaving.goes.items()}
        )
    ends = np.r_[
        np.arange(FINE_MONTHS) * FINE_STEPS,
        np.arange(FINE_MONTHS * FINE_STEPS, leaving.stays.shape[1]),
    ]
    goes = {
        name: np.add.reduceat(one, ends[:-1], axis=1)[:, :g] for name, one in leaving.goes.items()
    }
    return Leaving(leaving.stays[:, ends[: g + 1]], goes)


def _transplant(
    bank: Bank, leaving: dict[str, Leaving], first: Leaving, now: Now, g: int
) -> tuple[dict[str, Leaving], Leaving]:
    """Transplant everybody who is in remission on the bank's median day of transplantation."""
    day = bank.transplant_day
    leaving = dict(leaving)
    if "remission" in leaving:
        interval = max(1, round(day / INTERVAL_DAYS))
        leaving["remission"] = move_at(leaving["remission"], interval, TRANSPLANT)
    if now.state == "remission":
        interval = max(1, round((day - now.elapsed_days) / INTERVAL_DAYS))
        first = move_at(first, interval, TRANSPLANT)
    return leaving, first
