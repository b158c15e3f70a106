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
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    Sheet,
    choose_ticks,
    note_height,
    shorten_label,
)
from chorall.reports.numbers import format_count

STACK_LEFT, STACK_WIDTH, HEIGHT = 0.65, 2.9, 2.4
FOREST_LEFT, FOREST_WIDTH = 5.0, 2.0
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
    """Return the figure: stacked incidences beside the relapse of each trial."""
    key = KEY_STEP * 3 + 0.1
    heading = Sheet(1.0, synthetic=False)
    heading.write_heading(title, subtitle)
    body = max(HEIGHT, 0.24 * lines.height + 0.3)
    sheet = Sheet(heading.top + key + body + 0.55 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title, subtitle)
    _write_key(sheet)
    top = sheet.top + key
    _draw_stack(sheet.place_axes(STACK_LEFT, top, STACK_WIDTH, body), stacked)
    _draw_forest(sheet, sheet.place_axes(FOREST_LEFT, top, FOREST_WIDTH, body), lines, bound)
    sheet.write_note(note)
    return sheet.drawing


def _write_key(sheet: Sheet) -> None:
    from matplotlib.patches import Rectangle

    for place, (name, style) in enumerate(LAYERS.items()):
        left = STACK_LEFT + 1.75 * (place % 2)
        height = sheet.top + 0.04 + KEY_STEP * (place // 2)
        width, tall = sheet.drawing.get_size_inches()
        box = Rectangle(
            (left / width, 1 - (height + 0.06) / tall), 0.2 / width, 0.12 / tall,
            transform=sheet.drawing.transFigure, edgecolor=INK, linewidth=0.5, **style,
        )  # fmt: skip
        sheet.drawing.add_artist(box)
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
    highest = 0.05 if below is None else float(max(below.max(), 0.02))
    ticks = choose_ticks(highest)
    axes.set_ylim(0, ticks[-1])
    axes.set_yticks(ticks, [f"{100 * tick:g}" for tick in ticks])
    axes.set_xlim(0, 10)
    axes.set_xlabel("Years from diagnosis", size=TEXT_SIZE, labelpad=2)
    axes.set_ylabel("First event (%)", size=TEXT_SIZE)


def _draw_forest(sheet: Sheet, axes: Axes, lines: pl.DataFrame, bound: float) -> None:
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
    axes.set_yticks(
        [place + 0.5 for place in range(len(rows))], [shorten_label(name, 22) for name in names]
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
    heading = Sheet(1.0, synthetic=False)
    heading.write_heading(title)
    sheet = Sheet(heading.top + HEIGHT + 0.65 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    axes = sheet.place_axes(STACK_LEFT + 0.1, sheet.top, 4.6, HEIGHT)
    styles = {"intention to treat": (BLUE, "-"), "per protocol": (VERMILION, "--")}
    for place, (name, (colour, dash)) in enumerate(styles.items()):
        line = data.filter(population=name)
        if not line.height:
            continue
        years = line["time_years"].to_numpy()
        axes.plot(years, line["difference"], color=colour, linestyle=dash, linewidth=1.6)
        axes.fill_between(
            years, line["lower"].to_numpy(), line["upper"].to_numpy(), color=colour, alpha=0.14,
            linewidth=0,
        )  # fmt: skip
        sheet.write(5.5, sheet.top + 0.2 + 0.2 * place, name, color=colour)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.axhline(-margin, color=INK, linestyle=(0, (4, 3)), linewidth=0.9)
    axes.axvline(horizon, color=SOFT_INK, linestyle=":", linewidth=0.8)
    _place_names(sheet, axes, margin)
    axes.set_xlim(0, None)
    axes.yaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:+g}" if value else "0")
    axes.set_xlabel("Years from randomisation", size=TEXT_SIZE, labelpad=2)
    axes.set_ylabel("Difference (points)", size=TEXT_SIZE)
    sheet.write_note(note)
    return sheet.drawing


def _place_names(sheet: Sheet, axes: Axes, margin: float) -> None:
    low, high = axes.get_ylim()
    low, high = min(low, -1.6 * margin), max(high, 0.5 * margin)
    axes.set_ylim(low, high)
    for value, text in ((0.0, "no difference"), (-margin, f"margin, {100 * margin:g} points")):
        height = sheet.top + HEIGHT * (high - value) / (high - low)
        sheet.write(5.5, height, text, color=SOFT_INK)
