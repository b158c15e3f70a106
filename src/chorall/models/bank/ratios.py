"""Hazard ratios of a patient in every draw, made ready once for a bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import Bank
from chorall.models.bank.design import Design, list_factors, list_treated
from chorall.models.bank.noise import ALL_SOURCES, Noise, Sources, make_noise
from chorall.models.bank.transition_fit import TransitionModel, find_covariance
from chorall.stats.predictor_moments import find_predictor_moments

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnTransition:
    """The effects of one transition in d draws, or one row where none are drawn.

    Attributes
    ----------
    effects : ndarray of shape (d, q) or (1, q)
    ages : ndarray of shape (d, a) or (1, a)
    offset : ndarray of shape (d,) or (1,)
        Log hazard of a patient whose covariates are 0.
    places : ndarray of int64, shape (q,)
        Of its covariates among the p of the design.
    position : ndarray of int64, shape (p,)
        Of each covariate of the design among the q; -1 where it is none of them.
    """

    effects: Floats
    ages: Floats
    offset: Floats
    places: Integers
    position: Integers


@lru_cache(maxsize=16)
def draw_transitions(
    bank: Bank, draws: int, sources: Sources, trial: str
) -> tuple[DrawnTransition, ...]:
    """Return every transition with its effects drawn by the noise of the bank."""
    noise = make_noise(bank, draws)
    return tuple(
        _draw_transition(bank, model, noise, number, sources, trial)
        for number, model in enumerate(bank.transitions)
    )


def _draw_transition(
    bank: Bank, model: TransitionModel, noise: Noise, number: int, sources: Sources, trial: str
) -> DrawnTransition:
    effects, ages = model.effect[None, :], model.level_effect[None, :]
    offset = np.zeros(1)
    if sources.model:
        effects, ages = effects + noise.effects[number], ages + noise.ages[number]
        offset = model.level_error * noise.level[:, number]
    else:
        offset = offset + model.level_error**2 / 2
    shift, spread = model.trial_level.get(trial, (0.0, model.between_trials))
    if sources.between_trials:
        offset = offset + shift + spread * noise.trial[:, number]
    else:
        offset = offset + shift + spread**2 / 2
    position = np.full(len(bank.design.covariates), -1, np.int64)
    position[model.places] = np.arange(len(model.places))
    offset = offset - effects @ model.centre - ages @ model.level_centre
    return DrawnTransition(effects, ages, offset, model.places, position)


def find_ratios(
    bank: Bank,
    features: Floats,
    flags: Sequence[Floats],
    drawn: Sequence[DrawnTransition],
    sources: Sources = ALL_SOURCES,
) -> Floats:
    """Return the hazard ratios against the mean patient.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    features : ndarray of shape (1, f) or (d, f)
        Without missing values; one row where all draws are alike.
    flags : sequence of c ndarray of shape (s,)
        Strategies.
    drawn : sequence of DrawnTransition
        From `draw_transitions`.
    sources : Sources
        By which they were drawn. Effects that are not drawn rest at the mean of their hazard
        ratio, half a variance above the mean of its log, so that the level is the same either way.

    Returns
    -------
    ndarray of shape (c, d, k)
    """
    columns = Columns(bank.design, features, np.array(flags))
    ages = bank.design.expand_level(features)
    found = []
    for model, one in zip(bank.transitions, drawn, strict=True):
        risk = columns.weigh(one) + _weigh(one.ages, ages) + one.offset
        if not sources.model:
            risk = risk + columns.find_half_variance(model)
            aged = (ages - model.level_centre) @ model.level_root
            risk = risk + (aged**2).sum(axis=1) / 2
        found.append(np.exp(risk))
    return np.stack(np.broadcast_arrays(*found), axis=-1)


class Columns:
    """The covariates of one patient: the same in all draws, by draw, and by strategy.

    Most of them are known and alike in every draw: one product of a matrix and a vector weighs
    them. Only those with a missing feature are weighed draw by draw, and only those with a strategy
    once for each strategy.
    """

    def __init__(self, design: Design, features: Floats, flags: Floats) -> None:
        self.design, self.features, self.flags = design, features, flags
        n, (first, second) = features.shape[1], list_factors(design)
        varies = np.append(
            (features != features[0]).any(axis=0), np.zeros(flags.shape[1] + 1, bool)
        )
        plain = np.hstack([features, np.zeros((len(features), flags.shape[1]))])
        self.fixed = design.expand(plain[:1])[0]
        self.moving = np.flatnonzero(varies[first] | varies[second])
        self.fixed[self.moving] = 0
        self.by_draw = design.expand_some(plain, self.moving)
        self.treated, strategy = list_treated(design)
        single = first[self.treated] >= n
        lone = np.where(single, 0, first[self.treated])
        by = np.where(single, 1.0, features[:, lone])
        # columns of each strategy, shape (strategies, rows, treated)
        self.by_strategy = by * flags[:, None, strategy]

    def weigh(self, drawn: DrawnTransition) -> Floats:
        """Return the sum of effects times covariates, shape (strategies, draws)."""
        risk = drawn.effects @ self.fixed[drawn.places]
        used = drawn.position[self.moving]
        kept = used >= 0
        if kept.any():
            risk = risk + _weigh(drawn.effects[:, used[kept]], self.by_draw[:, kept])
        own = drawn.position[self.treated]
        kept = own >= 0
        effects = drawn.effects[:, own[kept]]
        return np.array([risk + _weigh(effects, one[:, kept]) for one in self.by_strategy])

    @cached_property
    def expanded(self) -> list[Floats]:
        """All covariates of the design, shape (rows, p), by strategy."""
        n = len(self.features)
        rows = [np.hstack([self.features, np.tile(own, (n, 1))]) for own in self.flags]
        return [self.design.expand(one) for one in rows]

    def find_half_variance(self, model: TransitionModel) -> Floats:
        """Return half the variance of the log hazard by the effects, shape (strategies, rows)."""
        law = model.centre, model.effect, find_covariance(model)
        found = [find_predictor_moments(x[:, model.places], *law)[1] for x in self.expanded]
        return np.array(found) / 2


def _weigh(effects: Floats, columns: Floats) -> Floats:
    """Sum effects times columns, each with one row or one per draw."""
    if len(columns) == 1:
        return np.asarray(effects @ columns[0])
    if len(effects) == 1:
        return np.asarray(columns @ effects[0])
    return np.asarray(np.einsum("dq,dq->d", effects, columns))
