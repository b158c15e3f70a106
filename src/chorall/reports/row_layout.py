"""Where the rows of a drawing have their label, their axes and their columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from chorall.reports.canvas import (
    MARGIN,
    PLATE,
    SOFT_INK,
    TEXT_SIZE,
    Sheet,
    is_narrow,
    shorten_label,
)

LINE: Final = 0.165
"""Inches from one line of a row to the next."""


@dataclass(frozen=True, slots=True)
class RowLayout:
    """The parts of a row, in inches from the left edge.

    Attributes
    ----------
    row : float
        Height of a row.
    plot : tuple of float
        Left end and width of the axes, which have the last line of a row.
    cells : tuple of (float, str, int)
        Place, alignment (`left`, `right`) and line (0 on top) of each column of numbers.
    letters : int
        Of a label, which has the first line.
    n_lines : int
        Of a row: one where there is room, two on a narrow sheet.
    """

    row: float
    plot: tuple[float, float]
    cells: tuple[tuple[float, str, int], ...]
    letters: int
    n_lines: int = 1

    @property
    def plot_shift(self) -> float:
        """Inches from the middle of a row down to what is drawn in its axes."""
        return self.find_line(self.n_lines - 1)

    @property
    def head(self) -> float:
        """Inches that the heads of the columns take."""
        return 0.06 + 0.16 * (1 + max((line for _, _, line in self.cells), default=0))

    def find_line(self, line: int) -> float:
        """Return the inches from the middle of a row down to a line of it."""
        return LINE * (line - (self.n_lines - 1) / 2)


def choose_layout(one: RowLayout, two: RowLayout) -> RowLayout:
    """Return the layout for one column of a journal or for two, whichever is drawn for."""
    return one if is_narrow() else two


def write_heads(sheet: Sheet, layout: RowLayout, heads: Sequence[str], size: float) -> None:
    """Write a head above each column and move down to the first row."""
    style: dict[str, Any] = {"weight": "bold", "size": size, "va": "top"}
    for (at, side, line), head in zip(layout.cells, heads, strict=True):
        sheet.write(at, sheet.top + 0.02 + 0.16 * line, head, ha=side, **style)
    sheet.top += layout.head


def write_row(
    sheet: Sheet,
    middle: float,
    layout: RowLayout,
    words: tuple[str, Sequence[str]],
    *,
    lacking: bool = False,
    indent: float = 0.0,
    **style: Any,
) -> None:
    """Write a label and its cells; `lacking` writes the first cell as one without a figure."""
    label, cells = words
    # In two lines the words stand within the axes, whose grid must not run through them.
    plate = {"bbox": PLATE} if layout.n_lines > 1 else {}
    given = {"size": TEXT_SIZE - 0.5} | plate | style
    place = (MARGIN + indent, middle + layout.find_line(0))
    sheet.write(*place, shorten_label(label, layout.letters), **given)
    for column, ((at, side, line), cell) in enumerate(zip(layout.cells, cells, strict=True)):
        soft = {"color": SOFT_INK, "style": "italic"} if lacking and not column else {}
        sheet.write(at, middle + layout.find_line(line), cell, ha=side, **(given | soft))
