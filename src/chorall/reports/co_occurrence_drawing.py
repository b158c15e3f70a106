"""Draw the map of pairs of markers: colour for the odds ratio, size for the evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from chorall.reports.canvas import (
    MARGIN,
    NOTE_SIZE,
    Sheet,
    is_narrow,
    open_sheet,
    sheet_width,
    shorten_label,
)
from chorall.reports.co_occurrence_figure import PairCell

SMALLEST: Final = 6.0
"""Points of the smallest letters."""
LARGEST_CELL: Final = 0.36
FAINT_SIDE: Final = 0.42
"""Of a cell: pairs without evidence are small, for their odds ratios are mostly chance."""
# blue for apart, vermilion for together: lightness differs as well as hue
_TOGETHER: Final = ("#fbe0cd", "#f0a06a", "#D55E00", "#8a3d00")
_APART: Final = ("#d6e8f4", "#7fb8dc", "#0072B2", "#00456d")
_BETWEEN: Final = "#e4e4e4"
_BOUNDS: Final = (1.25, 2.0, 4.0, 8.0)
_KEY_WORDS: Final = (
    "to 1/8", "to 1/4", "to 1/2", "to 0.8", "about 1", "from 1.25", "from 2", "from 4", "from 8",
)  # fmt: skip
KEY_HEIGHT: Final = {True: 0.82, False: 0.4}
"""Inches of the key on a narrow sheet and on a wide one."""


def draw_map(
    cells: Sequence[PairCell], names: Sequence[str], words: tuple[str, str], *, synthetic: bool
) -> Drawing:
    """Return the figure: the lower triangle of all pairs.

    On a narrow sheet the columns have the numbers of the rows in place of names.
    """
    title, note = words
    n = max(len(names), 2)
    labels, foot = (1.2, 0.2) if is_narrow() else (1.5, 0.95)
    beyond = MARGIN if is_narrow() else foot + MARGIN
    size = min((sheet_width() - labels - beyond) / (n - 1), LARGEST_CELL)
    body = size * (n - 1)
    sheet = open_sheet(
        title, note, KEY_HEIGHT[is_narrow()] + body + foot + 0.1, synthetic=synthetic
    )
    _draw_key(sheet)
    axes = sheet.place_axes(labels, sheet.top, body, body)
    axes.set_xlim(0, n - 1)
    axes.set_ylim(n - 1, 0)
    axes.axis("off")
    for cell in cells:
        _draw_cell(axes, cell)
    _write_names(sheet, names, size, labels)
    return sheet.drawing


def _write_names(sheet: Sheet, names: Sequence[str], size: float, labels: float) -> None:
    """Write rows at the left and columns below, each without the marker it has no pair for."""
    text = max(min(NOTE_SIZE, size * 72 * 0.9), SMALLEST)
    numbered = is_narrow()
    for place, name in enumerate(names[1:]):
        middle = sheet.top + (place + 0.5) * size
        label = shorten_label(name, 15 if numbered else 22)
        label = f"{label}  {place + 2}" if numbered else label
        sheet.write(labels - 0.06, middle, label, ha="right", size=text)
    foot = sheet.top + size * (len(names) - 1) + 0.05
    style: dict[str, Any] = {"rotation": 45, "ha": "right", "va": "top", "rotation_mode": "anchor"}
    if numbered:
        style = {"rotation": 90, "ha": "center", "va": "top"}
        first = f"Column 1: {shorten_label(names[0], 36)}" if names else ""
        sheet.write(MARGIN, sheet.top - 0.12, first, size=text)
    for place, name in enumerate(names[:-1]):
        left = labels + (place + 0.5) * size
        label = str(place + 1) if numbered else shorten_label(name, 20)
        sheet.write(left, foot + 0.04, label, size=text, **style)


def _draw_cell(axes: Axes, cell: PairCell) -> None:
    side = 0.92 if cell.is_evident or cell.odds_ratio is None else FAINT_SIDE
    corner = (cell.column + (1 - side) / 2, cell.row - 1 + (1 - side) / 2)
    if cell.odds_ratio is None:
        style: dict[str, Any] = {"facecolor": "white", "edgecolor": "#c4c4c4", "hatch": "/////"}
        axes.add_patch(Rectangle(corner, side, side, linewidth=0, **style))
        return
    axes.add_patch(Rectangle(corner, side, side, facecolor=shade(cell.odds_ratio), linewidth=0))


def shade(odds_ratio: float) -> str:
    """Return the colour of an odds ratio; 0 and infinity are as strong as can be."""
    strength = math.inf if odds_ratio in (0, math.inf) else max(odds_ratio, 1 / odds_ratio)
    place = sum(strength >= bound for bound in _BOUNDS)
    if not place:
        return _BETWEEN
    return (_TOGETHER if odds_ratio > 1 else _APART)[place - 1]


def _draw_key(sheet: Sheet) -> None:
    """Explain the colours above the map; words alternate between two lines on a narrow sheet."""
    colours = [*reversed(_APART), _BETWEEN, *_TOGETHER]
    narrow = is_narrow()
    left, width, top = (MARGIN, 0.36, sheet.top + 0.16) if narrow else (1.5, 0.5, sheet.top)
    for place, (colour, word) in enumerate(zip(colours, _KEY_WORDS, strict=True)):
        middle = left + (place + 0.5) * width
        ends = (left + place * width + 0.02, left + (place + 1) * width - 0.02)
        sheet.draw_line(ends, top + 0.07, color=colour, linewidth=9, solid_capstyle="butt")
        below = 0.22 + (0.13 if narrow and place % 2 else 0.0)
        sheet.write(middle, top + below, word, ha="center", size=NOTE_SIZE - 0.5)
    _name_ends(sheet, (left, left + len(_KEY_WORDS) * width))
    sheet.top += KEY_HEIGHT[narrow]


def _name_ends(sheet: Sheet, ends: tuple[float, float]) -> None:
    """Write what either end of the colours means: beside them, above on a narrow sheet."""
    outside, height = (0.0, 0.0) if is_narrow() else (0.06, 0.07)
    sides = ("left", "right") if is_narrow() else ("right", "left")
    places = (ends[0] - outside, ends[1] + outside)
    for place, side, word in zip(places, sides, ("apart", "together"), strict=True):
        sheet.write(place, sheet.top + height, word, ha=side, size=NOTE_SIZE)
