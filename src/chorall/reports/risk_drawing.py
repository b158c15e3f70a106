"""Draw risk groups: how many, how high their risk on day 0 and with MRD, what becomes of them."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter

from chorall.reports.canvas import (
    BLUE,
    GREY,
    INK,
    MARGIN,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    Sheet,
    choose_ticks,
    is_narrow,
    open_sheet,
    shorten_label,
    tell_lacking,
)
from chorall.reports.keyed_axes import KeyLine, key_height, place_keyed_axes
from chorall.reports.numbers import format_count, format_percent
from chorall.reports.row_layout import RowLayout, choose_layout, write_row

TWO_COLUMNS: Final = RowLayout(0.3, (3.55, 3.35), ((3.35, "right", 0),), 30)
ONE_COLUMN: Final = RowLayout(0.42, (0.3, 2.9), ((3.38, "right", 0),), 29, n_lines=2)
KEY, BLOCK = 0.2, 0.33
"""Inches of a line of the key, and of the name of a grouping."""
LINE_STYLES: Final = (
    (VERMILION, "-", 1.8), (BLUE, "--", 1.8), (GREY, "-.", 1.2), (INK, ":", 1.2),
)  # fmt: skip


def percent_axis(axis: Any) -> None:
    """Write fractions as percentages."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))


def draw_groups(rows: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: a line per group, its patients, and its risk on day 0 and with MRD."""
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    blocks = rows["grouping"].unique(maintain_order=True).to_list()
    views = rows["view"].unique(maintain_order=True).to_list()
    lines = [(block, group) for block in blocks for group in _list_groups(rows, block)]
    body = layout.row * len(lines) + BLOCK * len(blocks)
    key = KEY * (len(views) + 1 if is_narrow() else 1)
    sheet = open_sheet(title, note, key + body + 0.58, synthetic=synthetic)
    _write_key(sheet, views, f"patients on {views[-1]}", layout)
    sheet.top += key
    axes = sheet.place_axes(layout.plot[0], sheet.top, layout.plot[1], body)
    prepare_percent_rows(axes, float(rows["upper"].fill_null(0).max() or 0.5), body)  # type: ignore[arg-type]
    place = 0.0
    for block in blocks:
        name = shorten_label(block, 44)
        sheet.write(MARGIN, sheet.top + place + 0.22, name, weight="bold")
        place += BLOCK
        for group in _list_groups(rows, block):
            own = rows.filter(pl.col("grouping") == block, pl.col("group") == group)
            _draw_line(sheet, layout, axes, own, place + layout.row / 2, views)
            place += layout.row
    return sheet.drawing


def prepare_percent_rows(axes: Axes, highest: float, body: float, *, grid: bool = True) -> None:
    """Make axes for rows of risks from the top down."""
    ticks = choose_ticks(min(highest, 1.0))
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if grid:
        axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    percent_axis(axes.xaxis)


def _list_groups(rows: pl.DataFrame, block: str) -> list[str]:
    own = rows.filter(pl.col("grouping") == block)
    order = own["group"].unique(maintain_order=True).to_list()
    return [group for group in order if int(own.filter(group=group)["n_patients"].max()) > 0]  # type: ignore[arg-type]


def _write_key(sheet: Sheet, views: list[str], count: str, layout: RowLayout) -> None:
    """Explain the marks beside each other, on a narrow sheet one below the other."""
    across, down = (0.0, KEY) if is_narrow() else (1.5, 0.0)
    for place, view in enumerate(views):
        colour, marker = (BLUE, "o") if place == 0 else (VERMILION, "s")
        left, top = layout.plot[0] + 0.1 + across * place, sheet.top + down * place
        sheet.draw_line(
            (left, left), top, marker=marker, color=colour, markersize=5.5,
            markerfacecolor="white" if place == 0 else colour,
        )  # fmt: skip
        sheet.write(left + 0.12, top, f"known on {view}", color=colour)
    at = layout.cells[0][0]
    sheet.write(at, sheet.top + down * len(views), count, ha="right", color=SOFT_INK)


def _draw_line(
    sheet: Sheet,
    layout: RowLayout,
    axes: Axes,
    own: pl.DataFrame,
    middle: float,
    views: list[str],
) -> None:
    last = own.filter(view=views[-1])
    name = str(own["group"][0]).replace("_", " ")
    colour = SOFT_INK if name.startswith("not assessable") else INK
    counts = [
        format_count(n) if share is None else f"{format_count(n)} ({format_percent(share)})"
        for n, share in last.select("n_patients", "share").iter_rows()
    ] or [""]
    style: dict[str, Any] = {"indent": 0.12, "color": colour, "size": TEXT_SIZE}
    write_row(sheet, sheet.top + middle, layout, (name, counts), **style)
    height = middle + layout.plot_shift
    if not own["risk"].count():
        tell_lacking(axes, height)
    for place, view in enumerate(views):
        found = own.filter(view=view).drop_nulls("risk")
        if not found.height:
            continue
        colour, marker = (BLUE, "o") if place == 0 else (VERMILION, "s")
        at = height + (-0.06 if place == 0 else 0.06)
        lower, upper = found["lower"][0], found["upper"][0]
        if lower is not None and upper is not None:
            axes.plot([lower, upper], [at, at], color=colour, linewidth=1.3)
        axes.plot(
            [found["risk"][0]], [at], marker=marker, color=colour, markersize=5.5,
            markerfacecolor="white" if place == 0 else colour,
        )  # fmt: skip


def draw_decision(data: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: net benefit over the threshold of risk from which one would act."""
    names = data["strategy"].unique(maintain_order=True).to_list()
    order = [name for name in names if name not in ("everybody", "nobody")][::-1]
    order += [name for name in ("everybody", "nobody") if name in names]
    words = {"everybody": "act in everybody", "nobody": "act in nobody"}
    styles: dict[str, dict[str, Any]] = {
        name: {"color": colour, "linestyle": dash, "linewidth": width}
        for name, (colour, dash, width) in zip(order, LINE_STYLES, strict=False)
    }
    key = [KeyLine(words.get(name, f"act by {name}"), INK, style) for name, style in styles.items()]
    sheet = open_sheet(title, note, key_height(len(key)) + 2.8 + 0.63, synthetic=synthetic)
    axes = place_keyed_axes(sheet, key, 4.2, 2.8, letters=31)
    best = max(0.02, float(data["net_benefit"].max()))  # type: ignore[arg-type]
    for name, style in styles.items():
        own = data.filter(strategy=name)
        axes.plot(own["threshold"], own["net_benefit"], **style)
    axes.set_ylim(-0.25 * best, 1.08 * best)
    axes.set_xlim(0, float(data["threshold"].max()))  # type: ignore[arg-type]
    percent_axis(axes.xaxis)
    axes.set_xlabel("Risk from which one would act", size=TEXT_SIZE)
    axes.set_ylabel("Net benefit (true positives per patient)", size=TEXT_SIZE)
    return sheet.drawing
