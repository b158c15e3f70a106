"""The logarithmic axis of ratios that all figures share."""

from __future__ import annotations

from itertools import pairwise
from math import log2
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, NullLocator

from chorall.reports.canvas import INK

POINTS_PER_INCH: Final = 72
LETTER: Final = 0.66
"""Width of a digit, as a part of the size of the letters."""
GAP: Final = 0.07
"""Inches between two labels."""

_TICKS: Final = (1 / 16, 1 / 8, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


def find_ratio_limits(lowest: float, highest: float) -> tuple[float, float]:
    """Return ticks around both ratios, at least 0.5 to 2, never beyond a factor of 16."""
    below = [tick for tick in _TICKS if tick <= min(lowest, 0.5)]
    above = [tick for tick in _TICKS if tick >= max(highest, 2.0)]
    return (below[-1] if below else _TICKS[0], above[0] if above else _TICKS[-1])


def prepare_ratio_axis(axes: Axes, limits: tuple[float, float]) -> None:
    """Make the horizontal axis one of ratios, with ticks at powers of 2.

    Every tick has its number, or every second, third ... from 1 on: as many as have room.
    """
    axes.set_xscale("log", base=2)
    axes.set_xlim(*limits)
    ticks = [tick for tick in _TICKS if limits[0] <= tick <= limits[1]]
    step = _find_step(axes, ticks)
    labels = [f"{tick:g}" if round(log2(tick)) % step == 0 else "" for tick in ticks]
    axes.set_xticks(ticks, labels)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _find_step(axes: Axes, ticks: list[float]) -> int:
    """Return the smallest step whose labels stand apart; the axes' own sizes are asked."""
    powers = [log2(tick) for tick in ticks]
    low, high = (log2(limit) for limit in axes.get_xlim())
    inches = axes.bbox.width / axes.figure.dpi
    size = float(axes.xaxis.get_major_ticks(1)[0].label1.get_fontsize())
    digit = LETTER * size / POINTS_PER_INCH
    for step in range(1, len(ticks)):
        named = [power for power in powers if round(power) % step == 0]
        room = step * inches / (high - low)
        widths = [len(f"{2**power:g}") * digit for power in named]
        if all((a + b) / 2 + GAP <= room for a, b in pairwise(widths)):
            return step
    return max(len(ticks), 1)


def prepare_ratio_rows(axes: Axes, body: float, limits: tuple[float, float]) -> None:
    """Make axes for rows of ratios from the top down, with a line of no difference."""
    prepare_ratio_axis(axes, limits)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(1.0, color=INK, linewidth=0.8)
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
