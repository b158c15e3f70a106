"""Draw ranked forests: each line twice, as estimated and as shrunken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    GREY,
    MARGIN,
    TEXT_SIZE,
    VERMILION,
    WIDTH,
    Sheet,
    note_height,
    shorten_label,
)
from chorall.reports.ranked_figure import RankedLine
from chorall.reports.ratio_axis import find_ratio_limits, prepare_ratio_rows

ROW_HEIGHT: Final = 0.21
PLOT_LEFT: Final = 1.9
PLOT_WIDTH: Final = 1.45
EVENTS_AT: Final = 4.15
NAIVE_AT: Final = 4.25
SHRUNKEN_AT: Final = 5.5
Q_AT: Final = WIDTH - MARGIN


def draw_ranked_lines(
    lines: Sequence[RankedLine], title: str, note: str, *, synthetic: bool
) -> Drawing:
    """Return the figure: one row per line, the strongest on top."""
    body = max(len(lines), 1) * ROW_HEIGHT
    sheet = Sheet(0.9 + body + 0.45 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    style = {"weight": "bold", "size": TEXT_SIZE - 1, "va": "top"}
    for left, words, side in (
        (EVENTS_AT, "Events / with", "right"),
        (NAIVE_AT, "Estimated", "left"),
        (SHRUNKEN_AT, "Shrunken", "left"),
        (Q_AT, "q", "right"),
    ):
        sheet.write(left, sheet.top + 0.02, words, ha=side, **style)
    top = sheet.top + 0.22
    axes = sheet.place_axes(PLOT_LEFT, top, PLOT_WIDTH, body)
    limits = find_limits(lines)
    prepare_ratio_rows(axes, body, limits)
    for position, line in enumerate(lines):
        offset = (position + 0.5) * ROW_HEIGHT
        _write_row(sheet, top + offset, line)
        _draw_line(axes, offset - 0.035, line.naive, limits, filled=False)
        _draw_line(axes, offset + 0.035, line.shrunken, limits, filled=True)
    sheet.write_note(note)
    return sheet.drawing


def find_limits(lines: Sequence[RankedLine]) -> tuple[float, float]:
    """Return ticks around every ratio, never beyond a factor of 16."""
    ratios = [line.naive[0] for line in lines if line.naive[0] is not None] or [1.0]
    return find_ratio_limits(min(ratios), max(ratios))


def _write_row(sheet: Sheet, top: float, line: RankedLine) -> None:
    size = TEXT_SIZE - 1
    sheet.write(MARGIN, top, shorten_label(line.label, 31), size=size)
    sheet.write(EVENTS_AT, top, line.events, ha="right", size=size)
    sheet.write(NAIVE_AT, top, line.figure, size=size)
    sheet.write(SHRUNKEN_AT, top, line.shrunken_figure, size=size)
    sheet.write(Q_AT, top, line.q_value, ha="right", size=size)


def _draw_line(
    axes: Axes,
    offset: float,
    figures: tuple[float | None, ...],
    limits: tuple[float, float],
    *,
    filled: bool,
) -> None:
    ratio, lower, upper = figures
    if ratio is None or lower is None or upper is None:
        return
    colour = (VERMILION if ratio >= 1 else BLUE) if filled else GREY
    ends = [min(max(end, limits[0]), limits[1]) for end in (lower, upper)]
    axes.plot(ends, [offset] * 2, color=colour, linewidth=1.3 if filled else 0.8)
    style: dict[str, Any] = {"color": colour, "markersize": 4, "clip_on": False}
    if lower < limits[0]:
        axes.plot([limits[0]], [offset], "<", **style)
    if upper > limits[1]:
        axes.plot([limits[1]], [offset], ">", **style)
    if limits[0] <= ratio <= limits[1]:
        mark = "s" if ratio >= 1 else "o"
        face = colour if filled else "white"
        axes.plot([ratio], [offset], mark, markerfacecolor=face, **style)
