"""Draw effects with and without a marker and their interaction, absolute and relative."""

from __future__ import annotations

import math
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
    note_height,
    shorten_label,
)
from chorall.reports.numbers import format_p_with_sign, format_ratio_interval

ROW: Final = 0.2
HEAD: Final = 0.36
LEFT, WIDTH_ABSOLUTE, WIDTH_RELATIVE = 1.5, 1.9, 1.9
RATIO_LEFT: Final = LEFT + WIDTH_ABSOLUTE + 0.3
TEXT_LEFT: Final = RATIO_LEFT + WIDTH_RELATIVE + 0.12
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
    blocks = data["contrast"].unique(maintain_order=True).to_list()
    body = HEAD * len(blocks) + ROW * data.height + 0.1
    sheet = Sheet(0.75 + body + 0.35 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    absolute = sheet.place_axes(LEFT, sheet.top, WIDTH_ABSOLUTE, body)
    relative = sheet.place_axes(RATIO_LEFT, sheet.top, WIDTH_RELATIVE, body)
    at = 0.0
    for block in blocks:
        lines = data.filter(contrast=block)
        sheet.write(MARGIN, sheet.top + at + 0.16, shorten_label(_head(block, lines), 95),
                    weight="bold", size=NOTE_SIZE)  # fmt: skip
        at += HEAD
        _draw_neutral(absolute, relative, at, at + ROW * (lines.height - 1))
        for row in lines.to_dicts():
            _draw_line(sheet, absolute, relative, row, at)
            at += ROW
    _finish(absolute, relative, body)
    sheet.write_note(note)
    return sheet.drawing


def _head(block: str, lines: pl.DataFrame) -> str:
    first = lines.row(0, named=True)
    return f"{block} \N{EN DASH} {first['evidence']}; interaction {first['claim']}"


def _draw_neutral(absolute: Axes, relative: Axes, top: float, bottom: float) -> None:
    for axes, neutral in ((absolute, 0.0), (relative, 1.0)):
        ends = [top - ROW / 2, bottom + ROW / 2]
        axes.plot([neutral, neutral], ends, color=SOFT_INK, linewidth=0.8, linestyle=(0, (4, 3)))


def _draw_line(
    sheet: Sheet, absolute: Axes, relative: Axes, row: dict[str, Any], at: float
) -> None:
    colour, shape = STYLES[row["line"]]
    sheet.write(MARGIN + 0.1, sheet.top + at, shorten_label(row["label"], 20), color=colour)
    _draw_interval(absolute, row, "risk_difference", at, colour, shape)
    _draw_interval(relative, row, "ratio", at, colour, shape)
    text = format_ratio_interval(row["ratio"], row["lower_ratio"], row["upper_ratio"])
    if row["line"] == "interaction":
        text = f"{text} {format_p_with_sign('p', row['interaction_p_value'])}"
    sheet.write(TEXT_LEFT, sheet.top + at, text, size=NOTE_SIZE - 0.5, color=colour)


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
