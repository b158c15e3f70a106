"""Which counts must be hidden so that no small one follows from those shown: exact elimination.

For counts that are only known to add up. Where the patients themselves are at hand, so that it is
known which sets lie in which, `hidden_sets` asks the same of sets.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

from chorall.errors import InputError

Cell = Hashable
Sum = tuple[Cell, tuple[Cell, ...]]
Row = dict[Cell, int | Fraction]
Cost = tuple[int, bool, int]


def find_hidden(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum],
    fewest: int,
    worth: Callable[[Cell], int] = lambda _: 0,
    *,
    unseen: Collection[Cell] = (),
    fixed: Collection[Cell] = (),
    secret: Collection[Cell] = (),
) -> set[Cell]:
    """Return the cells that must not be shown.

    Parameters
    ----------
    counts : mapping of cell to int
        Every count.
    sums : sequence of (whole, parts)
        Which cells add up to which.
    fewest : int
        Counts from 1 to one below are hidden; 0 is shown where that gives nothing away.
    worth : callable, optional
        Of a cell: where one of several must be hidden, one of the least worth is.
    unseen : collection of cell, optional
        Cells that nobody is shown, whatever they hold. They are hidden from the start.
    fixed : collection of cell, optional
        Cells that are known from elsewhere, so that hiding them is of no use.
    secret : collection of cell, optional
        Cells that are hidden elsewhere: they may not be told here, whatever they hold.

    Returns
    -------
    set of cell
        The small counts, those unseen and secret, and so many more that no small or secret one
        follows from the cells shown, and that the hidden parts of no sum are told to be few
        together. Every round takes, for each that is told, the cell of least worth from which it
        follows; of the same worth the smallest count that is not 0, then a 0; ties go to the first.

    Raises
    ------
    InputError
        If `fewest` is below 1.

    Notes
    -----
    What follows from `fixed` cells alone cannot be helped here: it was told elsewhere.
    """
    if fewest < 1:
        raise InputError("the smallest count shown must be 1 or more; 5 is customary.")
    known = set(fixed)
    small = ({cell for cell, count in counts.items() if 0 < count < fewest} | set(secret)) - known
    hidden = (small | set(unseen)) - known

    def cost(cell: Cell) -> Cost:
        return worth(cell), not counts[cell], counts[cell]

    quiet = set(unseen) - small
    closable = [
        tuple(one for one in (whole, *parts) if one in counts and one not in known)
        for whole, parts in sums
    ]
    while small:
        _close(hidden, closable, quiet, cost)
        together = _join_hidden(hidden, counts, sums, fewest)
        told = find_told(hidden | together.keys(), [*sums, *together.items()])
        few = {cell: shown for cell, shown in told.items() if cell in small | together.keys()}
        more = _choose(few, counts.keys() - known, cost)
        if not more:
            break
        hidden |= more
    return hidden


def _close(
    hidden: set[Cell],
    sums: Sequence[tuple[Cell, ...]],
    quiet: AbstractSet[Cell],
    cost: Callable[[Cell], Cost],
) -> None:
    """Hide a second cell where a sum has a single hidden one: soon done, and mostly enough.

    A single one that is `quiet` may be told.
    """
    changed = True
    while changed:
        changed = False
        for cells in sums:
            single = [cell for cell in cells if cell in hidden]
            if len(single) == 1 and len(cells) > 1 and single[0] not in quiet:
                hidden.add(min((cell for cell in cells if cell not in hidden), key=cost))
                changed = True


def _join_hidden(
    hidden: AbstractSet[Cell], counts: Mapping[Cell, int], sums: Sequence[Sum], fewest: int
) -> dict[Cell, tuple[Cell, ...]]:
    """Return the hidden parts of each sum as a cell of their own, where they are few together."""
    joined: dict[Cell, tuple[Cell, ...]] = {}
    for place, (_, parts) in enumerate(sums):
        own = tuple(part for part in parts if part in hidden)
        if len(own) > 1 and 0 < sum(counts.get(part, 0) for part in own) < fewest:
            joined["together", place] = own
    return joined


def _choose(
    told: Mapping[Cell, tuple[Cell, ...]],
    free: AbstractSet[Cell],
    cost: Callable[[Cell], Cost],
) -> set[Cell]:
    """Return for each cell that is told one of those that tell it; one may do for several."""
    more: set[Cell] = set()
    for shown in told.values():
        able = [cell for cell in shown if cell in free]
        if able and not more & set(able):
            more.add(min(able, key=cost))
    return more


def find_told(hidden: AbstractSet[Cell], sums: Sequence[Sum]) -> dict[Cell, tuple[Cell, ...]]:
    """Return the hidden cells that follow from the cells shown, and from which.

    Parameters
    ----------
    hidden : set of cell
        What is not shown; every other cell is known.
    sums : sequence of (whole, parts)
        Which cells add up to which.

    Returns
    -------
    dict of cell to tuple of cell
        Those that have the same value in every solution of the sums, and shown cells that they are
        a sum and difference of. That counts are whole numbers and not negative is not used: bounds
        that follow from it are not found.
    """
    pivots: dict[Cell, Row] = {}
    for whole, parts in sums:
        row = _reduce(_write_row(whole, parts), pivots)
        pivot = next((cell for cell in row if cell in hidden), None)
        if pivot is not None:
            pivots[pivot] = _scale(row, row[pivot])
    done: dict[Cell, Row] = {}
    for pivot in reversed(pivots):  # a row holds later pivots only
        done[pivot] = _reduce(pivots[pivot], done)
    return {
        cell: tuple(one for one in row if one not in hidden)
        for cell, row in done.items()
        if sum(one in hidden for one in row) == 1
    }


def _write_row(whole: Cell, parts: Sequence[Cell]) -> Row:
    row: Row = {}
    for cell, sign in ((whole, -1), *((part, 1) for part in parts)):
        row[cell] = row.get(cell, 0) + sign
    return {cell: value for cell, value in row.items() if value}


def _scale(row: Row, first: int | Fraction) -> Row:
    """Divide a row; mostly by 1 or -1, and then its whole numbers stay quick."""
    if abs(first) == 1:
        return {cell: value * first for cell, value in row.items()}
    return {cell: Fraction(value) / first for cell, value in row.items()}


def _reduce(row: Row, pivots: Mapping[Cell, Row]) -> Row:
    """Take the pivots out of a row."""
    left = dict(row)
    while found := [cell for cell in left if cell in pivots]:
        for cell in found:
            if cell in left:
                _subtract(left, pivots[cell], left[cell])
    return left


def _subtract(row: Row, other: Row, times: int | Fraction) -> None:
    for cell, value in other.items():
        left = row.get(cell, 0) - times * value
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
