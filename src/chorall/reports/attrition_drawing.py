"""Draw boxes from the top down, what left beside each arrow, and a table by trial."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import FancyArrowPatch

from chorall.reports.canvas import (
    INK,
    MARGIN,
    NOTE_SIZE,
    SOFT_INK,
    Sheet,
    is_narrow,
    open_sheet,
    shorten_label,
)

if TYPE_CHECKING:
    from chorall.reports.attrition_figure import Stage

BOX_HEIGHT: Final = 0.3
LINE: Final = 0.155
GAP: Final = 0.26
ROW_HEIGHT: Final = 0.18
_KEPT: Final[dict[str, Any]] = {"facecolor": "#deebf7", "edgecolor": INK, "linewidth": 0.8}
_LOST: Final[dict[str, Any]] = {
    "facecolor": "white",
    "edgecolor": INK,
    "linewidth": 0.8,
    "linestyle": (0, (3, 2)),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the boxes stand, in inches.

    Attributes
    ----------
    box, centre : float
        Width of the boxes on the way, and where the arrow leads down.
    side : float
        Left end of the boxes beside the arrow.
    letters : int
        Of the widest letters that one line of a side box holds.
    names : float
        Width of the names of trials; 0 where they stand above their numbers.
    """

    box: float
    centre: float
    side: float
    letters: int
    names: float


TWO_COLUMNS: Final = Layout(2.9, MARGIN + 1.45, 3.7, 50, 1.75)
ONE_COLUMN: Final = Layout(3.26, 0.42, 0.8, 38, 0.0)


def draw_stages(
    stages: Sequence[Stage],
    heads: Sequence[str],
    table: Sequence[tuple[str, Sequence[str]]],
    words: tuple[str, str],
    *,
    synthetic: bool,
) -> Drawing:
    """Return the figure; `words` are title and note."""
    title, note = words
    layout = ONE_COLUMN if is_narrow() else TWO_COLUMNS
    wrapped = [_wrap(stage.lost, layout.letters) for stage in stages]
    steps = [_step_height(lines) for lines in wrapped[:-1]]
    body = BOX_HEIGHT * len(stages) + sum(steps)
    below = 0.7 + ROW_HEIGHT * len(table) if layout.names else 0.84 + 2 * ROW_HEIGHT * len(table)
    sheet = open_sheet(title, note, body + below + 0.18, synthetic=synthetic)
    top = sheet.top
    for place, (stage, lines) in enumerate(zip(stages, wrapped, strict=True)):
        sheet.draw_box((MARGIN, top, layout.box, BOX_HEIGHT), **_KEPT)
        middle = top + BOX_HEIGHT / 2
        sheet.write(MARGIN + layout.box / 2, middle, stage.kept, ha="center", weight="bold")
        top += BOX_HEIGHT
        if place < len(steps):
            _draw_step(sheet, layout, top, steps[place], lines)
            top += steps[place]
    _draw_table(sheet, layout, top + 0.25, heads, table)
    return sheet.drawing


def _wrap(lost: Sequence[str], letters: int) -> list[str]:
    return [part for line in lost for part in textwrap.wrap(line, letters, subsequent_indent="   ")]


def _step_height(lines: Sequence[str]) -> float:
    return GAP if not lines else GAP + LINE * len(lines) + 0.1


def _draw_step(
    sheet: Sheet, layout: Layout, top: float, height: float, lines: Sequence[str]
) -> None:
    """Draw the arrow down and the box beside it; without a loss it leads from rows to patients."""
    centre = layout.centre
    _draw_arrow(sheet, (centre, top), (centre, top + height))
    if not lines:
        beside = (centre + 0.1, top + height / 2)
        sheet.write(*beside, "rows of", size=NOTE_SIZE, color=SOFT_INK)
        return
    side_top, side_height = top + GAP / 2, height - GAP
    middle = side_top + side_height / 2
    _draw_arrow(sheet, (centre, middle), (layout.side, middle))
    sheet.draw_box((layout.side, side_top, sheet.right - layout.side, side_height), **_LOST)
    for place, line in enumerate(lines):
        line_top = side_top + 0.05 + LINE * (place + 0.5)
        sheet.write(layout.side + 0.1, line_top, line, size=NOTE_SIZE)


def _draw_arrow(sheet: Sheet, start: tuple[float, float], end: tuple[float, float]) -> None:
    places = [(left / sheet.width, 1 - top / sheet.height) for left, top in (start, end)]
    arrow = FancyArrowPatch(
        *places, transform=sheet.drawing.transFigure, arrowstyle="-|>", mutation_scale=8,
        color=INK, linewidth=0.9, shrinkA=0, shrinkB=0,
    )  # fmt: skip
    sheet.drawing.add_artist(arrow)


def _draw_table(
    sheet: Sheet,
    layout: Layout,
    top: float,
    heads: Sequence[str],
    table: Sequence[tuple[str, Sequence[str]]],
) -> None:
    """Write the numbers of each trial right-aligned below their headings, beside or below it."""
    lefts = MARGIN + layout.names
    widths = np.array([max(map(len, head.split())) + 1 for head in heads], dtype=float)
    rights = lefts + np.cumsum(widths) / widths.sum() * (sheet.right - lefts)
    n_lines = 1 if layout.names else 2
    style = {"size": NOTE_SIZE if layout.names else NOTE_SIZE - 1, "color": SOFT_INK}
    sheet.write(MARGIN, top + 0.14 * (2 / n_lines - 1), "By trial", weight="bold", size=NOTE_SIZE)
    top += 0.14 * (n_lines - 1)
    for right, head in zip(rights, heads, strict=True):
        lines = head.split(" ", 1)
        for place, line in enumerate(reversed(lines)):
            sheet.write(right, top + 0.14 - 0.13 * place, line, ha="right", **style)
    sheet.rule(top + 0.24)
    for place, (trial, numbers) in enumerate(table):
        line_top = top + 0.24 + ROW_HEIGHT * (place * n_lines + 0.6)
        sheet.write(MARGIN, line_top, shorten_label(trial, 24 * n_lines), size=NOTE_SIZE)
        line_top += ROW_HEIGHT * (n_lines - 1)
        for right, number in zip(rights, numbers, strict=True):
            sheet.write(right, line_top, number, ha="right", size=NOTE_SIZE)
    sheet.rule(top + 0.3 + ROW_HEIGHT * len(table) * n_lines)
