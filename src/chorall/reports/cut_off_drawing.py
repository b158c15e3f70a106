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
    Sheet,
    note_height,
)

LEFT, WIDTH, HEIGHT, GAP = 0.75, 2.8, 2.4, 0.75


def draw_slices(
    data: pl.DataFrame, title: str, note: str, label: str, *, synthetic: bool
) -> Drawing:
    """Return the figure: share transplanted on the left, risk of the event on the right."""
    sheet = Sheet(0.95 + HEIGHT + 0.45 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    for place, (column, words) in enumerate(
        (("transplanted", "Transplanted in first remission"), ("risk", "Risk of the event"))
    ):
        axes = sheet.place_axes(LEFT + place * (WIDTH + GAP), sheet.top, WIDTH, HEIGHT)
        for side, colour, marker in (("below", BLUE, "s"), ("above", VERMILION, "o")):
            part = data.filter(side=side)
            axes.plot(part["middle"], part[column], marker=marker, color=colour)
        axes.axvline(0, color=SOFT_INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
        axes.set_xlabel(label, size=NOTE_SIZE)
        axes.set_ylabel(words, size=TEXT_SIZE)
    sheet.write_note(note)
    return sheet.drawing
