"""The random numbers of a bank: the same for every strategy and every patient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from chorall.models.bank.bank import Bank

Floats = NDArray[np.float64]

SEED: Final = 20170101
TINY: Final = 1e-300


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
NOTHING_DRAWN: Final = Sources(model=False, missing=False, between_trials=False)


def draw_evenly(random: np.random.Generator, draws: int, columns: int) -> Floats:
    """Draw standard normal columns by Latin hypercube: one draw from each of as many equal parts.

    All patients are drawn by the same numbers, so that a column whose mean is not 0 would move
    every prediction alike. Mean and variance of each column are exactly 0 and 1.
    """
    middles = ndtri((np.arange(draws) + 0.5) / draws)
    middles = middles / max(middles.std(), TINY)
    rows = [random.permutation(middles) for _ in range(columns)]
    return np.array(rows).reshape(columns, draws).T


@lru_cache(maxsize=8)
def make_noise(bank: Bank, draws: int) -> Noise:
    """Return the noise of a bank; the same call gives the same numbers."""
    models = bank.transitions
    sizes = [len(model.effect) for model in models] + [len(model.level_effect) for model in models]
    normals = draw_normals(draws, (*sizes, len(models), len(models), len(bank.design.features)))
    k = len(models)
    effects = tuple(one @ model.root.T for one, model in zip(normals[:k], models, strict=True))
    ages = tuple(
        one @ model.level_root.T for one, model in zip(normals[k : 2 * k], models, strict=True)
    )
    level, trial, features = normals[2 * k :]
    return Noise(effects, ages, level, trial, features)


@lru_cache(maxsize=8)
def draw_normals(draws: int, sizes: tuple[int, ...]) -> tuple[Floats, ...]:
    """Return as many even draws of each number of columns, one after the other from `SEED`."""
    random = np.random.default_rng(SEED)
    return tuple(draw_evenly(random, draws, size) for size in sizes)
