"""Draw what happens first in each risk group: causes stacked over time, a panel per group."""

from __future__ import annotations

from typing import Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from chorall.reports.canvas import (
    BLUE,
    GREY,
    MARGIN,
    NOTE_SIZE,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    Sheet,
    choose_ticks,
    is_narrow,
    open_sheet,
    sheet_width,
    shorten_label,
    tell_empty,
)
from chorall.reports.numbers import format_count
from chorall.reports.risk_drawing import KEY, percent_axis

KEY_LEFT, CAUSES_HEIGHT = 0.6, 2.2
CAUSE_STYLES: Final = {
    "relapse": (VERMILION, ""),
    "death in remission": (BLUE, "////"),
    "death in induction": ("#56B4E9", "...."),
    "induction failure": (GREY, "xxxx"),
    "second malignancy": ("#F0E442", "\\\\\\\\"),
    "death, remission not recorded": ("#009E73", "++++"),
}


def draw_causes(curves: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: a panel per group, the causes of the first event stacked over time."""
    groups = curves["group"].unique(maintain_order=True).to_list()[:5]
    causes = [name for name in CAUSE_STYLES if name in curves["cause"].unique().to_list()]
    across = min(len(groups), 2) if is_narrow() else max(len(groups), 1)
    key = arrange_causes(causes)
    key_room = KEY * (1 + max((line for line, _ in key), default=0))
    step, n_rows = CAUSES_HEIGHT + 0.75, -(-len(groups) // across)
    sheet = open_sheet(title, note, key_room + 0.2 + n_rows * step + 0.15, synthetic=synthetic)
    gap = 0.2 if is_narrow() else 0.12
    width = (sheet.right - 0.6 - gap * (across - 1)) / across
    _write_causes(sheet, causes, key)
    sheet.top += key_room
    top = _highest(curves)
    for place, group in enumerate(groups):
        row, column = divmod(place, across)
        left, at = 0.6 + column * (width + gap), sheet.top + row * step
        axes = sheet.place_axes(left, at + 0.2, width, CAUSES_HEIGHT)
        own = curves.filter(group=group)
        _stack(axes, own, causes)
        axes.set_ylim(0, top)
        if column:
            axes.set_yticklabels([])
        else:
            percent_axis(axes.yaxis)
            below = at + CAUSES_HEIGHT + 0.52
            sheet.write(MARGIN, below, "at risk", size=NOTE_SIZE, color=SOFT_INK)
            middle = 0.6 + (sheet.right - 0.6) / 2
            sheet.write(middle, below + 0.17, "Years", ha="center", size=TEXT_SIZE)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        words = "not tested" if group.startswith("not assessable") else group.replace("_", " ")
        name = shorten_label(words, int(width * 11))
        sheet.write(left + width / 2, at + 0.08, name, ha="center", weight="bold")
        _write_at_risk(sheet, own, left, width, at + 0.2 + CAUSES_HEIGHT + 0.32)
    return sheet.drawing


def _highest(curves: pl.DataFrame) -> float:
    total = curves.group_by("group", "time_years").agg(pl.col("estimate").sum())
    return choose_ticks(min(1.0, float(total["estimate"].max() or 0.1)))[-1]  # type: ignore[arg-type]


def arrange_causes(causes: list[str]) -> list[tuple[int, float]]:
    """Return line and left end of each entry of the key; lines end where the sheet does."""
    places, line, left = [], 0, KEY_LEFT
    for cause in causes:
        width = 0.45 + 0.072 * len(cause)
        if left > KEY_LEFT and left + width > sheet_width():
            line, left = line + 1, KEY_LEFT
        places.append((line, left))
        left += width
    return places


def _write_causes(sheet: Sheet, causes: list[str], places: list[tuple[int, float]]) -> None:
    for cause, (line, left) in zip(causes, places, strict=True):
        colour, hatch = CAUSE_STYLES[cause]
        middle = sheet.top + KEY * line
        style = {"facecolor": colour, "edgecolor": "white", "hatch": hatch, "linewidth": 0.3}
        sheet.draw_box((left, middle - 0.06, 0.2, 0.12), **style)
        sheet.write(left + 0.26, middle, cause)


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
    tell_empty(axes)
    axes.set_xlim(0, float(own["time_years"].max()))  # type: ignore[arg-type]


def _write_at_risk(sheet: Sheet, own: pl.DataFrame, left: float, width: float, top: float) -> None:
    longest = float(own["time_years"].max())  # type: ignore[arg-type]
    for share, anchor in ((0.0, "left"), (1.0, "right")):
        near = own.filter((pl.col("time_years") - share * longest).abs() < 1e-6)
        n = format_count(near["n_at_risk"][0])
        at = left + share * width
        sheet.write(at, top, n, ha=anchor, size=NOTE_SIZE, color=SOFT_INK)
