"""Draw the love plot."""

from __future__ import annotations

import polars as pl
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    MARGIN,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    Sheet,
    note_height,
    shorten_label,
)

ROW, LEFT, WIDTH = 0.24, 2.2, 4.2


def draw_differences(data: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: one line per covariate, 0.1 either side of balance marked."""
    body = ROW * data.height + 0.2
    sheet = Sheet(0.95 + body + 0.35 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    axes = sheet.place_axes(LEFT, sheet.top, WIDTH, body)
    for place, (name, before, after) in enumerate(
        data.select("covariate", "before", "after").iter_rows()
    ):
        at = 0.2 + ROW * place
        sheet.write(MARGIN, sheet.top + at, shorten_label(name))
        axes.plot([before], [at], marker="o", color=VERMILION, markerfacecolor="white")
        axes.plot([after], [at], marker="o", color=BLUE)
    for bound in (-0.1, 0.0, 0.1):
        axes.axvline(bound, color=SOFT_INK, linewidth=0.6, linestyle="-" if not bound else ":")
    axes.set_ylim(body, 0)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("standardised mean difference", size=TEXT_SIZE)
    sheet.write_note(note)
    return sheet.drawing
