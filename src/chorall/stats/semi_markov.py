"""Occupancy of states whose time counts from their entry, for many rows of hazard ratios."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from chorall.errors import InputError
from chorall.stats._semi_markov import N_LANES, Course, follow_rows, make_room
from chorall.stats.arrays import Floats, Integers


class Judgement(NamedTuple):
    """Two ways out of the first state that do not race: who is going to fail, who to succeed.

    A row fails with the chance 1 - exp(-ratio * hazard of failure to the end), at the time by which
    that hazard has come; else it succeeds, after a time by the hazard of success alone. All other
    ways out race with either.

    Attributes
    ----------
    failure, success : int
        Their transitions.
    failure_before, success_before : float
        Their cumulative hazards from the entry until now.
    failure_to_come : float
        That of failure from now to the end, beyond all intervals followed.
    """

    failure: int
    success: int
    failure_before: float
    success_before: float
    failure_to_come: float


@dataclass(frozen=True, slots=True, eq=False)
class SemiMarkov:
    """A chain of states with baseline hazards, from one state on.

    States are numbered such that none is entered from a later one; the number of states stands for
    the end. Time is cut into g intervals. Who enters a state within an interval does so in its
    middle on average: the mean of two neighbouring points of how the state is left.

    Attributes
    ----------
    origin, target : ndarray of int64, shape (k,)
        Of each transition.
    hazard : ndarray of shape (k, g + 1)
        Cumulative baseline since entry at the ends of the intervals, from 0.
    ahead : ndarray of shape (k, h + 1)
        The same for who is in the first state, from now on, at the ends of finer intervals; only
        the rows of its transitions count.
    month_end : ndarray of int64, shape (g + 1,)
        Where among the h + 1 times each interval ends, from 0.
    n_states : int
        Without the end.
    start : int
        The first state.
    move : tuple of (int, int, int, int)
        State, transition, interval since entry, and interval from now on for who is in the state at
        the start: all who are still there at its end go along that transition, nobody earlier.
        A state of -1: nobody is moved.
    judgement : Judgement or None
        Ways out of the first state that are judged; None: all ways race.
    """

    origin: Integers
    target: Integers
    hazard: Floats
    ahead: Floats
    month_end: Integers
    n_states: int
    start: int
    move: tuple[int, int, int, int] = (-1, -1, 1, 1)
    judgement: Judgement | None = None
    _idle: list[Course] = field(default_factory=list, init=False, repr=False)
    """Room that no thread works in now."""

    def follow(
        self,
        ratio: Floats,
        at: Integers,
        *,
        barred: int = -1,
        last_free: int = -1,
        with_means: bool = False,
    ) -> Paths:
        """Follow every row.

        Parameters
        ----------
        ratio : ndarray of shape (r, k)
            Hazard ratios.
        at : ndarray of int64, shape (m,)
            Intervals after which the rows are read, rising; 0 is the start.
        barred, last_free : int
            `free` tells who never went through the state `barred`, in states up to `last_free`; -1
            leaves it out.
        with_means : bool
            True: the means after every interval too, which takes half as long again.
        """
        padded = -(-len(ratio) // N_LANES) * N_LANES
        shape = (self.n_states, len(at), padded)
        present, entered, ended, free = (np.zeros(shape) for _ in range(4))
        g = self.hazard.shape[1] - 1
        if len(at) and not (at[0] >= 0 and at[-1] <= g and (np.diff(at) > 0).all()):
            raise InputError(f"`at` must rise within 0 and {g}.")
        total = make_room(2, self.n_states, g + 1 if with_means else 0)
        rows = np.ascontiguousarray(ratio, np.float64)
        room = self._take_room()
        follow_rows(room, rows, barred, last_free, at, present, entered, ended, free, total)
        self._idle.append(room)
        mean = total.sum(axis=-1) / len(ratio)
        found = present, entered, ended, free if last_free >= 0 else present
        by_row = [one[..., : len(ratio)].transpose(2, 0, 1) for one in found]
        return Paths(by_row[0], by_row[1], by_row[2], by_row[3], mean)

    def _take_room(self) -> Course:
        with suppress(IndexError):
            return self._idle.pop()
        return Course(
            self.origin, self.target, self.hazard, self.ahead, self.month_end, self.n_states,
            self.start, self.move, self.judgement,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """What became of every row.

    Attributes
    ----------
    present : ndarray of shape (r, s, m)
        Probability of being in each state at each time read.
    entered : ndarray of shape (r, s, m)
        Of having entered it by then; whoever starts in it has not.
    ended : ndarray of shape (r, s, m)
        Of having come to the end from it.
    free : ndarray of shape (r, s, m)
        Of being in it without having been in the barred state.
    mean : ndarray of shape (2, s, g + 1)
        Means over the rows after each interval: present, ended; no intervals where left out.
    """

    present: Floats
    entered: Floats
    ended: Floats
    free: Floats
    mean: Floats
