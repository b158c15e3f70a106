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
    PLATE,
    TEXT_SIZE,
    Sheet,
    is_narrow,
    open_sheet,
    sheet_width,
    shorten_label,
)
from chorall.reports.numbers import format_percent

ROW_HEIGHT: Final = 0.2
WIDEST_COLUMN: Final = 1.25
NARROWEST_WORDS: Final = 0.6
"""Inches of a column that hold `not tested`; in a narrower one the hatching says it alone."""
NARROWEST_PERCENT: Final = 0.36
"""Inches that hold `100 %`; in a narrower column the number stands alone."""
LETTER: Final = 0.078
"""Inches of a bold letter above a column."""
LONGEST_HEAD: Final = 24
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
    labels, letters = (1.12, 15) if is_narrow() else (1.9, 28)
    room = sheet_width() - labels - MARGIN
    width = min(room / max(len(trials), 1), WIDEST_COLUMN)
    turned = _have_no_room(trials, width)
    heads, head_height = _arrange_heads(trials, width, turned=turned)
    body = max(len(markers), 1) * ROW_HEIGHT
    sheet = open_sheet(title, note, head_height + body + 0.28, synthetic=synthetic)
    sheet.top += head_height
    axes = sheet.place_axes(labels, sheet.top, width * len(trials), body)
    _prepare_axes(axes, len(trials), len(markers))
    for column, lines in enumerate(heads):
        _write_head(sheet, lines, labels + (column + 0.5) * width, turned=turned)
    for row, (marker, shares) in enumerate(zip(markers, matrix, strict=True)):
        middle = sheet.top + (row + 0.5) * ROW_HEIGHT
        sheet.write(MARGIN, middle, shorten_label(marker, letters), size=TEXT_SIZE - 0.5)
        for column, share in enumerate(shares):
            _draw_cell(axes, column, row, share, width)
    return sheet.drawing


def _have_no_room(trials: Sequence[str], width: float) -> bool:
    """Return True where a word, which is never broken, is wider than its column."""
    return any(len(word) * LETTER > width for trial in trials for word in trial.split())


def _arrange_heads(
    trials: Sequence[str], width: float, *, turned: bool
) -> tuple[list[list[str]], float]:
    """Return the lines above each column, and the inches that they take."""
    if turned:
        names = [shorten_label(trial, LONGEST_HEAD) for trial in trials]
        return [[name] for name in names], LETTER * max(map(len, names)) + 0.1
    most = max(int(width / LETTER), 1)
    heads = [textwrap.wrap(trial, most, break_on_hyphens=False) for trial in trials]
    return heads, 0.14 * max((len(lines) for lines in heads), default=1) + 0.06


def _write_head(sheet: Sheet, lines: list[str], middle: float, *, turned: bool) -> None:
    style: dict[str, Any] = {"ha": "center", "va": "bottom", "weight": "bold", "size": NOTE_SIZE}
    for above, line in enumerate(reversed(lines)):
        top = sheet.top - 0.05 - 0.14 * above
        sheet.write(middle, top, line, rotation=90 if turned else 0, **style)


def _prepare_axes(axes: Axes, n_columns: int, n_rows: int) -> None:
    axes.set_xlim(0, max(n_columns, 1))
    axes.set_ylim(max(n_rows, 1), 0)
    axes.axis("off")


def _draw_cell(axes: Axes, column: int, row: int, share: float | None, inches: float) -> None:
    corner, width, height = (column + 0.02, row + 0.06), 0.96, 0.88
    if share is None:
        hatching: dict[str, Any] = {"facecolor": "white", "edgecolor": "#b0b0b0", "hatch": "////"}
        axes.add_patch(Rectangle(corner, width, height, **hatching))
        text, color = "not tested" if inches >= NARROWEST_WORDS else "", INK
    else:
        axes.add_patch(Rectangle(corner, width, height, facecolor=_shade(share), linewidth=0))
        text, color = format_percent(share), "white" if share > 0.6 else INK
        text = text if inches >= NARROWEST_PERCENT else text.removesuffix(" %")
    plate = PLATE if share is None else None
    place = (column + 0.5, row + 0.5)
    size = NOTE_SIZE if inches >= NARROWEST_PERCENT else NOTE_SIZE - 1.5
    axes.text(*place, text, ha="center", va="center", color=color, size=size, bbox=plate)


def _shade(share: float) -> tuple[float, float, float]:
    red, green, blue = (
        (light + (dark - light) * share) / 255 for light, dark in zip(_LIGHT, _DARK, strict=True)
    )
    return red, green, blue
