"""Draw a forest of hazard ratios on a logarithmic axis between columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    INK,
    TEXT_SIZE,
    VERMILION,
    is_narrow,
    open_sheet,
    tell_lacking,
)
from chorall.reports.forest_figure import ForestLine
from chorall.reports.ratio_axis import find_ratio_limits, prepare_ratio_rows
from chorall.reports.row_layout import RowLayout, choose_layout, write_heads, write_row

TWO_COLUMNS: Final = RowLayout(
    0.2, (1.95, 2.1), ((4.22, "left", 0), (6.55, "right", 0), (7.08, "right", 0)), 28
)
ONE_COLUMN: Final = RowLayout(
    0.4, (0.2, 1.4), ((1.72, "left", 1), (3.38, "right", 0), (3.38, "right", 1)), 31, n_lines=2
)
FEWER: Final = "\N{LEFTWARDS ARROW} fewer{}"
MORE: Final = "more{} \N{RIGHTWARDS ARROW}"
HALF_DIAMOND: Final = 0.07
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
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    body = max(len(lines), 1) * layout.row
    sheet = open_sheet(title, note, layout.head + body + 0.7, synthetic=synthetic)
    write_heads(sheet, layout, heads, TEXT_SIZE - 0.5)
    axes = sheet.place_axes(layout.plot[0], sheet.top, layout.plot[1], body)
    limits = _find_limits(lines)
    _prepare_axes(axes, body, limits)
    if not lines:
        tell_lacking(axes, body / 2, "none could be assessed")
    for position, line in enumerate(lines):
        middle = (position + 0.5) * layout.row
        cells = (line.figure, line.n_present, line.q_value)
        words, lacking = (line.label, cells), line.ratio is None
        write_row(sheet, sheet.top + middle, layout, words, lacking=lacking)
        _draw_interval(axes, middle + layout.plot_shift, line, limits)
    return sheet.drawing


def _find_limits(lines: Sequence[ForestLine]) -> tuple[float, float]:
    """Round ticks around every ratio and most limits, never beyond a factor of 16."""
    known = [line for line in lines if line.ratio is not None]
    lowest = min((line.lower or line.ratio or 1.0 for line in known), default=0.5)
    highest = max((line.upper or line.ratio or 1.0 for line in known), default=2.0)
    return find_ratio_limits(lowest, highest)


def _prepare_axes(axes: Axes, body: float, limits: tuple[float, float]) -> None:
    prepare_ratio_rows(axes, body, limits)
    style: dict[str, Any] = {
        "textcoords": "offset points",
        "va": "top",
        "size": TEXT_SIZE - 0.5,
    }
    if is_narrow():
        for end, side, words in ((0, "left", FEWER), (1, "right", MORE)):
            place = {"xy": (end, 0), "xycoords": "axes fraction", "xytext": (0, -20), "ha": side}
            axes.annotate(words.format(""), **(style | place))
        return
    # One on each side of the line of no difference, wherever the limits put it.
    axes.annotate(FEWER.format(" events"), (1.0, body), xytext=(-6, -20), ha="right", **style)
    axes.annotate(MORE.format(" events"), (1.0, body), xytext=(6, -20), ha="left", **style)


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
    half = HALF_DIAMOND
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
