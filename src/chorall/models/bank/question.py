"""A question about one patient, made ready: draws, numbers, intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import INTERVALS_PER_YEAR, Bank
from chorall.models.bank.noise import ALL_SOURCES, Noise, Sources, make_noise
from chorall.models.bank.occupancy import Occupancy
from chorall.models.bank.prediction import QUANTITIES
from chorall.models.bank.ratios import find_ratios
from chorall.models.bank.simulate_course import Now, complete, follow_strategies
from chorall.models.bank.strategy import Strategy

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a bank about one patient.

    Attributes
    ----------
    known : ndarray of shape (f,)
        Numbers of the features, NaN where not known.
    strategies : tuple of Strategy, length s
    years : tuple of float, length k
        From today.
    level : float
        Of the intervals.
    """

    bank: Bank
    known: Floats
    now: Now
    strategies: tuple[Strategy, ...]
    years: tuple[float, ...]
    level: float
    draws: int

    @property
    def noise(self) -> Noise:
        """The random numbers of the bank."""
        return make_noise(self.bank, self.draws)

    def draw(self, known: Floats) -> list[Occupancy]:
        """Follow the patient under every strategy by the same noise."""
        return self.follow(self.find_ratios(known))

    def find_ratios(self, known: Floats, sources: Sources = ALL_SOURCES) -> Floats:
        """Return hazard ratios, shape (s, d, k), d of 1 where nothing is drawn."""
        return self.weigh(complete(self.bank, known, self.noise, sources), sources)

    def weigh(self, features: Floats, sources: Sources = ALL_SOURCES) -> Floats:
        """Return the same of features that are complete, one row or one per draw."""
        flags = [strategy.flags for strategy in self.strategies]
        return find_ratios(self.bank, features, flags, self.draws, sources, self.now.trial)

    def follow(self, ratios: Floats, *, with_means: bool = False) -> list[Occupancy]:
        """Follow rows of hazard ratios, shape (s, d, k), under the strategies."""
        months = sorted({round(years * INTERVALS_PER_YEAR) for years in self.years})
        return follow_strategies(
            self.bank, ratios, self.strategies, self.now, months, with_means=with_means
        )

    def read(self, courses: list[Occupancy]) -> Floats:
        """Return the draws of every number asked, shape (s + s - 1, q, k, d).

        First the strategies, then the first less each other one; the q `QUANTITIES`; the k years.
        """
        months = [round(years * INTERVALS_PER_YEAR) for years in self.years]
        places = [courses[0].months.index(month) for month in months]
        own = np.stack([course.read_all(QUANTITIES) for course in courses])[:, :, places]
        return np.concatenate([own, own[:1] - own[1:]])

    def summarise(self, numbers: Floats) -> Floats:
        """Return mean, lower and upper limit of draws, shape (..., 3)."""
        return summarise(numbers, self.level)


def summarise(draws: Floats, level: float) -> Floats:
    """Return mean and limits over the last axis, shape (..., 3).

    The limits are those between which a further draw falls with the probability `level` (positions
    by n + 1): the usual ones are too narrow with few draws.
    """
    found = np.empty((*draws.shape[:-1], 3))
    np.mean(draws, axis=-1, out=found[..., 0])
    found[..., 1:] = find_limits(draws, level)
    return found


def find_limits(draws: Floats, level: float) -> Floats:
    """Return the limits alone, shape (..., 2)."""
    lower, upper = place_limits(draws.shape[-1], level)
    ordered = np.sort(draws, axis=-1)  # twice as fast here as a partition
    ends = [
        ordered[..., one] + share * (ordered[..., other] - ordered[..., one])
        for one, other, share in (lower, upper)
    ]
    return np.stack(ends, axis=-1)


@lru_cache(maxsize=8)
def place_limits(n: int, level: float) -> tuple[tuple[int, int, float], tuple[int, int, float]]:
    """Return for each limit the two ordered draws, from 0, between which it lies, and how far."""
    places = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        place = min(max((n + 1) * share - 1, 0), n - 1)
        first = min(int(place), max(n - 2, 0))
        places.append((first, min(first + 1, n - 1), place - first))
    return places[0], places[1]
