"""The parts of a marker sheet: rows of figures between words, and small curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes

from chorall.reports.canvas import (
    BLUE,
    GREY,
    INK,
    PLATE,
    SOFT_INK,
    VERMILION,
    Sheet,
    choose_ticks,
    is_narrow,
    shorten_label,
)
from chorall.reports.marker_sheet_columns import GAP, ROW, Columns
from chorall.reports.marker_sheet_rows import SheetRow
from chorall.reports.numbers import format_count
from chorall.reports.ratio_axis import find_ratio_limits, prepare_ratio_rows
from chorall.reports.survival_drawing import STYLES, draw_curve, find_highest, find_year_ticks
from chorall.reports.survival_figure import SurvivalView
from chorall.reports.wording import GROUPS, begin_sentence

FOOT: Final = 0.29
SMALL: Final = 6.6
BOLD: Final = 7.6

_MARKS: Final[dict[str, dict[str, Any]]] = {
    "single": {"marker": "o", "color": GREY, "markersize": 3.4},
    "child": {"marker": "o", "color": BLUE, "markersize": 3.4},
    "adult": {"marker": "s", "color": VERMILION, "markersize": 3.4},
    "pooled": {"marker": "D", "color": INK, "markersize": 3.8},
}


def draw_rows(
    sheet: Sheet, top: float, columns: Columns, title: str, rows: Sequence[SheetRow], scale: str
) -> None:
    """Draw a panel of rows with its title; `scale` is `share` or `ratio`."""
    sheet.write(columns.label, top, title, va="top", weight="bold", size=BOLD)
    for (at, side, line), head in zip(columns.cells, columns.heads, strict=True):
        style = {"ha": side, "va": "bottom", "size": SMALL, "color": SOFT_INK}
        above = columns.n_lines - 1 - line
        foot = top + columns.head - 0.02 - ROW * above - (columns.extra if above else 0.0)
        sheet.write(at, foot, head, linespacing=1.05, **style)
    body = columns.measure(rows)
    axes = sheet.place_axes(columns.plot[0], top + columns.head, columns.plot[1], body)
    limits = _prepare(axes, rows, body, scale)
    offset = 0.0
    for row in rows:
        offset += (GAP if row.gap else 0.0) + columns.row / 2
        _write_row(sheet, top + columns.head + offset, columns, row)
        at = offset + columns.find_line(columns.plot_line)
        _draw_interval(axes, at, row, limits, is_ratio=scale == "ratio")
        offset += columns.row / 2


def _prepare(axes: Axes, rows: Sequence[SheetRow], body: float, scale: str) -> tuple[float, float]:
    known = [row for row in rows if row.middle is not None]
    axes.tick_params(labelsize=SMALL, length=2, pad=1.5)
    if scale == "ratio":
        lowest = min((row.lower or row.middle or 1.0 for row in known), default=0.5)
        highest = max((row.upper or row.middle or 1.0 for row in known), default=2.0)
        limits = find_ratio_limits(lowest, highest)
        prepare_ratio_rows(axes, body, limits)
        return limits
    ticks = choose_ticks(max((row.upper or row.middle or 0.0 for row in known), default=0.0))
    axes.set_ylim(body, 0)
    axes.set_xlim(0, ticks[-1])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    shown = ticks if len(ticks) < 5 else ticks[::2]
    axes.set_xticks(shown, [f"{tick * 100:g}" for tick in shown])
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.5)
    axes.set_axisbelow(True)
    return 0.0, ticks[-1]


def _write_row(sheet: Sheet, top: float, columns: Columns, row: SheetRow) -> None:
    weight = "bold" if row.kind == "pooled" else "normal"
    style: dict[str, Any] = {"size": SMALL, "weight": weight}
    if columns.n_lines > 1:
        style["bbox"] = PLATE
    label = shorten_label(row.label, columns.most)
    sheet.write(columns.label, top + columns.find_line(0), label, **style)
    lacking = row.middle is None and row.kind != "prediction"
    for place, ((at, side, line), cell) in enumerate(zip(columns.cells, row.cells, strict=True)):
        paint = {"color": SOFT_INK, "style": "italic"} if lacking and not place else {}
        sheet.write(at, top + columns.find_line(line), cell, ha=side, **(style | paint))


def _draw_interval(
    axes: Axes, offset: float, row: SheetRow, limits: tuple[float, float], *, is_ratio: bool
) -> None:
    if row.lower is None or row.upper is None:
        ends = None
    else:
        ends = [min(max(end, limits[0]), limits[1]) for end in (row.lower, row.upper)]
    style = _MARKS.get(row.kind, {"color": GREY})
    if is_ratio and row.kind == "single" and row.middle is not None:
        harm = row.middle >= 1
        style = {"marker": "s" if harm else "o", "color": VERMILION if harm else BLUE}
        style["markersize"] = 3.4
    if ends is not None:
        dashes: dict[str, Any] = {"linestyle": (0, (3, 1.5))} if row.kind == "prediction" else {}
        axes.plot(ends, [offset] * 2, color=style["color"], linewidth=1.0, **dashes)
        for end, limit, arrow in zip((row.lower, row.upper), limits, "<>", strict=True):
            if end is not None and (end < limit if arrow == "<" else end > limit):
                paint = {"color": style["color"], "markersize": 3.5, "clip_on": False}
                axes.plot([limit], [offset], arrow, **paint)
    inside = row.middle is not None and limits[0] <= row.middle <= limits[1]
    if row.kind != "prediction" and inside:
        axes.plot([row.middle or 0.0], [offset], linestyle="none", clip_on=False, **style)


CURVE_HEIGHT: Final = 1.12
CURVES_HEIGHT: Final = 0.4 + CURVE_HEIGHT + 0.32 + 4 * ROW
_RISK_LABEL: Final = 0.74


def draw_curves(sheet: Sheet, top: float, left: float, width: float, view: SurvivalView) -> None:
    """Draw the curves of one endpoint (of its first cause) with the numbers at risk."""
    sheet.write(left, top, view.title.split(":")[0], va="top", weight="bold", size=BOLD)
    for line, text in enumerate(view.subtitle.split(". ")[:1]):
        sheet.write(left, top + 0.17 + ROW * line, text + ".", va="top", size=SMALL, color=SOFT_INK)
    at = left + _RISK_LABEL
    axes = sheet.place_axes(at, top + 0.4, width - _RISK_LABEL - 0.1, CURVE_HEIGHT)
    cause = next(iter(view.causes), 1)
    for group in GROUPS:
        steps = view.curves.filter((pl.col("cause") == cause) & (pl.col("group") == group))
        if steps.height:
            draw_curve(axes, steps.sort("time_years", maintain_order=True), group)
    years = _prepare_curve(axes, view)
    base = top + 0.4 + CURVE_HEIGHT + 0.36
    sheet.write(left, base, "At risk", size=SMALL, weight="bold")
    counts = {(group, year): n for group, year, n in view.at_risk.iter_rows()}
    span = axes.get_xlim()[1]
    for line, group in enumerate(GROUPS, start=1):
        height = base + ROW * line
        style = {"size": SMALL, "color": STYLES[group]["color"]}
        sheet.write(left, height, begin_sentence(group), **style)
        for year in years:
            place = at + (width - _RISK_LABEL - 0.1) * year / span
            text = format_count(counts.get((group, float(year)), 0))
            sheet.write(place, height, text, ha="center", size=SMALL)


def _prepare_curve(axes: Axes, view: SurvivalView) -> list[int]:
    ticks = choose_ticks(find_highest(view))
    axes.tick_params(labelsize=SMALL, length=2, pad=1.5)
    axes.set_ylim(0, ticks[-1] * 1.005)
    axes.set_yticks(ticks, [f"{tick * 100:g} %" for tick in ticks])
    axes.set_xlim(0, max(view.last_years, 1))
    years = find_year_ticks(view.last_years, n_most=8)
    axes.set_xticks(years, [str(year) for year in years])
    axes.set_xlabel("Years", size=SMALL, labelpad=1)
    if view.curves.is_empty():
        line_end = "\n" if is_narrow() else " "
        text = f"Too few patients at risk:{line_end}no curve is drawn"
        style: dict[str, Any] = {"ha": "center", "transform": axes.transAxes, "size": SMALL}
        axes.text(0.5, 0.5, text, color=SOFT_INK, **style)
    return years
