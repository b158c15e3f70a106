"""Draw two survival curves that patients change between."""

from __future__ import annotations

from typing import Final

import polars as pl
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter

from chorall.reports.canvas import (
    BLUE,
    MARGIN,
    TEXT_SIZE,
    VERMILION,
    Sheet,
    note_height,
)

LEFT, WIDTH, HEIGHT = 0.75, 4.6, 2.8
STYLES: Final = {"transplanted": (VERMILION, "-"), "not transplanted": (BLUE, "--")}


def draw_curves(data: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: both curves with their limits, each named at its end."""
    sheet = Sheet(0.95 + HEIGHT + 0.35 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    axes = sheet.place_axes(LEFT, sheet.top, WIDTH, HEIGHT)
    for place, (name, (colour, dash)) in enumerate(STYLES.items()):
        steps = data.filter(group=name)
        if not steps.height:
            continue
        axes.step(
            steps["time_years"], steps["estimate"], where="post", color=colour, linestyle=dash
        )
        known = steps.drop_nulls(["lower", "upper"])
        axes.fill_between(
            known["time_years"].to_list(), known["lower"].to_list(), known["upper"].to_list(),
            step="post", color=colour, alpha=0.15, linewidth=0,
        )  # fmt: skip
        sheet.write(LEFT + WIDTH + MARGIN, sheet.top + 0.3 + 0.2 * place, name, color=colour)
    axes.set_ylim(0, 1)
    axes.set_xlim(0, None)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axes.set_xlabel("Years", size=TEXT_SIZE)
    axes.set_ylabel("Free of every event", size=TEXT_SIZE)
    sheet.write_note(note)
    return sheet.drawing
