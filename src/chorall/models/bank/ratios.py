"""Hazard ratios of a patient in every draw, made ready once for a bank."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import Bank
from chorall.models.bank.design import list_factors
from chorall.models.bank.noise import ALL_SOURCES, Sources, make_noise
from chorall.models.bank.transition_fit import find_covariance
from chorall.stats._drawn_sums import N_LANES, sum_drawn
from chorall.stats._sparse_rows import measure_forms

Floats = NDArray[np.float64]


def find_ratios(
    bank: Bank,
    features: Floats,
    flags: Sequence[Floats],
    draws: int,
    sources: Sources = ALL_SOURCES,
    trial: str = "",
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
    draws : int
        The number d.
    sources : Sources
        What is drawn. Effects that are not drawn rest at the mean of their hazard ratio, half a
        variance above the mean of its log, so that the level is the same either way.
    trial : str
        Treated as in this trial; empty: as in one that the bank has not seen.

    Returns
    -------
    ndarray of shape (c, d, k)
        One row in place of d where nothing is drawn and one row of features is given.
    """
    risks = find_log_ratios(bank, features, flags, draws, sources, trial)
    if not sources.model:
        risks = risks + find_half_variance(bank, features, flags)
    return np.exp(risks)


def find_log_ratios(
    bank: Bank,
    features: Floats,
    flags: Sequence[Floats],
    draws: int,
    sources: Sources = ALL_SOURCES,
    trial: str = "",
) -> Floats:
    """Return their logs, as `find_ratios`; effects that are not drawn rest at their own means.

    Where effects and trials are not drawn, any number of rows of features may be given.
    """
    asked = np.array(flags, np.float64).reshape(len(flags), -1)
    aged = bank.design.expand_level(features)
    offset = draw_offsets(bank, draws, sources, trial)
    effects = draw_effects(bank, draws if sources.model else 0)
    rows = np.ascontiguousarray(features)
    found = sum_drawn(rows, asked, list_factors(bank.design), aged, effects, offset)
    return np.asarray(found[..., : len(bank.transitions)])


@lru_cache(maxsize=4)
def draw_effects(bank: Bank, draws: int) -> Floats:
    """Return the effects of all covariates and columns of age on every transition, by draw.

    Shape (p + a, d, k), k filled up with zeros; with 0 draws one row of their means.
    """
    n_covariates = len(bank.design.covariates)
    n_ages = len(bank.transitions[0].level_effect) if bank.transitions else 0
    width = -(-len(bank.transitions) // N_LANES) * N_LANES
    found = np.zeros((n_covariates + n_ages, max(1, draws), width))
    for number, model in enumerate(bank.transitions):
        effect, ages = model.effect, model.level_effect
        if draws:
            noise = make_noise(bank, draws)
            effect, ages = effect + noise.effects[number], ages + noise.ages[number]
        found[model.places, :, number] = np.atleast_2d(effect).T
        found[n_covariates:, :, number] = np.atleast_2d(ages).T
    return found


@lru_cache(maxsize=64)
def draw_offsets(bank: Bank, draws: int, sources: Sources, trial: str) -> Floats:
    """Return the log hazards of who has 0 in every covariate, by draw: shape (d or 1, k)."""
    effects = draw_effects(bank, draws if sources.model else 0)
    centres = find_forms(bank).centre
    found = [-(centres[number] @ effects[..., number]) for number in range(len(bank.transitions))]
    for number, model in enumerate(bank.transitions):
        if sources.model:
            found[number] = (
                found[number] + model.level_error * make_noise(bank, draws).level[:, number]
            )
        else:
            found[number] = found[number] + model.level_error**2 / 2
        shift, spread = model.trial_level.get(trial, (0.0, model.between_trials))
        if sources.between_trials:
            found[number] = (
                found[number] + shift + spread * make_noise(bank, draws).trial[:, number]
            )
        else:
            found[number] = found[number] + shift + spread**2 / 2
    padded = [*np.broadcast_arrays(*found)]
    rest = effects.shape[2] - len(padded)
    return np.ascontiguousarray(np.pad(np.array(padded).T, [(0, 0), (0, rest)]))


class Forms(NamedTuple):
    """By transition, over all p covariates and a columns of age: the doubt about the effects.

    Attributes
    ----------
    centre : ndarray of shape (k, p + a)
        Where effects count nothing.
    covariance : ndarray of shape (k, p + a, p + a)
        Of the effects, 0 where a covariate is none of the transition's.
    of_centre : ndarray of shape (k, p + a)
        Covariance times centre.
    constant : ndarray of shape (k,)
        Centre times that.
    """

    centre: Floats
    covariance: Floats
    of_centre: Floats
    constant: Floats


@lru_cache(maxsize=4)
def find_forms(bank: Bank) -> Forms:
    """Return the doubt about the effects of a bank."""
    effects = draw_effects(bank, 0)
    k, size, n = len(bank.transitions), len(effects), len(bank.design.covariates)
    centre, covariance = np.zeros((k, size)), np.zeros((k, size, size))
    for number, model in enumerate(bank.transitions):
        centre[number, model.places], centre[number, n:] = model.centre, model.level_centre
        covariance[number][np.ix_(model.places, model.places)] = find_covariance(model)
        covariance[number, n:, n:] = model.level_root @ model.level_root.T
    of_centre = np.einsum("kpq,kq->kp", covariance, centre)
    return Forms(centre, covariance, of_centre, (centre * of_centre).sum(axis=1))


def find_half_variance(bank: Bank, features: Floats, flags: Sequence[Floats]) -> Floats:
    """Return half the variance of the log hazards by the effects, shape (strategies, rows, k)."""
    forms, aged = find_forms(bank), bank.design.expand_level(features)
    found = []
    for own in flags:
        rows = np.hstack([_expand_under(bank, features, own), aged])
        found.append(measure_forms(rows, forms.of_centre, forms.covariance) + forms.constant)
    return np.maximum(np.array(found), 0) / 2


def find_difference_variance(bank: Bank, features: Floats, first: Floats, second: Floats) -> Floats:
    """Return the variance, by the effects, of the log hazards of one strategy less another's.

    Shape (rows, k): `first` and `second` are their flags.
    """
    forms = find_forms(bank)
    apart = _expand_under(bank, features, first) - _expand_under(bank, features, second)
    ages = np.zeros((len(features), forms.centre.shape[1] - apart.shape[1]))
    rows = np.hstack([apart, ages])
    return np.asarray(measure_forms(rows, np.zeros_like(forms.of_centre), forms.covariance))


def _expand_under(bank: Bank, features: Floats, flags: Floats) -> Floats:
    """Return the covariates of some rows under one strategy."""
    return bank.design.expand(np.hstack([features, np.tile(flags, (len(features), 1))]))
