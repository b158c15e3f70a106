"""The logarithmic axis of ratios that all figures share."""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, NullLocator

from chorall.reports.canvas import INK

MOST_LABELS: Final = 6
"""With more ticks every second one has a number, so that none is written over another."""

_TICKS: Final = (1 / 16, 1 / 8, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_BETWEEN: Final = (1 / 8, 0.5, 2.0, 8.0)


def find_ratio_limits(lowest: float, highest: float) -> tuple[float, float]:
    """Return ticks around both ratios, at least 0.5 to 2, never beyond a factor of 16."""
    below = [tick for tick in _TICKS if tick <= min(lowest, 0.5)]
    above = [tick for tick in _TICKS if tick >= max(highest, 2.0)]
    return (below[-1] if below else _TICKS[0], above[0] if above else _TICKS[-1])


def prepare_ratio_axis(
    axes: Axes, limits: tuple[float, float], most_labels: int = MOST_LABELS
) -> None:
    """Make the horizontal axis one of ratios, with ticks at powers of 2."""
    axes.set_xscale("log", base=2)
    axes.set_xlim(*limits)
    ticks = [tick for tick in _TICKS if limits[0] <= tick <= limits[1]]
    crowded = len(ticks) > most_labels
    labels = ["" if crowded and tick in _BETWEEN else f"{tick:g}" for tick in ticks]
    axes.set_xticks(ticks, labels)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def prepare_ratio_rows(
    axes: Axes, body: float, limits: tuple[float, float], most_labels: int = MOST_LABELS
) -> None:
    """Make axes for rows of ratios from the top down, with a line of no difference."""
    prepare_ratio_axis(axes, limits, most_labels)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(1.0, color=INK, linewidth=0.8)
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
