"""Draw two survival curves that patients change between."""

from __future__ import annotations

from typing import Final

import polars as pl
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter

from chorall.reports.canvas import BLUE, TEXT_SIZE, VERMILION, open_sheet, tell_empty
from chorall.reports.keyed_axes import KeyLine, key_height, place_keyed_axes

HEIGHT: Final = 2.8
STYLES: Final = {"transplanted": (VERMILION, "-"), "not transplanted": (BLUE, "--")}


def draw_curves(data: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: both curves with their limits, each named at its end."""
    lines = [
        KeyLine(name, colour, {"color": colour, "linestyle": dash})
        for name, (colour, dash) in STYLES.items()
        if data.filter(group=name).height
    ]
    body = key_height(len(lines)) + HEIGHT + 0.88
    sheet = open_sheet(title, note, body, synthetic=synthetic)
    axes = place_keyed_axes(sheet, lines, 4.6, HEIGHT)
    for name, (colour, dash) in STYLES.items():
        steps = data.filter(group=name)
        axes.step(
            steps["time_years"], steps["estimate"], where="post", color=colour, linestyle=dash
        )
        known = steps.drop_nulls(["lower", "upper"])
        axes.fill_between(
            known["time_years"].to_list(), known["lower"].to_list(), known["upper"].to_list(),
            step="post", color=colour, alpha=0.15, linewidth=0,
        )  # fmt: skip
    tell_empty(axes)
    axes.set_ylim(0, 1)
    axes.set_xlim(0, None)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axes.set_xlabel("Years", size=TEXT_SIZE)
    axes.set_ylabel("Free of every event", size=TEXT_SIZE)
    return sheet.drawing
