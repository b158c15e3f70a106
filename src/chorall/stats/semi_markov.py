"""Occupancy of states whose time counts from their entry, for many rows of hazard ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats._semi_markov import Course, follow_rows
from chorall.stats.arrays import Floats, Integers


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
    """

    origin: Integers
    target: Integers
    hazard: Floats
    ahead: Floats
    month_end: Integers
    n_states: int
    start: int
    move: tuple[int, int, int, int] = (-1, -1, 1, 1)

    def follow(
        self, ratio: Floats, at: Integers, *, barred: int = -1, last_free: int = -1
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
        """
        shape = (len(ratio), self.n_states, len(at))
        present, entered, ended, free = (np.zeros(shape) for _ in range(4))
        g = self.hazard.shape[1] - 1
        if len(at) and not (at[0] >= 0 and at[-1] <= g and (np.diff(at) > 0).all()):
            raise InputError(f"`at` must rise within 0 and {g}.")
        total = np.zeros((2, self.n_states, g + 1))
        room = Course(
            self.origin, self.target, self.hazard, self.ahead, self.month_end, self.n_states,
            self.start, self.move,
        )  # fmt: skip
        rows = np.ascontiguousarray(ratio, np.float64)
        follow_rows(room, rows, barred, last_free, at, present, entered, ended, free, total)
        mean = total / len(ratio)
        return Paths(present, entered, ended, free if last_free >= 0 else present, mean)


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
        Means over the rows after each interval: present, ended.
    """

    present: Floats
    entered: Floats
    ended: Floats
    free: Floats
    mean: Floats
