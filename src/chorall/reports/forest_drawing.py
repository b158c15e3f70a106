"""Draw a forest of hazard ratios on a logarithmic axis between columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    INK,
    MARGIN,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    WIDTH,
    Sheet,
    note_height,
    shorten_label,
)
from chorall.reports.forest_figure import ForestLine
from chorall.reports.ratio_axis import find_ratio_limits, prepare_ratio_rows

ROW_HEIGHT: Final = 0.2
PLOT_LEFT: Final = 1.95
PLOT_WIDTH: Final = 2.1
FIGURE_AT: Final = 4.22
NUMBER_AT: Final = 6.55
Q_AT: Final = WIDTH - MARGIN


HEADS: Final = ("Hazard ratio", "Present / absent", "q")


def draw_lines(
    lines: Sequence[ForestLine],
    title: str,
    note: str,
    *,
    synthetic: bool,
    heads: tuple[str, str, str] = HEADS,
) -> Drawing:
    """Return the figure: one row per line, with `heads` above the three columns of numbers."""
    body = max(len(lines), 1) * ROW_HEIGHT
    sheet = Sheet(0.72 + body + 0.6 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    _write_column_heads(sheet, heads)
    top = sheet.top + 0.22
    axes = sheet.place_axes(PLOT_LEFT, top, PLOT_WIDTH, body)
    limits = _find_limits(lines)
    _prepare_axes(axes, body, limits)
    for position, line in enumerate(lines):
        offset = (position + 0.5) * ROW_HEIGHT
        _write_row(sheet, top + offset, line)
        _draw_interval(axes, offset, line, limits)
    sheet.write_note(note)
    return sheet.drawing


def _write_column_heads(sheet: Sheet, heads: tuple[str, str, str]) -> None:
    style = {"weight": "bold", "size": TEXT_SIZE - 0.5, "va": "top"}
    top = sheet.top + 0.02
    sheet.write(FIGURE_AT, top, heads[0], **style)
    sheet.write(NUMBER_AT, top, heads[1], ha="right", **style)
    sheet.write(Q_AT, top, heads[2], ha="right", **style)


def _find_limits(lines: Sequence[ForestLine]) -> tuple[float, float]:
    """Round ticks around every ratio and most limits, never beyond a factor of 16."""
    known = [line for line in lines if line.ratio is not None]
    lowest = min((line.lower or line.ratio or 1.0 for line in known), default=0.5)
    highest = max((line.upper or line.ratio or 1.0 for line in known), default=2.0)
    return find_ratio_limits(lowest, highest)


def _prepare_axes(axes: Axes, body: float, limits: tuple[float, float]) -> None:
    prepare_ratio_rows(axes, body, limits)
    # Two texts, one on each side of the line of no difference, wherever the limits put it.
    style: dict[str, Any] = {
        "xy": (1.0, body),
        "textcoords": "offset points",
        "va": "top",
        "size": TEXT_SIZE - 0.5,
    }
    axes.annotate("\N{LEFTWARDS ARROW} fewer events", xytext=(-6, -20), ha="right", **style)
    axes.annotate("more events \N{RIGHTWARDS ARROW}", xytext=(6, -20), ha="left", **style)


def _write_row(sheet: Sheet, top: float, line: ForestLine) -> None:
    size = TEXT_SIZE - 0.5
    lacking = {} if line.ratio is not None else {"color": SOFT_INK, "style": "italic"}
    sheet.write(MARGIN, top, shorten_label(line.label), size=size)
    sheet.write(FIGURE_AT, top, line.figure, size=size, **lacking)
    sheet.write(NUMBER_AT, top, line.n_present, ha="right", size=size)
    sheet.write(Q_AT, top, line.q_value, ha="right", size=size)


def _draw_interval(
    axes: Axes, offset: float, line: ForestLine, limits: tuple[float, float]
) -> None:
    if line.ratio is None:
        return
    color = VERMILION if line.ratio >= 1 else BLUE
    if line.kind == "diamond":
        _draw_diamond(axes, offset, line, limits)
        return
    if line.lower is not None and line.upper is not None:
        ends = [max(line.lower, limits[0]), min(line.upper, limits[1])]
        axes.plot(ends, [offset] * 2, color=color, linewidth=1.2)
        _draw_arrows(axes, offset, line, limits, color)
    if line.kind == "estimate" and limits[0] <= line.ratio <= limits[1]:
        mark = "s" if line.ratio >= 1 else "o"
        axes.plot([line.ratio], [offset], mark, color=color, markersize=4.5, clip_on=False)


def _draw_diamond(axes: Axes, offset: float, line: ForestLine, limits: tuple[float, float]) -> None:
    """Draw a pooled effect, as wide as its limits, cut where the axis ends."""
    ends = (line.lower or limits[0], line.ratio or 1.0, line.upper or limits[1])
    left, middle, right = (min(max(end, limits[0]), limits[1]) for end in ends)
    half = 0.35 * ROW_HEIGHT
    axes.fill(
        [left, middle, right, middle], [offset, offset - half, offset, offset + half], color=INK
    )
    _draw_arrows(axes, offset, line, limits, INK)


def _draw_arrows(
    axes: Axes, offset: float, line: ForestLine, limits: tuple[float, float], color: str
) -> None:
    style: dict[str, Any] = {"color": color, "markersize": 5, "clip_on": False}
    if line.lower is not None and line.lower < limits[0]:
        axes.plot([limits[0]], [offset], "<", **style)
    if line.upper is not None and line.upper > limits[1]:
        axes.plot([limits[1]], [offset], ">", **style)
