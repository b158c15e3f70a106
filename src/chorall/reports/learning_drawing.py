"""Draw a learning curve."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from chorall.reports.canvas import BLUE, TEXT_SIZE, VERMILION, is_narrow, open_sheet, tell_empty

HEIGHT, PANEL, LEFT = 1.9, 2.6, 0.75
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
    across, step = 1 if is_narrow() else 2, HEIGHT + 0.75
    panels = [(measure, by) for measure in NAMES for by in SIZES]
    there = [pair for pair in panels if data.filter(measure=pair[0], by=pair[1]).height]
    n_rows = -(-len(there) // across)
    sheet = open_sheet(title, note, n_rows * step + 0.15, synthetic=synthetic)
    for place, (measure, by) in enumerate(there):
        row, column = divmod(place, across)
        left = LEFT + column * (PANEL + 0.75)
        axes = sheet.place_axes(left, sheet.top + row * step, PANEL, HEIGHT)
        own = data.filter(measure=measure, by=by)
        _draw_points(axes, own)
        tell_empty(axes)
        if by == "patients" and measure in laws:
            _draw_law(axes, own, laws[measure])
        axes.set_xlabel(SIZES[by], size=TEXT_SIZE)
        axes.set_ylabel(NAMES[measure], size=TEXT_SIZE)
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
