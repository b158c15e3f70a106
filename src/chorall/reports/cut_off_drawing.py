"""Draw means on either side of a cut."""

from __future__ import annotations

import polars as pl
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter

from chorall.reports.canvas import (
    BLUE,
    NOTE_SIZE,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    is_narrow,
    open_sheet,
    tell_empty,
)

LEFT, WIDTH, HEIGHT, GAP = 0.75, 2.6, 2.4, 0.9


def draw_slices(
    data: pl.DataFrame, title: str, note: str, label: str, *, synthetic: bool
) -> Drawing:
    """Return the figure: share transplanted first, then the risk of the event."""
    step = HEIGHT + 0.65
    across, down = (0.0, step) if is_narrow() else (WIDTH + GAP, 0.0)
    sheet = open_sheet(title, note, down + step + 0.3, synthetic=synthetic)
    for place, (column, words) in enumerate(
        (("transplanted", "Transplanted in first remission"), ("risk", "Risk of the event"))
    ):
        left, top = LEFT + place * across, sheet.top + place * down
        axes = sheet.place_axes(left, top, WIDTH, HEIGHT)
        for side, colour, marker in (("below", BLUE, "s"), ("above", VERMILION, "o")):
            part = data.filter(side=side)
            axes.plot(part["middle"], part[column], marker=marker, color=colour)
        tell_empty(axes)
        axes.axvline(0, color=SOFT_INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
        axes.set_xlabel(label, size=NOTE_SIZE)
        axes.set_ylabel(words, size=TEXT_SIZE)
    return sheet.drawing
