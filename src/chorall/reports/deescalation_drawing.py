"""Draw all groups on one sheet: who, how sure, at what cost."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
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
    Sheet,
    choose_ticks,
    note_height,
    shorten_label,
)
from chorall.reports.deescalation_table import format_upper
from chorall.reports.numbers import format_count, format_percent

ROW: Final = 0.56
LEFT, AXES_WIDTH = 2.65, 1.75
COLUMNS: Final = ((5.45, "relapse"), (6.25, "treatment\ndeath"), (7.0, "of all\nrelapses"))
HEAD: Final = 0.58
MOST_SHOWN: Final = 0.3
"""The axis ends here; what lies beyond has an arrow."""
STYLES: Final[dict[str, dict[str, Any]]] = {
    "hypothesis for a randomised trial": {"marker": "o", "color": BLUE, "markerfacecolor": BLUE},
    "insufficient evidence": {"marker": "o", "color": GREY, "markerfacecolor": "white"},
    "not supported": {"marker": "X", "color": VERMILION, "markerfacecolor": VERMILION},
}
"""Told apart by shape and filling as well as by colour."""


def draw_groups(
    data: pl.DataFrame, title: str, note: str, *, bound: float, synthetic: bool
) -> Drawing:
    """Return the figure: one line per group."""
    body = ROW * data.height
    sheet = Sheet(0.55 + HEAD + body + 0.5 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    _write_heads(sheet)
    top = sheet.top + HEAD
    axes = sheet.place_axes(LEFT, top, AXES_WIDTH, body)
    rows = data.to_dicts()
    ticks = choose_ticks(min(MOST_SHOWN, max(_find_highest(rows), 2 * bound)))
    axes.set_xlim(0, ticks[-1])
    axes.set_ylim(data.height, 0)
    axes.set_xticks(ticks, [f"{100 * tick:g}" for tick in ticks])
    axes.set_yticks([])
    axes.set_xlabel("Relapse (%)", size=TEXT_SIZE, labelpad=2)
    axes.spines["left"].set_visible(False)
    axes.axvline(bound, color=INK, linestyle=(0, (4, 3)), linewidth=0.9, zorder=1)
    for place, row in enumerate(rows):
        _draw_risk(axes, row, place + 0.5, ticks[-1])
        _write_row(sheet, row, top + ROW * (place + 0.5))
        if place:
            sheet.rule(top + ROW * place)
    sheet.write_note(note)
    return sheet.drawing


def _write_heads(sheet: Sheet) -> None:
    style = {"weight": "bold", "size": TEXT_SIZE}
    height = sheet.top + HEAD - 0.2
    sheet.write(MARGIN, height, "Who", **style)
    sheet.write(LEFT, height, "How sure", **style)
    sheet.write(COLUMNS[-1][0], sheet.top + 0.02, "At what cost", ha="right", **style)
    for right, name in COLUMNS:
        sheet.write(right, height, name, ha="right", linespacing=1.0, **style)


def _find_highest(rows: list[dict[str, Any]]) -> float:
    names = ("relapse", "relapse_upper", "relapse_prediction_upper")
    known = [float(row[name]) for row in rows for name in names if row[name] is not None]
    return max(known, default=0.0)


def _draw_risk(axes: Axes, row: dict[str, Any], height: float, end: float) -> None:
    style = STYLES[row["word"]]
    if row["relapse"] is None:
        axes.text(0, height, " not estimated", va="center", color=SOFT_INK, size=TEXT_SIZE)
        return
    reach = (("relapse_prediction_upper", 0.9), ("relapse_upper", 3.0))
    for name, width in reach:
        if row[name] is not None:
            ends = [row["relapse"], min(row[name], end)]
            axes.plot(ends, [height] * 2, color=style["color"], linewidth=width, clip_on=False)
            if row[name] > end:
                axes.plot(
                    end, height, marker=">", color=style["color"], markersize=4, clip_on=False
                )
    if row["relapse"] <= end:
        axes.plot(row["relapse"], height, markersize=7, clip_on=False, zorder=4, **style)


def _write_row(sheet: Sheet, row: dict[str, Any], height: float) -> None:
    name = shorten_label(row["group"].replace("_", " "), 36)
    sheet.write(MARGIN, height - 0.16, name, weight="bold")
    style = STYLES[row["word"]]
    sheet.draw_line((MARGIN + 0.05,) * 2, height + 0.01, markersize=5, linestyle="", **style)
    size = f"{format_count(row['n_group'])} children ({format_percent(row['share'])})"
    soft = {"color": SOFT_INK, "size": TEXT_SIZE - 1}
    sheet.write(MARGIN + 0.16, height, row["word"], color=INK, size=TEXT_SIZE - 0.5)
    seen = shorten_label(f"{size}, {row['seen_in'] or 'no trial'}", 46)
    sheet.write(MARGIN + 0.16, height + 0.16, seen, **soft)
    cells = (
        format_upper(row["relapse"], row["relapse_upper"]).replace(" (at most ", "\n(at most "),
        format_percent(row["treatment_death"]),
        format_percent(row["share_of_relapses"]),
    )
    for (right, _), cell in zip(COLUMNS, cells, strict=True):
        sheet.write(right, height, cell, ha="right", linespacing=1.1, size=TEXT_SIZE - 0.5)
