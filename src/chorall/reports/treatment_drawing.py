"""Draw effects with and without a marker and their interaction, absolute and relative."""

from __future__ import annotations

import math
import textwrap
from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, NullLocator

from chorall.reports.canvas import (
    BLUE,
    GREY,
    INK,
    MARGIN,
    NOTE_SIZE,
    SOFT_INK,
    VERMILION,
    Sheet,
    is_narrow,
    open_sheet,
)
from chorall.reports.numbers import format_p_with_sign, format_ratio_interval
from chorall.reports.row_layout import RowLayout, choose_layout, write_row

TWO_COLUMNS: Final = RowLayout(0.2, (1.5, 1.9), ((5.72, "left", 0),), 20)
ONE_COLUMN: Final = RowLayout(0.4, (0.3, 1.35), ((3.38, "right", 0),), 24, n_lines=2)
BETWEEN: Final = 0.3
"""Inches between the axes of differences and those of ratios, which are as wide."""
STYLES: Final = {
    "present": (VERMILION, "o"),
    "absent": (BLUE, "s"),
    "interaction": (INK, "D"),
    "trial": (GREY, "d"),
}
LOWEST, HIGHEST = 1 / 16, 16.0
NOTE: Final = (
    "Left: difference of risk at {horizon:g} years, treated less control (interaction: with less "
    "without). Right: hazard ratio, treated against control (interaction: with over without), from "
    "contrasts within trials only. Left of the line favours the treatment; an interaction left of "
    "it means that the treatment does more where the marker is present."
)


def draw_blocks(
    data: pl.DataFrame, title: str, *, horizon_years: float, synthetic: bool
) -> Drawing:
    """Return the figure; its lines come block by block."""
    note = NOTE.format(horizon=horizon_years)
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    blocks = data.partition_by("contrast", maintain_order=True)
    heads = [_wrap_head(lines) for lines in blocks]
    body = sum(map(_head_height, heads)) + layout.row * data.height + 0.1
    sheet = open_sheet(title, note, body + 0.68, synthetic=synthetic)
    left, width = layout.plot
    absolute = sheet.place_axes(left, sheet.top, width, body)
    relative = sheet.place_axes(left + width + BETWEEN, sheet.top, width, body)
    at = 0.0
    for head, lines in zip(heads, blocks, strict=True):
        for place, line in enumerate(head):
            top = sheet.top + at + 0.16 + 0.15 * place
            sheet.write(MARGIN, top, line, weight="bold", size=NOTE_SIZE)
        at += _head_height(head)
        span = (at - 0.1, at + layout.row * lines.height - 0.1)
        _draw_neutral(absolute, relative, span)
        for row in lines.to_dicts():
            _draw_line(sheet, layout, (absolute, relative), row, at - 0.1 + layout.row / 2)
            at += layout.row
    _finish(absolute, relative, body)
    return sheet.drawing


def _wrap_head(lines: pl.DataFrame) -> list[str]:
    first = lines.row(0, named=True)
    text = f"{first['contrast']} \N{EN DASH} {first['evidence']}; interaction {first['claim']}"
    return textwrap.wrap(text, 44 if is_narrow() else 95)


def _head_height(head: list[str]) -> float:
    return 0.21 + 0.15 * len(head)


def _draw_neutral(absolute: Axes, relative: Axes, span: tuple[float, float]) -> None:
    for axes, neutral in ((absolute, 0.0), (relative, 1.0)):
        axes.plot([neutral, neutral], span, color=SOFT_INK, linewidth=0.8, linestyle=(0, (4, 3)))


def _draw_line(
    sheet: Sheet, layout: RowLayout, both: tuple[Axes, Axes], row: dict[str, Any], middle: float
) -> None:
    colour, shape = STYLES[row["line"]]
    text = format_ratio_interval(row["ratio"], row["lower_ratio"], row["upper_ratio"])
    if row["line"] == "interaction" and row["ratio"] is not None:
        text = f"{text} {format_p_with_sign('p', row['interaction_p_value'])}"
    words = (row["label"], (text,))
    style: dict[str, Any] = {"indent": 0.1, "size": NOTE_SIZE - 0.5, "color": colour}
    write_row(sheet, sheet.top + middle, layout, words, **style)
    at = middle + layout.plot_shift
    for axes, name in zip(both, ("risk_difference", "ratio"), strict=True):
        _draw_interval(axes, row, name, at, colour, shape)


def _draw_interval(
    axes: Axes, row: dict[str, Any], name: str, at: float, colour: str, shape: str
) -> None:
    value, lower, upper = row[name], row[f"lower_{name}"], row[f"upper_{name}"]
    if value is None or lower is None or upper is None:
        return
    if name == "ratio":
        value, lower, upper = (min(max(one, LOWEST), HIGHEST) for one in (value, lower, upper))
    axes.plot([lower, upper], [at, at], color=colour, linewidth=1.2, solid_capstyle="butt")
    axes.plot([value], [at], color=colour, marker=shape, markersize=4.5)


def _finish(absolute: Axes, relative: Axes, body: float) -> None:
    for axes in (absolute, relative):
        axes.set_ylim(body, 0)
        axes.yaxis.set_visible(False)
        axes.spines["left"].set_visible(False)
    reach = min(
        1.0, max(0.1, *(abs(end) for end in absolute.dataLim.intervalx if math.isfinite(end)))
    )
    absolute.set_xlim(-reach * 1.05, reach * 1.05)
    absolute.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+.0f}"))
    absolute.set_xlabel("percentage points", size=NOTE_SIZE)
    relative.set_xscale("log", base=2)
    relative.set_xlim(LOWEST, HIGHEST)
    relative.set_xticks([0.125, 0.5, 1, 2, 8])
    relative.xaxis.set_minor_locator(NullLocator())
    relative.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    relative.set_xlabel("ratio", size=NOTE_SIZE)
