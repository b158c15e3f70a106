"""Draw the course of one group, and what a randomised reduction did in it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from chorall.knowledge.deescalation_rules import deescalation_rules
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
    tell_empty,
    tell_lacking,
)
from chorall.reports.keyed_axes import KeyLine, key_height, place_keyed_axes
from chorall.reports.numbers import format_count

STACK_LEFT, STACK_WIDTH, HEIGHT = 0.65, 2.7, 2.4
FOREST_WIDTH: Final = 1.9
KEY_STEP: Final = 0.18
LAYERS: Final[dict[str, dict[str, Any]]] = {
    "relapse": {"facecolor": VERMILION, "hatch": ""},
    "death in remission": {"facecolor": "#9ecae1", "hatch": "////"},
    "second malignancy": {"facecolor": "white", "hatch": "...."},
    "induction death": {"facecolor": "#7fb3d5", "hatch": "\\\\\\\\"},
    "induction failure": {"facecolor": "#f0e0a0", "hatch": "xxx"},
}
"""From below; told apart by hatching as well as by colour."""
MOST_SHOWN: Final = 0.3


def draw_course_sheet(
    stacked: pl.DataFrame,
    lines: pl.DataFrame,
    title: str,
    subtitle: str,
    note: str,
    *,
    bound: float,
    synthetic: bool,
) -> Drawing:
    """Return the figure: stacked incidences, beside (narrow: above) the relapse of each trial."""
    key, rows = KEY_STEP * 3 + 0.1, 0.24 * lines.height + 0.3
    body = HEIGHT if is_narrow() else max(HEIGHT, rows)
    further = rows + 0.6 if is_narrow() else 0.0
    sheet = open_sheet(
        title, note, key + body + further + 0.65, synthetic=synthetic, subtitle=subtitle
    )
    _write_key(sheet)
    top = sheet.top + key
    _draw_stack(sheet.place_axes(STACK_LEFT, top, STACK_WIDTH, body), stacked)
    height, below = (rows, top + body + 0.6) if is_narrow() else (body, top)
    left = sheet.right - FOREST_WIDTH - 0.05
    _draw_forest(sheet.place_axes(left, below, FOREST_WIDTH, height), lines, bound)
    return sheet.drawing


def _write_key(sheet: Sheet) -> None:
    for place, (name, style) in enumerate(LAYERS.items()):
        left = (MARGIN if is_narrow() else STACK_LEFT) + 1.7 * (place % 2)
        height = sheet.top + 0.04 + KEY_STEP * (place // 2)
        sheet.draw_box((left, height - 0.06, 0.2, 0.12), edgecolor=INK, linewidth=0.5, **style)
        sheet.write(left + 0.28, height, name, size=TEXT_SIZE)


def _draw_stack(axes: Axes, stacked: pl.DataFrame) -> None:
    below: Any = None
    for name, style in LAYERS.items():
        layer = stacked.filter(kind=name).drop_nulls("cumulative_incidence")
        years = layer["time_years"].to_numpy()
        if not len(years):
            continue
        value = layer["cumulative_incidence"].to_numpy()
        below = np.zeros(len(years)) if below is None else below
        axes.fill_between(
            years, below, below + value, step="post", edgecolor=INK, linewidth=0.4, **style
        )
        below = below + value
    tell_empty(axes)
    highest = 0.05 if below is None else float(max(below.max(), 0.02))
    ticks = choose_ticks(highest)
    axes.set_ylim(0, ticks[-1])
    axes.set_yticks(ticks, [f"{100 * tick:g}" for tick in ticks])
    axes.set_xlim(0, 10)
    axes.set_xlabel("Years from diagnosis", size=TEXT_SIZE, labelpad=2)
    axes.set_ylabel("First event (%)", size=TEXT_SIZE)


def _draw_forest(axes: Axes, lines: pl.DataFrame, bound: float) -> None:
    rows = [*lines.filter(pl.col("trial").is_not_null()).to_dicts()]
    rows += lines.filter(pl.col("trial").is_null()).to_dicts()
    ticks = choose_ticks(min(MOST_SHOWN, max(_find_highest(rows), 2 * bound)))
    axes.set_xlim(0, ticks[-1])
    axes.set_ylim(len(rows), 0)
    shown = ticks[:: 2 if len(ticks) > 5 else 1]
    axes.set_xticks(shown, [f"{100 * tick:g}" for tick in shown])
    axes.axvline(bound, color=INK, linestyle=(0, (4, 3)), linewidth=0.9)
    axes.set_xlabel("Relapse (%)", size=TEXT_SIZE, labelpad=2)
    axes.spines["left"].set_visible(False)
    names = []
    for place, row in enumerate(rows):
        together = row["trial"] is None
        names.append(f"{'together' if together else row['trial']} ({format_count(row['n_group'])})")
        if row["relapse"] is not None:
            _draw_limits(axes, row, place + 0.5, ticks[-1], together=together)
        else:
            tell_lacking(axes, place + 0.5)
    axes.set_yticks(
        [place + 0.5 for place in range(len(rows))], [shorten_label(name, 20) for name in names]
    )
    axes.tick_params(axis="y", length=0)


def _find_highest(rows: list[dict[str, Any]]) -> float:
    """Return the highest limit of the trials that count and of all together."""
    fewest = deescalation_rules().gates.fewest_patients
    known = [
        float(row["relapse_upper"])
        for row in rows
        if row["relapse_upper"] is not None and row["n_group"] >= fewest
    ]
    return max(known, default=0.0)


def _draw_limits(
    axes: Axes, row: dict[str, Any], height: float, end: float, *, together: bool
) -> None:
    colour = INK if together else (BLUE if row["headline"] else GREY)
    ends = [row["relapse_lower"] or 0, min(row["relapse_upper"] or 0, end)]
    axes.plot(ends, [height] * 2, color=colour, linewidth=1.6, clip_on=False)
    if row["relapse_upper"] is not None and row["relapse_upper"] > end:
        axes.plot(end, height, marker=">", color=colour, markersize=4, clip_on=False)
    axes.plot(
        min(row["relapse"], end), height, marker="D" if together else "o", markersize=6,
        color=colour, markerfacecolor=colour if row["headline"] else "white", clip_on=False,
    )  # fmt: skip


def draw_difference(
    data: pl.DataFrame, title: str, note: str, *, margin: float, horizon: float, synthetic: bool
) -> Drawing:
    """Return the figure: the absolute difference over time with limits, zero and margin."""
    styles = {"intention to treat": (BLUE, "-"), "per protocol": (VERMILION, "--")}
    there = [name for name in styles if data.filter(population=name).height]
    key = [
        KeyLine(name, styles[name][0], dict(zip(("color", "linestyle"), styles[name], strict=True)))
        for name in there
    ]
    body = key_height(len(key)) + HEIGHT + 0.65
    sheet = open_sheet(title, note, body, synthetic=synthetic)
    axes = place_keyed_axes(sheet, key, 4.6, HEIGHT)
    for name in there:
        colour, dash = styles[name]
        line = data.filter(population=name)
        years = line["time_years"].to_numpy()
        axes.plot(years, line["difference"], color=colour, linestyle=dash, linewidth=1.6)
        axes.fill_between(
            years, line["lower"].to_numpy(), line["upper"].to_numpy(), color=colour, alpha=0.14,
            linewidth=0,
        )  # fmt: skip
    tell_empty(axes)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.axhline(-margin, color=INK, linestyle=(0, (4, 3)), linewidth=0.9)
    axes.axvline(horizon, color=SOFT_INK, linestyle=":", linewidth=0.8)
    _place_names(sheet, axes, margin)
    axes.set_xlim(0, None)
    axes.yaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:+g}" if value else "0")
    axes.set_xlabel("Years from randomisation", size=TEXT_SIZE, labelpad=2)
    axes.set_ylabel("Difference (points)", size=TEXT_SIZE)
    return sheet.drawing


def _place_names(sheet: Sheet, axes: Axes, margin: float) -> None:
    low, high = axes.get_ylim()
    low, high = min(low, -1.6 * margin), max(high, 0.5 * margin)
    axes.set_ylim(low, high)
    for value, text in ((0.0, "no difference"), (-margin, f"margin, {100 * margin:g} points")):
        if is_narrow():
            style = {"ha": "right", "va": "bottom", "size": TEXT_SIZE - 1, "color": SOFT_INK}
            place = axes.get_yaxis_transform()
            axes.text(0.99, value, text, transform=place, **style)  # type: ignore[arg-type]
        else:
            height = sheet.top + HEIGHT * (high - value) / (high - low)
            sheet.write(5.47, height, text, color=SOFT_INK)
