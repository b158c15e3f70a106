"""Draw risk groups: how many, how high their risk on day 0 and with MRD, what becomes of them."""

from __future__ import annotations

import textwrap
from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MaxNLocator

from chorall.reports.canvas import (
    BLUE,
    GREY,
    INK,
    MARGIN,
    NOTE_SIZE,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    Sheet,
    choose_ticks,
    note_height,
    shorten_label,
)
from chorall.reports.numbers import format_count, format_percent

ROW: Final = 0.3
TITLE_WIDTH: Final = 72
LEFT_AXIS, AXIS_WIDTH = 3.55, 3.35
SHARES_AT, COUNT_AT = 2.6, 3.35
CAUSE_STYLES: Final = {
    "relapse": (VERMILION, ""),
    "death in remission": (BLUE, "////"),
    "death in induction": ("#56B4E9", "...."),
    "induction failure": (GREY, "xxxx"),
    "second malignancy": ("#F0E442", "\\\\\\\\"),
    "death, remission not recorded": ("#009E73", "++++"),
}
LINE_STYLES: Final = (
    (VERMILION, "-", 1.8), (BLUE, "--", 1.8), (GREY, "-.", 1.2), (INK, ":", 1.2),
)  # fmt: skip


def count_title_lines(title: str) -> int:
    """Return the lines that a heading takes."""
    return len(textwrap.wrap(title, TITLE_WIDTH))


