"""Draw a learning curve."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from chorall.reports.canvas import BLUE, TEXT_SIZE, VERMILION, Sheet, note_height

HEIGHT, PANEL, LEFT = 1.9, 2.7, 0.7
NAMES: Final = {
    "concordance": "Concordance (higher is better)",
    "brier": "Brier score (lower is better)",
}
SIZES: Final = {"patients": "Training patients", "markers": "Markers"}


def draw_learning(
    data: pl.DataFrame,
    laws: dict[str, tuple[float, float, float]],
    title: str,
    note: str,
    *,
    synthetic: bool,
) -> Drawing:
    """Return four panels: two measures, by patients (with the law) and by markers."""
    step = HEIGHT + 0.6
    sheet = Sheet(0.6 + len(NAMES) * step + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    for row, (measure, label) in enumerate(NAMES.items()):
        for column, by in enumerate(SIZES):
            own = data.filter(measure=measure, by=by)
            if not own.height:
                continue
            axes = sheet.place_axes(
                LEFT + column * (PANEL + 0.65), sheet.top + row * step, PANEL, HEIGHT
            )
            _draw_points(axes, own)
            if by == "patients" and measure in laws:
                _draw_law(axes, own, laws[measure])
            axes.set_xlabel(SIZES[by], size=TEXT_SIZE)
            if column == 0:
                axes.set_ylabel(label, size=TEXT_SIZE)
    sheet.write_note(note)
    return sheet.drawing


def _draw_points(axes: Axes, data: pl.DataFrame) -> None:
    for kind, size, value, lower, upper in data.select(
        "kind", "size", "estimate", "lower", "upper"
    ).iter_rows():
        is_measured = kind == "measured"
        colour = VERMILION if is_measured else BLUE
        axes.plot([size, size], [lower, upper], color=colour, linewidth=1)
        axes.plot(
            [size], [value], "o", color=colour, markersize=4.5,
            markerfacecolor=colour if is_measured else "white",
        )  # fmt: skip


def _draw_law(axes: Axes, data: pl.DataFrame, law: tuple[float, float, float]) -> None:
    ceiling, slope, exponent = law
    sizes = data["size"].to_numpy()
    grid = np.geomspace(sizes.min(), sizes.max(), 100)
    axes.plot(grid, ceiling - slope * grid**-exponent, color=BLUE, linestyle="--", linewidth=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sizes.tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.tick_params(axis="x", labelrotation=35)
