"""Draw frequencies as dots with intervals between columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    GREY,
    INK,
    TEXT_SIZE,
    VERMILION,
    Sheet,
    choose_ticks,
    is_narrow,
    open_sheet,
)
from chorall.reports.frequency_figure import FEWEST_FOR_SCALE, FrequencyLine
from chorall.reports.row_layout import RowLayout, choose_layout, write_heads, write_row

BLOCK_GAP: Final = 0.1
TWO_COLUMNS: Final = RowLayout(
    0.185, (1.85, 1.75),
    ((3.76, "left", 0), (5.82, "right", 0), (6.58, "right", 0), (7.08, "right", 0)), 24,
)  # fmt: skip
ONE_COLUMN: Final = RowLayout(
    0.38, (0.2, 1.15),
    ((1.55, "left", 0), (2.1, "right", 1), (2.94, "right", 1), (3.38, "right", 1)), 19, n_lines=2,
)  # fmt: skip
HEADS: Final = ("Frequency", "Present / tested", "Not tested", "Other")

_MARKS: Final[dict[str, dict[str, Any]]] = {
    "marker": {"marker": "D", "color": INK, "markersize": 5},
    "child": {"marker": "o", "color": BLUE, "markersize": 4.5},
    "adult": {"marker": "s", "color": VERMILION, "markersize": 4.5},
    "other": {"marker": "o", "color": GREY, "markersize": 4.5},
}


def draw_lines(
    lines: Sequence[FrequencyLine], title: str, note: str, *, synthetic: bool
) -> Drawing:
    """Return the figure: one row per line, a gap above each marker."""
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    offsets = _place_rows(lines, layout.row)
    body = offsets[-1] + layout.row
    sheet = open_sheet(title, note, layout.head + body + 0.65, synthetic=synthetic)
    write_heads(sheet, layout, HEADS, TEXT_SIZE - (1 if is_narrow() else 0.5))
    axes = sheet.place_axes(layout.plot[0], sheet.top, layout.plot[1], body)
    ticks = choose_ticks(_find_highest(lines))
    _prepare_axes(axes, body, ticks)
    for offset, line in zip(offsets, lines, strict=True):
        _write_row(sheet, sheet.top + offset, layout, line)
        _draw_interval(axes, offset + layout.plot_shift, line, ticks[-1])
    return sheet.drawing


def _place_rows(lines: Sequence[FrequencyLine], row: float) -> list[float]:
    """Inches from the top of the axes to the middle of each row."""
    offsets, at = [], row / 2
    for position, line in enumerate(lines):
        if line.kind == "marker" and position:
            at += BLOCK_GAP
        offsets.append(at)
        at += row
    return offsets


def _prepare_axes(axes: Axes, body: float, ticks: list[float]) -> None:
    axes.set_ylim(body, 0)
    axes.set_xlim(0, ticks[-1])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks(ticks, [f"{tick * 100:g}" for tick in ticks])
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    words = "Frequency (%)" if is_narrow() else "Frequency among those tested (%)"
    axes.set_xlabel(words, size=TEXT_SIZE, labelpad=2)


def _find_highest(lines: Sequence[FrequencyLine]) -> float:
    """Return the highest limit to be shown; a handful of patients must not flatten all others."""
    enough = [line for line in lines if line.n_tested >= FEWEST_FOR_SCALE] or lines
    return max((line.upper or line.frequency or 0.0 for line in enough), default=0.0)


def _write_row(sheet: Sheet, middle: float, layout: RowLayout, line: FrequencyLine) -> None:
    heading = line.kind == "marker"
    style: dict[str, Any] = {
        "weight": "bold" if heading else "normal",
        "indent": 0.0 if heading else 0.14,
    }
    words = (line.label, (line.figure, line.tested, line.not_tested, line.other))
    write_row(sheet, middle, layout, words, lacking=line.frequency is None, **style)


def _draw_interval(axes: Axes, offset: float, line: FrequencyLine, ceiling: float) -> None:
    if line.frequency is None:
        return
    style = _MARKS[line.kind]
    if line.lower is not None and line.upper is not None:
        ends = [min(line.lower, ceiling), min(line.upper, ceiling)]
        axes.plot(ends, [offset] * 2, color=style["color"], linewidth=1.2)
        if line.upper > ceiling:
            axes.plot([ceiling], [offset], clip_on=False, **(style | {"marker": ">"}))
    if line.frequency <= ceiling:
        axes.plot([line.frequency], [offset], linestyle="none", clip_on=False, **style)
