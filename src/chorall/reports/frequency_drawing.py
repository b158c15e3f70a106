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
    MARGIN,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    WIDTH,
    Sheet,
    choose_ticks,
    note_height,
    shorten_label,
)
from chorall.reports.frequency_figure import FEWEST_FOR_SCALE, FrequencyLine

ROW_HEIGHT: Final = 0.185
BLOCK_GAP: Final = 0.1
PLOT_LEFT: Final = 1.85
PLOT_WIDTH: Final = 1.75
FIGURE_AT: Final = 3.76
TESTED_AT: Final = 5.82
NOT_TESTED_AT: Final = 6.58
OTHER_AT: Final = WIDTH - MARGIN

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
    offsets = _place_rows(lines)
    body = offsets[-1] + ROW_HEIGHT
    sheet = Sheet(0.75 + body + 0.55 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    _write_column_heads(sheet)
    top = sheet.top + 0.24
    axes = sheet.place_axes(PLOT_LEFT, top, PLOT_WIDTH, body)
    ticks = choose_ticks(_find_highest(lines))
    _prepare_axes(axes, body, ticks)
    for offset, line in zip(offsets, lines, strict=True):
        _write_row(sheet, top + offset, line)
        _draw_interval(axes, offset, line, ticks[-1])
    sheet.write_note(note)
    return sheet.drawing


def _place_rows(lines: Sequence[FrequencyLine]) -> list[float]:
    """Inches from the top of the axes to the middle of each row."""
    offsets, at = [], ROW_HEIGHT / 2
    for position, line in enumerate(lines):
        if line.kind == "marker" and position:
            at += BLOCK_GAP
        offsets.append(at)
        at += ROW_HEIGHT
    return offsets


def _write_column_heads(sheet: Sheet) -> None:
    style = {"weight": "bold", "size": TEXT_SIZE - 0.5, "va": "top"}
    top = sheet.top + 0.02
    sheet.write(FIGURE_AT, top, "Frequency", **style)
    sheet.write(TESTED_AT, top, "Present / tested", ha="right", **style)
    sheet.write(NOT_TESTED_AT, top, "Not tested", ha="right", **style)
    sheet.write(OTHER_AT, top, "Other", ha="right", **style)


def _prepare_axes(axes: Axes, body: float, ticks: list[float]) -> None:
    axes.set_ylim(body, 0)
    axes.set_xlim(0, ticks[-1])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks(ticks, [f"{tick * 100:g}" for tick in ticks])
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("Frequency among those tested (%)", size=TEXT_SIZE, labelpad=2)


def _find_highest(lines: Sequence[FrequencyLine]) -> float:
    """Return the highest limit to be shown; a handful of patients must not flatten all others."""
    enough = [line for line in lines if line.n_tested >= FEWEST_FOR_SCALE] or lines
    return max((line.upper or line.frequency or 0.0 for line in enough), default=0.0)


def _write_row(sheet: Sheet, top: float, line: FrequencyLine) -> None:
    heading = line.kind == "marker"
    style = {"weight": "bold" if heading else "normal", "size": TEXT_SIZE - 0.5}
    label = shorten_label(line.label, 24)
    sheet.write(MARGIN + (0 if heading else 0.14), top, label, **style)
    lacking = {} if line.frequency is not None else {"color": SOFT_INK, "style": "italic"}
    sheet.write(FIGURE_AT, top, line.figure, **(style | lacking))
    sheet.write(TESTED_AT, top, line.tested, ha="right", **style)
    sheet.write(NOT_TESTED_AT, top, line.not_tested, ha="right", **style)
    sheet.write(OTHER_AT, top, line.other, ha="right", **style)


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
