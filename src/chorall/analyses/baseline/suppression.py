"""Which counts of a table must be hidden so that no small one can be worked out from the others.

Beside `hidden_counts`, which links any sums there are and uses linear algebra alone. Here it is one
table with known totals, often of few levels and with zeros, to which more can be promised: that
counts are whole and not negative does not tell a hidden one either, and where the table allows it
could as well be large.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Cell = tuple[int, int]


def hide_small_counts(counts: NDArray[np.int64], smallest: int) -> NDArray[np.bool_]:
    """Return which cells of a table, and which of its row totals, must not be shown.

    A count from 1 to `smallest` - 1 is hidden. What the totals would give away is hidden with it:
    every hidden cell is a corner of a rectangle of hidden cells whose counts can be shifted to and
    fro without changing anything that is shown, so that at least two values remain possible.
    Partners are chosen so that, where the table has such, the count could as well be `smallest` or
    more; then so that few further cells are hidden; then the smallest counts.

    Parameters
    ----------
    counts : ndarray of int, shape (n_levels, n_groups)
        Disjoint levels by disjoint groups, at least one of these.
    smallest : int
        The smallest count that is shown; 1 or less hides nothing. Zeros are shown unless they are
        needed as partners.

    Returns
    -------
    ndarray of bool, shape (n_levels, n_groups + 1)
        True where hidden; the last column stands for the totals of the levels over all groups. The
        totals of the groups, over all levels, are taken to be known to everybody.

    Notes
    -----
    The reader is taken to know every other cell, all totals of groups, and that counts are whole
    and not negative. A table with one level only cannot be protected: its count is the total of
    the group; give it a second level, with zeros. Tables of the same patients by another grouping
    are not looked at.
    """
    whole = np.column_stack([counts, counts.sum(axis=1)])
    hidden = np.zeros(whole.shape, dtype=np.bool_)
    small = (whole > 0) & (whole < smallest)
    for place in sorted(zip(*np.nonzero(small), strict=True), key=lambda cell: whole[cell]):
        row, column = int(place[0]), int(place[1])
        for cell in _choose_partners(whole, hidden, (row, column), smallest):
            hidden[cell] = True
    return hidden


def _choose_partners(
    whole: NDArray[np.int64], hidden: NDArray[np.bool_], cell: Cell, smallest: int
) -> tuple[Cell, ...]:
    def cost(rectangle: tuple[Cell, ...]) -> tuple[bool, int, int]:
        further = [one for one in rectangle if not hidden[one]]
        wide = whole[cell] + _room_upwards(whole, rectangle) >= smallest
        return not wide, len(further), sum(int(whole[one]) for one in further)

    found = [one for one in _list_rectangles(whole, cell) if _can_shift(whole, one)]
    return min(found, key=cost) if found else (cell,)


def _list_rectangles(whole: NDArray[np.int64], cell: Cell) -> Iterator[tuple[Cell, ...]]:
    """Yield the cell, its partner in the row, the one in the column, and the one across."""
    row, column = cell
    for other_row in (place for place in range(whole.shape[0]) if place != row):
        for other in (place for place in range(whole.shape[1]) if place != column):
            yield cell, (row, other), (other_row, column), (other_row, other)


def _can_shift(whole: NDArray[np.int64], rectangle: tuple[Cell, ...]) -> bool:
    falls_too = rectangle[1 if _has_total(whole, rectangle) else 3]
    downwards = whole[rectangle[0]] >= 1 and whole[falls_too] >= 1
    return bool(downwards) or _room_upwards(whole, rectangle) >= 1


def _room_upwards(whole: NDArray[np.int64], rectangle: tuple[Cell, ...]) -> int:
    """Return by how much the first cell could be larger with all that is shown unchanged."""
    if _has_total(whole, rectangle):  # cell and total of a row rise, those of the other row fall
        return int(min(whole[rectangle[2]], whole[rectangle[3]]))
    return int(min(whole[rectangle[1]], whole[rectangle[2]]))


def _has_total(whole: NDArray[np.int64], rectangle: tuple[Cell, ...]) -> bool:
    return whole.shape[1] - 1 in {column for _, column in rectangle}
