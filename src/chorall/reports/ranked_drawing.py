"""Draw ranked forests: each line twice, as estimated and as shrunken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import BLUE, GREY, TEXT_SIZE, VERMILION, open_sheet, tell_lacking
from chorall.reports.ranked_figure import RankedLine
from chorall.reports.ratio_axis import find_ratio_limits, prepare_ratio_rows
from chorall.reports.row_layout import RowLayout, choose_layout, write_heads, write_row

TWO_COLUMNS: Final = RowLayout(
    0.21, (1.9, 1.45),
    ((4.15, "right", 0), (4.25, "left", 0), (5.5, "left", 0), (7.08, "right", 0)), 31,
)  # fmt: skip
ONE_COLUMN: Final = RowLayout(
    0.58, (0.2, 1.3),
    ((3.38, "right", 0), (1.72, "left", 1), (1.72, "left", 2), (3.38, "right", 2)), 31, n_lines=3,
)  # fmt: skip
HEADS: Final = ("Events / with", "Estimated", "Shrunken", "q")


def draw_ranked_lines(
    lines: Sequence[RankedLine], title: str, note: str, *, synthetic: bool
) -> Drawing:
    """Return the figure: one row per line, the strongest on top."""
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    body = max(len(lines), 1) * layout.row
    sheet = open_sheet(title, note, layout.head + body + 0.7, synthetic=synthetic)
    write_heads(sheet, layout, HEADS, TEXT_SIZE - 1)
    axes = sheet.place_axes(layout.plot[0], sheet.top, layout.plot[1], body)
    limits = find_limits(lines)
    prepare_ratio_rows(axes, body, limits)
    naive, shrunken = _find_places(layout)
    if not lines:
        tell_lacking(axes, body / 2, "none could be assessed")
    for position, line in enumerate(lines):
        middle = (position + 0.5) * layout.row
        cells = (line.events, line.figure, line.shrunken_figure, line.q_value)
        write_row(sheet, sheet.top + middle, layout, (line.label, cells), size=TEXT_SIZE - 1)
        _draw_line(axes, middle + naive, line.naive, limits, filled=False)
        _draw_line(axes, middle + shrunken, line.shrunken, limits, filled=True)
    return sheet.drawing


def _find_places(layout: RowLayout) -> tuple[float, float]:
    """Return inches below the middle of a row: beside its figure where each has a line."""
    if layout.n_lines == 1:
        return -0.035, 0.035
    return layout.find_line(1), layout.find_line(2)


def find_limits(lines: Sequence[RankedLine]) -> tuple[float, float]:
    """Return ticks around every ratio, never beyond a factor of 16."""
    ratios = [line.naive[0] for line in lines if line.naive[0] is not None] or [1.0]
    return find_ratio_limits(min(ratios), max(ratios))


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
