"""Draw the love plot."""

from __future__ import annotations

from typing import Final

import polars as pl
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    open_sheet,
    tell_lacking,
)
from chorall.reports.row_layout import RowLayout, choose_layout, write_row

TWO_COLUMNS: Final = RowLayout(0.24, (2.2, 4.2), (), 28)
ONE_COLUMN: Final = RowLayout(0.38, (0.3, 2.9), (), 44, n_lines=2)


def draw_differences(data: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: one line per covariate, 0.1 either side of balance marked."""
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    body = layout.row * data.height + 0.2
    sheet = open_sheet(title, note, body + 0.88, synthetic=synthetic)
    axes = sheet.place_axes(layout.plot[0], sheet.top, layout.plot[1], body)
    for place, (name, before, after) in enumerate(
        data.select("covariate", "before", "after").iter_rows()
    ):
        middle = 0.2 + layout.row * place
        write_row(sheet, sheet.top + middle, layout, (name, ()), size=TEXT_SIZE)
        at = middle + layout.plot_shift
        if before is None and after is None:
            tell_lacking(axes, at)
        axes.plot([before], [at], marker="o", color=VERMILION, markerfacecolor="white")
        axes.plot([after], [at], marker="o", color=BLUE)
    for bound in (-0.1, 0.0, 0.1):
        axes.axvline(bound, color=SOFT_INK, linewidth=0.6, linestyle="-" if not bound else ":")
    axes.set_ylim(body, 0)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("standardised mean difference", size=TEXT_SIZE)
    return sheet.drawing
