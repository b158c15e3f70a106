"""Draw the matrix of the share tested as shaded, written and hatched cells."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from chorall.reports.canvas import (
    INK,
    MARGIN,
    NOTE_SIZE,
    TEXT_SIZE,
    WIDTH,
    Sheet,
    note_height,
    shorten_label,
)
from chorall.reports.numbers import format_percent

ROW_HEIGHT: Final = 0.2
LABELS_WIDTH: Final = 1.9
WIDEST_COLUMN: Final = 1.25
NARROWEST_WORDS: Final = 0.6
"""Inches of a column that hold `not tested`; in a narrower one the hatching says it alone."""
_LIGHT: Final = (222, 235, 247)
_DARK: Final = (8, 69, 148)


def draw_matrix(
    matrix: Sequence[Sequence[float | None]],
    markers: Sequence[str],
    trials: Sequence[str],
    words: tuple[str, str],
    *,
    synthetic: bool,
) -> Drawing:
    """Return the figure: a row per marker, a column per trial; `words` are title and note."""
    title, note = words
    width = min((WIDTH - LABELS_WIDTH - MARGIN) / max(len(trials), 1), WIDEST_COLUMN)
    heads = [textwrap.wrap(trial, max(int(width / 0.085), 4)) for trial in trials]
    head_height = 0.14 * max((len(lines) for lines in heads), default=1) + 0.06
    body = len(markers) * ROW_HEIGHT
    sheet = Sheet(0.5 + head_height + body + 0.2 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    top = sheet.top + head_height
    axes = sheet.place_axes(LABELS_WIDTH, top, width * len(trials), max(body, ROW_HEIGHT))
    _prepare_axes(axes, len(trials), len(markers))
    for position, lines in enumerate(heads):
        middle = LABELS_WIDTH + (position + 0.5) * width
        style = {"ha": "center", "va": "bottom", "weight": "bold", "size": NOTE_SIZE}
        for above, line in enumerate(reversed(lines)):
            sheet.write(middle, top - 0.05 - 0.14 * above, line, **style)
    for row, (marker, shares) in enumerate(zip(markers, matrix, strict=True)):
        label = shorten_label(marker)
        sheet.write(MARGIN, top + (row + 0.5) * ROW_HEIGHT, label, size=TEXT_SIZE - 0.5)
        for column, share in enumerate(shares):
            _draw_cell(axes, column, row, share, words=width >= NARROWEST_WORDS)
    sheet.write_note(note)
    return sheet.drawing


def _prepare_axes(axes: Axes, n_columns: int, n_rows: int) -> None:
    axes.set_xlim(0, max(n_columns, 1))
    axes.set_ylim(max(n_rows, 1), 0)
    axes.axis("off")


def _draw_cell(axes: Axes, column: int, row: int, share: float | None, *, words: bool) -> None:
    corner, width, height = (column + 0.02, row + 0.06), 0.96, 0.88
    if share is None:
        hatching: dict[str, Any] = {"facecolor": "white", "edgecolor": "#b0b0b0", "hatch": "////"}
        axes.add_patch(Rectangle(corner, width, height, **hatching))
        text, color = "not tested" if words else "", INK
    else:
        axes.add_patch(Rectangle(corner, width, height, facecolor=_shade(share), linewidth=0))
        text, color = format_percent(share), "white" if share > 0.6 else INK
    # A plate keeps the words legible on the hatching.
    plate = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if share is None else None
    place = (column + 0.5, row + 0.5)
    axes.text(*place, text, ha="center", va="center", color=color, size=NOTE_SIZE, bbox=plate)


def _shade(share: float) -> tuple[float, float, float]:
    red, green, blue = (
        (light + (dark - light) * share) / 255 for light, dark in zip(_LIGHT, _DARK, strict=True)
    )
    return red, green, blue
