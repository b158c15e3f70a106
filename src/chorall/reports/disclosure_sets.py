"""Sets of patients that lie in one another: what the counts of some tell of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.hidden_counts import Cell, Sum

Members = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class NestedSets:
    """Some sets of n patients, and all that follow from them by taking one out of another.

    Two sets with the same patients are one. A set is a whole number, of which each bit stands for
    the patients who are in the same of the sets given.

    Attributes
    ----------
    names : dict of str to int
        The sets given.
    sums : tuple of (whole, parts)
        Every set, and two others that it falls into.
    kind : ndarray of int, shape (n,)
        The bit of each patient.
    """

    names: dict[str, int]
    sums: tuple[tuple[int, tuple[int, int]], ...]
    kind: NDArray[np.int64]

    @property
    def every(self) -> tuple[int, ...]:
        """All sets, those given first."""
        further = (one for whole, parts in self.sums for one in (whole, *parts))
        return tuple(dict.fromkeys([*self.names.values(), *further]))

    def count(self, who: Members) -> dict[int, int]:
        """Return how many of those where `who`, shape (n,), is True are in each set."""
        sizes = np.bincount(self.kind[who], minlength=int(self.kind.max(initial=0)) + 1).tolist()
        return {
            one: sum(size for bit, size in enumerate(sizes) if one >> bit & 1) for one in self.every
        }


def nest_sets(sets: Mapping[str, Members]) -> NestedSets:
    """Find which of some sets of n patients lie in which, what is left of these, and so on.

    Parameters
    ----------
    sets : mapping of str to ndarray of bool, shape (n,)
        True for those in the set. Sets without anybody are left out.

    Returns
    -------
    NestedSets
        That one lies in the other is read from the patients: somebody may know it, as that nobody
        dies who has no event.
    """
    columns = np.column_stack([*sets.values()])
    kinds, kind = np.unique(columns, axis=0, return_inverse=True)
    bits = [sum(1 << place for place in np.flatnonzero(one).tolist()) for one in kinds.T]
    names = {name: one for name, one in zip(sets, bits, strict=True) if one}
    return NestedSets(names, _take_apart(sorted(set(names.values()))), kind.reshape(-1))


def _take_apart(sets: Sequence[int]) -> tuple[tuple[int, tuple[int, int]], ...]:
    found, fresh = set(sets), set(sets)
    while fresh:
        pairs = [
            (whole, part) for whole in found for part in found if whole != part == whole & part
        ]
        fresh = {whole - part for whole, part in pairs} - found
        found |= fresh
    return tuple(
        (whole, (part, whole - part))
        for whole in sorted(found)
        for part in sorted(found)
        if whole != part == whole & part and part <= whole - part
    )


def count_cells(
    sets: NestedSets, who: Mapping[str, Members], sums: Sequence[tuple[str, tuple[str, ...]]]
) -> tuple[dict[Cell, int], list[Sum]]:
    """Return the count of every set in every group of patients, and which add up to which.

    Parameters
    ----------
    sets : NestedSets
        Of n patients.
    who : mapping of str to ndarray of bool, shape (n,)
        Groups of these patients.
    sums : sequence of (whole, parts)
        Names of groups that add up.

    Returns
    -------
    tuple of dict and list
        Cells are (set, name of a group).
    """
    counts: dict[Cell, int] = {
        (one, name): n for name, members in who.items() for one, n in sets.count(members).items()
    }
    within: list[Sum] = [
        ((whole, name), tuple((part, name) for part in parts))
        for name in who
        for whole, parts in sets.sums
    ]
    across: list[Sum] = [
        ((one, whole), tuple((one, part) for part in parts))
        for whole, parts in sums
        for one in sets.every
    ]
    return counts, [*within, *across]
