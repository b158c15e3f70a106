"""Which counts of sets that lie in one another must be hidden so that no small one is told."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError

PRIME: Final = 2**31 - 1
Sets = NDArray[np.int64]
"""One row for each set, of 0 and 1; a column for each part of the patients that no set divides."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided of sets that are made of the same m parts.

    Attributes
    ----------
    sizes : ndarray of int, shape (m,)
        Patients of each part. One without patients hides nothing: all know that it is empty.
    shown : ndarray of int, shape (n, m)
        Sets whose counts are to be shown, where they can be.
    worth : ndarray of int, shape (n,)
        Of two that would do, the one of less worth is hidden.
    known : ndarray of int, shape (k, m)
        Sets whose counts are known from elsewhere.
    watched : ndarray of int, shape (w, m)
        Sets that must not be told where they are small.
    secret : ndarray of int, shape (s, m)
        Sets that must not be told whatever their size.
    """

    sizes: NDArray[np.int64]
    shown: Sets
    worth: NDArray[np.int64]
    known: Sets
    watched: Sets
    secret: Sets


def list_differences(sets: Sets) -> Sets:
    """Return every set that sums and differences of some sets make, each once.

    Parameters
    ----------
    sets : ndarray of int, shape (n, m)
        Of 0 and 1; n is small, for 3 to the power of n sums are tried.
    """
    turns = np.array(list(product((0, 1, -1), repeat=len(sets))), dtype=np.int64)
    made = turns @ sets
    return np.unique(made[((made == 0) | (made == 1)).all(axis=1) & made.any(axis=1)], axis=0)


def find_hidden_sets(asked: Question, fewest: int) -> NDArray[np.bool_]:
    """Return which of the sets must not be shown.

    Parameters
    ----------
    asked : Question
        Shown sets that are small are watched as well.
    fewest : int
        Counts from 1 to one below are small.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for sets that are small or secret, and for so many more that no watched one is a sum
        and difference of those shown or known. In every round, for each that is told, the set of
        least worth is hidden from which it follows; of the same worth the smallest, then the last.
        None is hidden in the end that could be shown.

    Raises
    ------
    InputError
        If `fewest` is below 1.

    Notes
    -----
    Elimination modulo a prime near 2^31: nothing that is told is missed unless the prime divides a
    determinant of a few sets, which are small numbers. That counts are not negative is used for
    empty parts only. What follows from `known` alone cannot be helped here; it is kept from
    following from those shown alone.
    """
    if fewest < 1:
        raise InputError("the smallest count shown must be 1 or more; 5 is customary.")
    some = asked.sizes > 0
    shown, known, secret = (one[:, some] for one in (asked.shown, asked.known, asked.secret))
    secret = secret[secret.any(axis=1)]
    sizes = shown @ asked.sizes[some]
    always = (sizes > 0) & (sizes < fewest)
    always |= (shown[:, np.newaxis] == secret).all(axis=2).any(axis=1)
    hidden: NDArray[np.bool_] = always.copy()
    watched = np.vstack([asked.watched[:, some], shown])
    numbers = watched @ asked.sizes[some]
    small = watched[(numbers > 0) & (numbers < fewest)]
    watched = np.unique(np.vstack([small, secret]), axis=0)
    given_away = _explain(watched, known).any(axis=1)
    order = np.lexsort((np.arange(len(sizes)), -sizes, -asked.worth))

    def explain(rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return from which of the rows each watched set follows, with what is known."""
        both = np.vstack([known, shown[rows]])
        kept = _explain(watched[~given_away], both)[:, len(known) :]
        return np.vstack([kept, _explain(watched[given_away], shown[rows])])

    while more := _choose(explain(rows := order[~hidden[order]]), rows):
        hidden[list(more)] = True
    for one in order:  # what a later one made needless is shown again, the worthiest first
        if hidden[one] and not always[one]:
            hidden[one] = explain(np.append(order[~hidden[order]], one)).any()
    return hidden


def _choose(reasons: NDArray[np.bool_], rows: NDArray[np.int64]) -> set[int]:
    """Return for each set that is told one of those that tell it; one may do for several."""
    more: set[int] = set()
    for reason in reasons[reasons.any(axis=1)]:
        able = rows[reason].tolist()
        if not more & set(able):
            more.add(able[-1])
    return more


def _explain(watched: Sets, told: Sets) -> NDArray[np.bool_]:
    """Return from which rows of `told` each watched set follows; none where it is not told."""
    width = told.shape[1]
    rows, pivots = _eliminate(np.hstack([told, np.eye(len(told), dtype=np.int64)]), width)
    reduced = watched[:, pivots] @ rows
    is_told = (reduced[:, :width] % PRIME == watched).all(axis=1)
    reasons: NDArray[np.bool_] = (reduced[:, width:] % PRIME != 0) & is_told[:, np.newaxis]
    return reasons


def _eliminate(rows: Sets, width: int) -> tuple[Sets, list[int]]:
    """Return rows with a 1 of their own in some of the first `width` columns, and these columns."""
    pivots: list[int] = []
    for column in range(width):
        top = len(pivots)
        found = np.flatnonzero(rows[top:, column])
        if len(found):
            rows[[top, top + found[0]]] = rows[[top + found[0], top]]
            rows[top] = rows[top] * pow(int(rows[top, column]), -1, PRIME) % PRIME
            others = rows[:, column].copy()
            others[top] = 0
            rows = (rows - others[:, np.newaxis] * rows[top]) % PRIME
            pivots.append(column)
    return rows[: len(pivots)], pivots
