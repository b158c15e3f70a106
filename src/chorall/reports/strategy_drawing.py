"""Draw the risk under each of two strategies."""

from __future__ import annotations

from typing import Final

import polars as pl
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter

from chorall.reports.canvas import (
    BLUE,
    MARGIN,
    NOTE_SIZE,
    TEXT_SIZE,
    VERMILION,
    is_narrow,
    open_sheet,
    shorten_label,
    tell_lacking,
)

LEFT, HEIGHT = 0.75, 2.8
STYLES: Final = ((VERMILION, "-"), (BLUE, "--"))


def draw_risks(
    data: pl.DataFrame, title: str, note: str, label: str, *, synthetic: bool
) -> Drawing:
    """Return the figure: both risks with their limits, the strategies named above them."""
    names = data["strategy"].unique(maintain_order=True).to_list()
    sheet = open_sheet(title, note, 0.4 + HEIGHT + 0.7, synthetic=synthetic)
    left, most = (MARGIN, 40) if is_narrow() else (LEFT, 80)
    for place, (name, (colour, dash)) in enumerate(zip(names, STYLES, strict=False)):
        sign = "solid" if dash == "-" else "dashed"
        text = f"{shorten_label(name, most)} ({sign})"
        sheet.write(left, sheet.top + 0.08 + 0.17 * place, text, color=colour, size=NOTE_SIZE)
    axes = sheet.place_axes(LEFT, sheet.top + 0.4, sheet.right - LEFT, HEIGHT)
    for name, (colour, dash) in zip(names, STYLES, strict=False):
        steps = data.filter(strategy=name)
        years = [0.0, *steps["time_years"]]
        axes.step(years, [0.0, *steps["risk"]], where="post", color=colour, linestyle=dash)
        known = steps.drop_nulls(["lower", "upper"])
        axes.fill_between(
            known["time_years"].to_list(), known["lower"].to_list(), known["upper"].to_list(),
            step="post", color=colour, alpha=0.15, linewidth=0,
        )  # fmt: skip
    if not data["risk"].count():
        tell_lacking(axes, 0.5)
    axes.set_ylim(0, 1)
    axes.set_xlim(0, None)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axes.set_xlabel("Years from time zero", size=TEXT_SIZE)
    axes.set_ylabel(label, size=TEXT_SIZE)
    return sheet.drawing
