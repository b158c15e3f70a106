"""Where a panel of rows of a marker sheet has its label, its axes and its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chorall.reports.marker_sheet_rows import SheetRow

ROW: Final = 0.142
GAP: Final = 0.07


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a panel of rows has its parts, in inches from the left edge.

    Attributes
    ----------
    label : float
        Left end of the labels.
    plot : tuple of float
        Left end and width of the axes.
    cells : tuple of (float, str, int)
        Place, alignment (`left`, `right`) and line (0 on top) of each column of numbers.
    heads : tuple of str
        Above each column; a line break makes two lines.
    most : int
        Letters of a label, which has the first line.
    n_lines : int
        Of a row.
    """

    label: float
    plot: tuple[float, float]
    cells: tuple[tuple[float, str, int], ...]
    heads: tuple[str, ...]
    most: int = 18
    n_lines: int = 1

    @property
    def head(self) -> float:
        """Inches from the title to the first row."""
        return 0.32 + self.extra + ROW * (self.n_lines - 1)

    @property
    def extra(self) -> float:
        """Inches of the second line of a head."""
        return 0.1 if any("\n" in head for head in self.heads) else 0.0

    @property
    def row(self) -> float:
        """Inches of a row."""
        return ROW * self.n_lines + (0.05 if self.n_lines > 1 else 0.0)

    @property
    def plot_line(self) -> int:
        """The line that the axes speak of: the only one, or the one below the label."""
        return min(self.n_lines - 1, 1)

    def find_line(self, line: int) -> float:
        """Return the inches from the middle of a row down to a line of it."""
        return ROW * (line - (self.n_lines - 1) / 2)

    def move(self, shift: float) -> Columns:
        """Return the same columns further to the right."""
        cells = tuple((at + shift, side, line) for at, side, line in self.cells)
        plot = (self.plot[0] + shift, self.plot[1])
        return replace(self, label=self.label + shift, plot=plot, cells=cells)

    def measure(self, rows: Sequence[SheetRow]) -> float:
        """Return the inches that the rows take."""
        return self.row * max(len(rows), 1) + GAP * sum(row.gap for row in rows)