def percent_axis(axis: Any) -> None:
    """Write fractions as percentages."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))


def draw_groups(rows: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: a line per group, its patients, and its risk on day 0 and with MRD."""
    blocks = rows["grouping"].unique(maintain_order=True).to_list()
    views = rows["view"].unique(maintain_order=True).to_list()
    lines = [(block, group) for block in blocks for group in _list_groups(rows, block)]
    body = ROW * (len(lines) + 1.1 * len(blocks))
    sheet = Sheet(0.65 + body + 0.35 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    sheet.write(COUNT_AT, sheet.top, f"patients on {views[-1]}", ha="right", color=SOFT_INK)
    _write_key(sheet, views)
    sheet.top += 0.2
    axes = sheet.place_axes(LEFT_AXIS, sheet.top, AXIS_WIDTH, body)
    highest = float(rows["upper"].fill_null(0).max() or 0.5)  # type: ignore[arg-type]
    ticks = choose_ticks(min(highest, 1.0))
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    percent_axis(axes.xaxis)
    place = 0.0
    for block in blocks:
        place += ROW * 0.75
        sheet.write(MARGIN, sheet.top + place, block, weight="bold")
        place += ROW * 0.35
        for group in _list_groups(rows, block):
            place += ROW
            own = rows.filter(pl.col("grouping") == block, pl.col("group") == group)
            _draw_line(sheet, axes, own, place - ROW / 2, views)
    sheet.write_note(note)
    return sheet.drawing


def _list_groups(rows: pl.DataFrame, block: str) -> list[str]:
    own = rows.filter(pl.col("grouping") == block)
    order = own["group"].unique(maintain_order=True).to_list()
    return [group for group in order if int(own.filter(group=group)["n_patients"].max()) > 0]  # type: ignore[arg-type]


def _write_key(sheet: Sheet, views: list[str]) -> None:
    for place, view in enumerate(views):
        colour, marker = (BLUE, "o") if place == 0 else (VERMILION, "s")
        left = LEFT_AXIS + 0.1 + 1.5 * place
        sheet.draw_line(
            (left, left), sheet.top, marker=marker, color=colour, markersize=5.5,
            markerfacecolor="white" if place == 0 else colour,
        )  # fmt: skip
        sheet.write(left + 0.12, sheet.top, f"known on {view}", color=colour)


def _draw_line(
    sheet: Sheet, axes: Axes, own: pl.DataFrame, height: float, views: list[str]
) -> None:
    top = sheet.top + height
    last = own.filter(view=views[-1])
    name = str(own["group"][0]).replace("_", " ")
    soft = name.startswith("not assessable")
    sheet.write(MARGIN + 0.12, top, shorten_label(name, 30), color=SOFT_INK if soft else INK)
    if last.height:
        n, share = last["n_patients"][0], last["share"][0]
        words = f"{format_count(n)} ({format_percent(share)})"
        sheet.write(COUNT_AT, top, words, ha="right", color=SOFT_INK if soft else INK)
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


def draw_causes(curves: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: a panel per group, the causes of the first event stacked over time."""
    groups = curves["group"].unique(maintain_order=True).to_list()[:5]
    causes = [name for name in CAUSE_STYLES if name in curves["cause"].unique().to_list()]
    width = (7.2 - 0.6 - MARGIN - 0.12 * (len(groups) - 1)) / len(groups)
    height = 2.2
    sheet = Sheet(1.3 + height + 0.3 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    _write_causes(sheet, causes)
    top = _highest(curves)
    for place, group in enumerate(groups):
        left = 0.6 + place * (width + 0.12)
        axes = sheet.place_axes(left, sheet.top + 0.2, width, height)
        own = curves.filter(group=group)
        _stack(axes, own, causes)
        axes.set_ylim(0, top)
        if place:
            axes.set_yticklabels([])
        else:
            percent_axis(axes.yaxis)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        words = "not tested" if group.startswith("not assessable") else group.replace("_", " ")
        name = shorten_label(words, int(width * 11))
        sheet.write(left + width / 2, sheet.top + 0.08, name, ha="center", weight="bold")
        _write_at_risk(sheet, own, left, width, sheet.top + 0.2 + height + 0.32)
    sheet.write(MARGIN, sheet.top + height + 0.52, "at risk", size=NOTE_SIZE, color=SOFT_INK)
    sheet.write(3.6, sheet.top + height + 0.72, "Years", ha="center", size=TEXT_SIZE)
    sheet.write_note(note)
    return sheet.drawing


def _highest(curves: pl.DataFrame) -> float:
    total = curves.group_by("group", "time_years").agg(pl.col("estimate").sum())
    return choose_ticks(min(1.0, float(total["estimate"].max() or 0.1)))[-1]  # type: ignore[arg-type]


def _write_causes(sheet: Sheet, causes: list[str]) -> None:
    from matplotlib.patches import Rectangle

    left = 0.6
    for cause in causes:
        colour, hatch = CAUSE_STYLES[cause]
        sheet.drawing.add_artist(
            Rectangle(
                (left / 7.2, 1 - (sheet.top + 0.06) / sheet.height), 0.2 / 7.2,
                0.12 / sheet.height, transform=sheet.drawing.transFigure, facecolor=colour,
                edgecolor="white", hatch=hatch, linewidth=0.3,
            )
        )  # fmt: skip
        sheet.write(left + 0.26, sheet.top, cause)
        left += 0.45 + 0.072 * len(cause)
    sheet.top += 0.2


def _stack(axes: Axes, own: pl.DataFrame, causes: list[str]) -> None:
    base = None
    for cause in causes:
        part = own.filter(cause=cause).sort("time_years")
        values = part["estimate"].fill_null(strategy="forward").to_numpy()
        bottom = values * 0 if base is None else base
        colour, hatch = CAUSE_STYLES[cause]
        axes.fill_between(
            part["time_years"].to_numpy(), bottom, bottom + values, step="post", facecolor=colour,
            edgecolor="white", hatch=hatch, linewidth=0.3,
        )  # fmt: skip
        base = bottom + values
    axes.set_xlim(0, float(own["time_years"].max()))  # type: ignore[arg-type]


def _write_at_risk(sheet: Sheet, own: pl.DataFrame, left: float, width: float, top: float) -> None:
    longest = float(own["time_years"].max())  # type: ignore[arg-type]
    for share, anchor in ((0.0, "left"), (1.0, "right")):
        near = own.filter((pl.col("time_years") - share * longest).abs() < 1e-6)
        n = format_count(near["n_at_risk"][0])
        at = left + share * width
        sheet.write(at, top, n, ha=anchor, size=NOTE_SIZE, color=SOFT_INK)


def draw_decision(data: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: net benefit over the threshold of risk from which one would act."""
    height = 0.3 + 0.2 * count_title_lines(title) + 2.8 + 0.45 + note_height(note)
    sheet = Sheet(height, synthetic=synthetic)
    sheet.write_heading(title)
    axes = sheet.place_axes(0.85, sheet.top, 4.2, 2.8)
    names = data["strategy"].unique(maintain_order=True).to_list()
    order = [name for name in names if name not in ("everybody", "nobody")][::-1]
    order += [name for name in ("everybody", "nobody") if name in names]
    best = max(0.02, float(data["net_benefit"].max()))  # type: ignore[arg-type]
    for place, name in enumerate(order):
        colour, dash, width = LINE_STYLES[place]
        own = data.filter(strategy=name)
        axes.plot(
            own["threshold"], own["net_benefit"], color=colour, linestyle=dash, linewidth=width
        )
        words = {"everybody": "act in everybody", "nobody": "act in nobody"}
        text = words.get(name, f"act by {name}")
        left, top = 0.85 + 4.2 + 0.1, sheet.top + 0.25 + 0.28 * place
        sheet.draw_line((left, left + 0.3), top, color=colour, linestyle=dash, linewidth=width)
        sheet.write(left + 0.36, top, shorten_label(text, 26), color=INK)
    axes.set_ylim(-0.25 * best, 1.08 * best)
    axes.set_xlim(0, float(data["threshold"].max()))  # type: ignore[arg-type]
    percent_axis(axes.xaxis)
    axes.set_xlabel("Risk from which one would act", size=TEXT_SIZE)
    axes.set_ylabel("Net benefit (true positives per patient)", size=TEXT_SIZE)
    sheet.write_note(note)
    return sheet.drawing
