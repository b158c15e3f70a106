"""Draw the map of pairs of markers: colour for the odds ratio, size for the evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from chorall.reports.canvas import MARGIN, NOTE_SIZE, WIDTH, Sheet, note_height, shorten_label
from chorall.reports.co_occurrence_figure import PairCell

LABELS_WIDTH: Final = 1.5
HEAD_HEIGHT: Final = 0.95
LARGEST_CELL: Final = 0.36
FAINT_SIDE: Final = 0.42
"""Of a cell: pairs without evidence are small, for their odds ratios are mostly chance."""
# blue for apart, vermilion for together: lightness differs as well as hue
_TOGETHER: Final = ("#fbe0cd", "#f0a06a", "#D55E00", "#8a3d00")
_APART: Final = ("#d6e8f4", "#7fb8dc", "#0072B2", "#00456d")
_BETWEEN: Final = "#e4e4e4"
_BOUNDS: Final = (1.25, 2.0, 4.0, 8.0)


def draw_map(
    cells: Sequence[PairCell], names: Sequence[str], words: tuple[str, str], *, synthetic: bool
) -> Drawing:
    """Return the figure: the lower triangle of all pairs."""
    title, note = words
    n = max(len(names), 2)
    size = min((WIDTH - LABELS_WIDTH - HEAD_HEIGHT - MARGIN) / (n - 1), LARGEST_CELL)
    body = size * (n - 1)
    sheet = Sheet(0.45 + 0.4 + body + HEAD_HEIGHT + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    _draw_key(sheet)
    axes = sheet.place_axes(LABELS_WIDTH, sheet.top, body, body)
    axes.set_xlim(0, n - 1)
    axes.set_ylim(n - 1, 0)
    axes.axis("off")
    for cell in cells:
        _draw_cell(axes, cell)
    _write_names(sheet, names, size)
    sheet.write_note(note)
    return sheet.drawing


def _write_names(sheet: Sheet, names: Sequence[str], size: float) -> None:
    """Write rows at the left and columns below, each without the marker it has no pair for."""
    text = min(NOTE_SIZE, size * 72 * 0.9)
    for place, name in enumerate(names[1:]):
        middle = sheet.top + (place + 0.5) * size
        label = shorten_label(name, 22)
        sheet.write(LABELS_WIDTH - 0.06, middle, label, ha="right", size=text)
    foot = sheet.top + size * (len(names) - 1) + 0.05
    style: dict[str, Any] = {"rotation": 45, "ha": "right", "va": "top", "rotation_mode": "anchor"}
    for place, name in enumerate(names[:-1]):
        left = LABELS_WIDTH + (place + 0.5) * size
        sheet.write(left, foot + 0.04, shorten_label(name, 20), size=text, **style)


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
    """Explain the colours above the map."""
    colours = [*reversed(_APART), _BETWEEN, *_TOGETHER]
    words = [
        "to 1/8",
        "to 1/4",
        "to 1/2",
        "to 0.8",
        "about 1",
        "from 1.25",
        "from 2",
        "from 4",
        "from 8",
    ]
    left, width, top = LABELS_WIDTH, 0.5, sheet.top
    sheet.write(left - 0.06, top + 0.07, "apart", ha="right", size=NOTE_SIZE)
    for place, (colour, word) in enumerate(zip(colours, words, strict=True)):
        middle = left + (place + 0.5) * width
        ends = (left + place * width + 0.02, left + (place + 1) * width - 0.02)
        sheet.draw_line(ends, top + 0.07, color=colour, linewidth=9, solid_capstyle="butt")
        sheet.write(middle, top + 0.22, word, ha="center", size=NOTE_SIZE - 0.5)
    sheet.write(left + len(words) * width + 0.06, top + 0.07, "together", size=NOTE_SIZE)
    sheet.top += 0.4
