"""Which hidden counts the shown ones tell: exact elimination over sums of counts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

Cell = Hashable
Sum = tuple[Cell, tuple[Cell, ...]]
Row = dict[Cell, Fraction]


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
