"""Draw boxes from the top down, what left beside each arrow, and a table by trial."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from matplotlib.figure import Figure as Drawing
from matplotlib.patches import FancyArrowPatch, Rectangle

from chorall.reports.canvas import (
    INK,
    MARGIN,
    NOTE_SIZE,
    SOFT_INK,
    WIDTH,
    Sheet,
    note_height,
    shorten_label,
)

if TYPE_CHECKING:
    from chorall.reports.attrition_figure import Stage

BOX_WIDTH: Final = 2.9
BOX_HEIGHT: Final = 0.3
SIDE_LEFT: Final = 3.7
SIDE_WIDTH: Final = WIDTH - MARGIN - SIDE_LEFT
SIDE_LETTERS: Final = 50
"""Of the widest letters that one line of a side box holds."""
LINE: Final = 0.155
GAP: Final = 0.26
NAMES_WIDTH: Final = 1.75
ROW_HEIGHT: Final = 0.18
_KEPT: Final = {"facecolor": "#deebf7", "edgecolor": INK, "linewidth": 0.8}
_LOST: Final = {"facecolor": "white", "edgecolor": INK, "linewidth": 0.8, "linestyle": (0, (3, 2))}


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
    wrapped = [_wrap(stage.lost) for stage in stages]
    steps = [_step_height(lines) for lines in wrapped[:-1]]
    body = BOX_HEIGHT * len(stages) + sum(steps)
    below = 0.7 + ROW_HEIGHT * len(table)
    sheet = Sheet(0.5 + body + below + 0.1 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    top = sheet.top
    for place, (stage, lines) in enumerate(zip(stages, wrapped, strict=True)):
        _draw_box(sheet, (MARGIN, top, BOX_WIDTH, BOX_HEIGHT), _KEPT)
        middle = top + BOX_HEIGHT / 2
        sheet.write(MARGIN + BOX_WIDTH / 2, middle, stage.kept, ha="center", weight="bold")
        top += BOX_HEIGHT
        if place < len(steps):
            _draw_step(sheet, top, steps[place], lines)
            top += steps[place]
    _draw_table(sheet, top + 0.25, heads, table)
    sheet.write_note(note)
    return sheet.drawing


def _wrap(lost: Sequence[str]) -> list[str]:
    return [
        part for line in lost for part in textwrap.wrap(line, SIDE_LETTERS, subsequent_indent="   ")
    ]


def _step_height(lines: Sequence[str]) -> float:
    return GAP if not lines else GAP + LINE * len(lines) + 0.1


def _draw_step(sheet: Sheet, top: float, height: float, lines: Sequence[str]) -> None:
    """Draw the arrow down and the box beside it; without a loss it leads from rows to patients."""
    centre = MARGIN + BOX_WIDTH / 2
    _draw_arrow(sheet, (centre, top), (centre, top + height))
    if not lines:
        beside = (centre + 0.1, top + height / 2)
        sheet.write(*beside, "rows of", size=NOTE_SIZE, color=SOFT_INK)
        return
    side_top, side_height = top + GAP / 2, height - GAP
    middle = side_top + side_height / 2
    _draw_arrow(sheet, (centre, middle), (SIDE_LEFT, middle))
    _draw_box(sheet, (SIDE_LEFT, side_top, SIDE_WIDTH, side_height), _LOST)
    for place, line in enumerate(lines):
        line_top = side_top + 0.05 + LINE * (place + 0.5)
        sheet.write(SIDE_LEFT + 0.1, line_top, line, size=NOTE_SIZE)


def _draw_box(
    sheet: Sheet, box: tuple[float, float, float, float], style: dict[str, object]
) -> None:
    left, top, width, height = box
    corner = (left / WIDTH, 1 - (top + height) / sheet.height)
    size = (width / WIDTH, height / sheet.height)
    patch = Rectangle(corner, *size, transform=sheet.drawing.transFigure, **style)  # type: ignore[arg-type]
    sheet.drawing.add_artist(patch)


def _draw_arrow(sheet: Sheet, start: tuple[float, float], end: tuple[float, float]) -> None:
    places = [(left / WIDTH, 1 - top / sheet.height) for left, top in (start, end)]
    arrow = FancyArrowPatch(
        *places, transform=sheet.drawing.transFigure, arrowstyle="-|>", mutation_scale=8,
        color=INK, linewidth=0.9, shrinkA=0, shrinkB=0,
    )  # fmt: skip
    sheet.drawing.add_artist(arrow)


def _draw_table(
    sheet: Sheet, top: float, heads: Sequence[str], table: Sequence[tuple[str, Sequence[str]]]
) -> None:
    """Write a line per trial, the numbers right-aligned below their headings."""
    width = (WIDTH - 2 * MARGIN - NAMES_WIDTH) / len(heads)
    rights = [MARGIN + NAMES_WIDTH + width * (place + 1) for place in range(len(heads))]
    style = {"size": NOTE_SIZE, "color": SOFT_INK}
    sheet.write(MARGIN, top + 0.14, "By trial", weight="bold", size=NOTE_SIZE)
    for right, head in zip(rights, heads, strict=True):
        lines = head.split(" ", 1)
        for place, line in enumerate(reversed(lines)):
            sheet.write(right, top + 0.14 - 0.13 * place, line, ha="right", **style)
    sheet.rule(top + 0.24)
    for place, (trial, numbers) in enumerate(table):
        line_top = top + 0.24 + ROW_HEIGHT * (place + 0.6)
        sheet.write(MARGIN, line_top, shorten_label(trial, 24), size=NOTE_SIZE)
        for right, number in zip(rights, numbers, strict=True):
            sheet.write(right, line_top, number, ha="right", size=NOTE_SIZE)
    sheet.rule(top + 0.3 + ROW_HEIGHT * len(table))
