"""Patients counted by what happened to them and by who they are: cells that lie in one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.hidden_sets import Question, Sets, find_hidden_sets, list_differences

Members = NDArray[np.bool_]
Pair = tuple[str, str]
"""What, and who: the patients who are in both sets."""
Family = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Crossed:
    """Sets of n patients of two sorts, crossed into parts that no set divides.

    Attributes
    ----------
    what, who : dict of str to ndarray of int
        The sets of either sort, by the patterns of that sort.
    sizes : ndarray of int, shape (patterns of what times patterns of who,)
        Patients of each part.
    families : tuple of (what, who)
        Names of sets whose differences are watched: each of the one sort in each of the other.
    """

    what: dict[str, NDArray[np.int64]]
    who: dict[str, NDArray[np.int64]]
    sizes: NDArray[np.int64]
    families: tuple[Family, ...]

    def rows(self, pairs: Iterable[Pair]) -> Sets:
        """Return each pair as the parts that it is made of."""
        found = [np.kron(self.what[what], self.who[who]) for what, who in pairs]
        return np.array(found, dtype=np.int64).reshape(-1, len(self.sizes))

    def size(self, what: str, who: str) -> int:
        """Return how many patients are in both sets."""
        return int((self.rows([(what, who)]) @ self.sizes)[0])

    def list_small(self, fewest: int) -> Sets:
        """Return what differences of the one sort leave of those of the other, where few are."""
        found = []
        for what, who in self.families:
            kinds = _differ([self.what[name] for name in what])
            classes = _differ([self.who[name] for name in who])
            sizes = kinds @ self.sizes.reshape(kinds.shape[1], classes.shape[1]) @ classes.T
            places = np.argwhere((sizes > 0) & (sizes < fewest))
            found += [np.kron(kinds[one], classes[other]) for one, other in places]
        return np.array(found, dtype=np.int64).reshape(-1, len(self.sizes))


def _differ(sets: Sequence[NDArray[np.int64]]) -> Sets:
    return list_differences(np.unique(np.array(sets), axis=0))


def find_members(patient_ids: pl.Series, chosen: pl.Series) -> Members:
    """Return True for the patients that are among those chosen."""
    return patient_ids.is_in(chosen.to_list()).to_numpy()


def cross_sets(
    what: Mapping[str, Members],
    who: Mapping[str, Members],
    families: tuple[Family, ...] | None = None,
) -> Crossed:
    """Cross two sorts of sets of the same n patients.

    Parameters
    ----------
    what, who : mapping of str to ndarray of bool, shape (n,)
        True for those in the set. That one lies in the other is read from the patients: somebody
        may know it, as that nobody dies who has no event.
    families : tuple of (what, who), optional
        As in `Crossed`; all sets together where not given.
    """
    kinds, kind = np.unique(np.array([*what.values()]), axis=1, return_inverse=True)
    classes, own = np.unique(np.array([*who.values()]), axis=1, return_inverse=True)
    place = kind.reshape(-1) * classes.shape[1] + own.reshape(-1)
    sizes = np.bincount(place, minlength=kinds.shape[1] * classes.shape[1])
    return Crossed(
        dict(zip(what, kinds.astype(np.int64), strict=True)),
        dict(zip(who, classes.astype(np.int64), strict=True)),
        sizes.astype(np.int64),
        families or ((tuple(what), tuple(who)),),
    )


def find_hidden_pairs(
    crossed: Crossed,
    shown: Mapping[Pair, int],
    fewest: int,
    *,
    known: Iterable[Pair] = (),
    secret: Iterable[Pair] = (),
) -> frozenset[Pair]:
    """Return which counts must not be shown.

    Parameters
    ----------
    crossed : Crossed
        The patients.
    shown : mapping of (str, str) to int
        Counts to be shown, and what they are worth: of two that would do, the lesser is hidden.
    fewest : int
        The smallest count shown.
    known, secret : iterable of (str, str)
        Counts that stand elsewhere; those that are hidden elsewhere, whatever their size.
    """
    hidden = find_hidden_sets(
        Question(
            sizes=crossed.sizes,
            shown=crossed.rows(shown),
            worth=np.array([*shown.values()], dtype=np.int64),
            known=crossed.rows(known),
            watched=crossed.list_small(fewest),
            secret=crossed.rows(secret),
        ),
        fewest,
    )
    return frozenset(pair for pair, gone in zip(shown, hidden, strict=True) if gone)
