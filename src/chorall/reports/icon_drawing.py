"""Draw arrays of 100 icons side by side, each with its key."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    MARGIN,
    NOTE_SIZE,
    SOFT_INK,
    Sheet,
    is_narrow,
    open_sheet,
)
from chorall.reports.icon_array import COLOURS, FATES, IN_A_ROW
from chorall.reports.icon_figure import IconPanel

SIDE: Final = 1.5
STEP: Final = 0.17
LINE: Final = 0.13
LETTERS: Final = 24
MARKS: Final[dict[str, dict[str, Any]]] = {
    "alive": {"marker": "o", "markersize": 7.5},
    "alive_after": {"marker": "o", "markersize": 6.2, "fillstyle": "none", "markeredgewidth": 1.8},
    "died_after": {"marker": "x", "markersize": 6.2, "markeredgewidth": 1.9},
    "died_without": {"marker": "s", "markersize": 6.2},
}
"""Disc, ring, cross, square: told apart by shape as well as by colour."""
KEY: Final = {fate: textwrap.wrap(words, 20) for fate, words in FATES.items()}
KEY_HEIGHT: Final = sum(STEP + LINE * (len(lines) - 1) for lines in KEY.values())


def draw_panels(panels: Sequence[IconPanel], title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: an array per strategy, four in a row, on a narrow sheet two."""
    across = 2 if is_narrow() else 4
    names = [textwrap.wrap(panel.name, LETTERS) for panel in panels]
    head = 0.15 * max(map(len, names)) + 0.2
    step = head + SIDE + KEY_HEIGHT + 0.35
    n_rows = -(-len(panels) // across)
    sheet = open_sheet(title, note, step * n_rows, synthetic=synthetic)
    width = (sheet.right - MARGIN) / across
    for place, (panel, name) in enumerate(zip(panels, names, strict=True)):
        row, column = divmod(place, across)
        left, top = MARGIN + column * width, sheet.top + row * step
        for line, text in enumerate(name):
            style = {"weight": "bold", "size": NOTE_SIZE}
            sheet.write(left, top + 0.06 + 0.15 * line, text, **style)
        sheet.write(left, top + head - 0.1, panel.survival, size=NOTE_SIZE, color=SOFT_INK)
        _draw_icons(sheet.place_axes(left, top + head, SIDE, SIDE), panel)
        _write_key(sheet, left, top + head + SIDE + 0.12, panel)
    return sheet.drawing


def _draw_icons(axes: Axes, panel: IconPanel) -> None:
    axes.set_xlim(0, IN_A_ROW)
    axes.set_ylim(IN_A_ROW, 0)
    axes.axis("off")
    places = iter(range(100))
    for fate, n in panel.counts.items():
        own = [divmod(next(places), IN_A_ROW) for _ in range(n)]
        x, y = [column + 0.5 for _, column in own], [row + 0.5 for row, _ in own]
        axes.plot(x, y, linestyle="none", color=COLOURS[fate], **MARKS[fate])


def _write_key(sheet: Sheet, left: float, top: float, panel: IconPanel) -> None:
    for fate, lines in KEY.items():
        sheet.draw_line((left + 0.07,) * 2, top, color=COLOURS[fate], **MARKS[fate])
        sheet.write(left + 0.36, top, str(panel.counts[fate]), size=NOTE_SIZE, ha="right")
        for line in lines:
            sheet.write(left + 0.42, top, line, size=NOTE_SIZE - 0.5)
            top += LINE
        top += STEP - LINE
