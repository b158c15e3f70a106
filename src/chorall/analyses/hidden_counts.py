"""Which counts must be hidden so that no small one follows from those shown: exact elimination."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

from chorall.errors import InputError

Cell = Hashable
Sum = tuple[Cell, tuple[Cell, ...]]
Row = dict[Cell, Fraction]
Cost = tuple[int, bool, int]


def find_hidden(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum],
    fewest: int,
    worth: Callable[[Cell], int] = lambda _: 0,
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

    Returns
    -------
    set of cell
        The small counts, and so many more that no small one follows from the cells shown: first no
        sum has a single hidden cell, then exact elimination over all sums finds none. Of cells of
        the same worth the smallest count that is not 0 is taken, then a 0; ties go to the first.

    Raises
    ------
    InputError
        If `fewest` is below 1.
    """
    if fewest < 1:
        raise InputError("the smallest count shown must be 1 or more; 5 is customary.")
    small = {cell for cell, count in counts.items() if 0 < count < fewest}
    hidden = set(small)
    known = [tuple(one for one in (whole, *parts) if one in counts) for whole, parts in sums]
    cost = {cell: (worth(cell), not count, count) for cell, count in counts.items()}
    while small:
        _close(hidden, known, cost)
        told = find_told(hidden, sums) & small
        more = _choose_near(told, hidden, known, cost) if told else None
        if more is None:
            break
        hidden.add(more)
    return hidden


def _close(hidden: set[Cell], known: Sequence[tuple[Cell, ...]], cost: Mapping[Cell, Cost]) -> None:
    """Hide a second cell wherever a sum has a single hidden one."""
    changed = True
    while changed:
        changed = False
        for cells in known:
            others = [cell for cell in cells if cell not in hidden]
            if len(cells) - len(others) == 1 and others:
                hidden.add(min(others, key=lambda cell: cost[cell]))
                changed = True


def _choose_near(
    told: set[Cell],
    hidden: set[Cell],
    known: Sequence[tuple[Cell, ...]],
    cost: Mapping[Cell, Cost],
) -> Cell | None:
    """Return the cheapest shown cell of the sums that hang together with what is told."""
    near, grew = set(told), True
    while grew:
        linked = {one for cells in known if near & set(cells) for one in cells if one in hidden}
        grew = not linked <= near
        near |= linked
    shown = {one for cells in known if near & set(cells) for one in cells if one not in hidden}
    order = [one for cells in known for one in cells if one in shown]
    return min(order, key=lambda cell: cost[cell], default=None)


def find_told(hidden: AbstractSet[Cell], sums: Sequence[Sum]) -> set[Cell]:
    """Return the hidden cells that follow from the cells shown.

    Parameters
    ----------
    hidden : set of cell
        What is not shown; every other cell is known.
    sums : sequence of (whole, parts)
        Which cells add up to which.

    Returns
    -------
    set of cell
        Those that have the same value in every solution of the sums. That counts are whole numbers
        and not negative is not used: bounds that follow from it are not found.
    """
    pivots: dict[Cell, Row] = {}
    for whole, parts in sums:
        row = {part: Fraction(1) for part in parts if part in hidden}
        if whole in hidden:
            row[whole] = row.get(whole, Fraction(0)) - 1
        row = _reduce({cell: value for cell, value in row.items() if value}, pivots)
        if row:
            _insert(row, pivots)
    return {cell for cell, row in pivots.items() if len(row) == 1}


def _reduce(row: Row, pivots: dict[Cell, Row]) -> Row:
    for cell in [one for one in row if one in pivots]:
        _subtract(row, pivots[cell], row[cell])
    return row


def _insert(row: Row, pivots: dict[Cell, Row]) -> None:
    """Make the first cell of a row its pivot, and take it out of all other rows."""
    pivot = next(iter(row))
    first = row[pivot]
    scaled = {cell: value / first for cell, value in row.items()}
    for other in pivots.values():
        if pivot in other:
            _subtract(other, scaled, other[pivot])
    pivots[pivot] = scaled


def _subtract(row: Row, other: Row, times: Fraction) -> None:
    for cell, value in other.items():
        left = row.get(cell, Fraction(0)) - times * value
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
