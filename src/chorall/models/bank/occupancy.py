"""Where a patient is at each time: what following a course gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.states import EVENT_FREE, FROM_REMISSION

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Probabilities at the ends of some intervals, in d draws.

    Attributes
    ----------
    months : tuple of int, length m
        The intervals after which they hold; 0 is the start.
    states : dict of str to ndarray of shape (d, m)
        Probability of being in each living state.
    event_free : dict of str to ndarray of shape (d, m)
        The same of who has not failed induction: a remission that comes later is no event-free one.
    deaths : dict of str to ndarray of shape (d, m)
        Probability of having died from each state.
    relapse, failure : ndarray of shape (d, m)
        Probability of having relapsed, or failed induction, by then.
    mean : dict of str to ndarray of shape (g + 1,)
        Mean over the draws after every interval: of each living state, and `death_from_STATE`.
        Empty where it was not asked for.
    """

    months: tuple[int, ...]
    states: dict[str, Floats]
    event_free: dict[str, Floats]
    deaths: dict[str, Floats]
    relapse: Floats
    failure: Floats
    mean: dict[str, Floats] = field(default_factory=dict)

    def take(self, rows: slice) -> Occupancy:
        """Return some of the draws, without means."""
        states, free, deaths = (
            {name: values[rows] for name, values in one.items()}
            for one in (self.states, self.event_free, self.deaths)
        )
        return Occupancy(self.months, states, free, deaths, self.relapse[rows], self.failure[rows])

    @property
    def overall_survival(self) -> Floats:
        """Probability of being alive, shape (d, m)."""
        return np.asarray(1 - sum(self.deaths.values()))

    @property
    def event_free_survival(self) -> Floats:
        """Probability that neither failure, relapse nor death has happened."""
        free = [self.event_free[name] for name in EVENT_FREE if name in self.event_free]
        return np.asarray(sum(free, np.zeros_like(self.relapse)))

    @property
    def death_in_remission(self) -> Floats:
        """Probability of having died in first remission, transplanted or not."""
        return np.asarray(sum(self.deaths[name] for name in FROM_REMISSION if name in self.deaths))

    def read_all(self, quantities: Sequence[str]) -> Floats:
        """Return some quantities after every interval, shape (q, m, d)."""
        shape = self.relapse.shape
        return np.array([np.broadcast_to(getattr(self, one), shape).T for one in quantities])

    def read(self, quantity: str, month: int) -> Floats:
        """Return one quantity after an interval in every draw, shape (d,)."""
        values: Floats = getattr(self, quantity)
        place = self.months.index(month)
        return np.broadcast_to(values, self.relapse.shape)[:, place]
