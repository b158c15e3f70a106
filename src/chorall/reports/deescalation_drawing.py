"""Draw all groups on one sheet: who, how sure, at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    GREY,
    INK,
    MARGIN,
    PLATE,
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
from chorall.reports.deescalation_table import format_upper
from chorall.reports.numbers import NOT_ESTIMATED, NOT_KNOWN, format_count, format_percent

HEADS: Final = ("relapse", "treatment\ndeath", "of all\nrelapses")
HEAD: Final = 0.58
MOST_SHOWN: Final = 0.3
"""The axis ends here; what lies beyond has an arrow."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a group has its parts, in inches.

    Attributes
    ----------
    row : float
        Height of a group.
    plot : tuple of float
        Left end and width of the axes.
    rights : tuple of float
        Right ends of the three columns of numbers.
    words, figures : float
        From the middle of a group down to the middle of its words, and of its figures.
    letters : int
        Of a line of words.
    """

    row: float
    plot: tuple[float, float]
    rights: tuple[float, float, float]
    words: float
    figures: float
    letters: int


TWO_COLUMNS: Final = Layout(0.56, (2.65, 1.75), (5.45, 6.25, 7.0), 0.0, 0.0, 46)
ONE_COLUMN: Final = Layout(0.9, (0.2, 1.05), (2.12, 2.8, 3.38), -0.17, 0.24, 48)
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
    layout = ONE_COLUMN if is_narrow() else TWO_COLUMNS
    body = layout.row * max(data.height, 1)
    sheet = open_sheet(title, note, HEAD + body + 0.63, synthetic=synthetic)
    _write_heads(sheet, layout)
    top = sheet.top + HEAD
    axes = sheet.place_axes(layout.plot[0], top, layout.plot[1], body)
    rows = data.to_dicts()
    ticks = choose_ticks(min(MOST_SHOWN, max(_find_highest(rows), 2 * bound)))
    axes.set_xlim(0, ticks[-1])
    axes.set_ylim(body, 0)
    axes.set_xticks(ticks, [f"{100 * tick:g}" for tick in ticks])
    axes.set_yticks([])
    axes.set_xlabel("Relapse (%)", size=TEXT_SIZE, labelpad=2)
    axes.spines["left"].set_visible(False)
    axes.axvline(bound, color=INK, linestyle=(0, (4, 3)), linewidth=0.9, zorder=1)
    for place, row in enumerate(rows):
        middle = layout.row * (place + 0.5)
        _draw_risk(axes, row, middle + layout.figures, ticks[-1])
        _write_row(sheet, row, top + middle, layout)
        if place:
            sheet.rule(top + layout.row * place)
    return sheet.drawing


def _write_heads(sheet: Sheet, layout: Layout) -> None:
    style: dict[str, Any] = {"weight": "bold", "size": TEXT_SIZE}
    height = sheet.top + HEAD - 0.2
    sheet.write(MARGIN, sheet.top + 0.02 if is_narrow() else height, "Who", **style)
    sheet.write(layout.plot[0], height, "How sure", **style)
    sheet.write(layout.rights[-1], sheet.top + 0.02, "At what cost", ha="right", **style)
    for right, name in zip(layout.rights, HEADS, strict=True):
        weight = "normal" if is_narrow() else "bold"
        sheet.write(
            right, height, name, ha="right", linespacing=1.0, **(style | {"weight": weight})
        )


def _find_highest(rows: list[dict[str, Any]]) -> float:
    names = ("relapse", "relapse_upper", "relapse_prediction_upper")
    known = [float(row[name]) for row in rows for name in names if row[name] is not None]
    return max(known, default=0.0)


def _draw_risk(axes: Axes, row: dict[str, Any], height: float, end: float) -> None:
    style = STYLES[row["word"]]
    if row["relapse"] is None:
        tell_lacking(axes, height)
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


def _write_row(sheet: Sheet, row: dict[str, Any], middle: float, layout: Layout) -> None:
    name = shorten_label(row["group"].replace("_", " "), 36)
    height, plate = middle + layout.words, {"bbox": PLATE} if is_narrow() else {}
    sheet.write(MARGIN, height - 0.16, name, weight="bold", **plate)
    mark = STYLES[row["word"]]
    sheet.draw_line((MARGIN + 0.05,) * 2, height + 0.01, markersize=5, linestyle="", **mark)
    size = f"{format_count(row['n_group'])} children ({format_percent(row['share'])})"
    soft = {"color": SOFT_INK, "size": TEXT_SIZE - 1} | plate
    sheet.write(MARGIN + 0.16, height, row["word"], size=TEXT_SIZE - 0.5, **plate)
    seen = shorten_label(f"{size}, {row['seen_in'] or 'no trial'}", layout.letters)
    sheet.write(MARGIN + 0.16, height + 0.16, seen, **soft)
    cells = (
        format_upper(row["relapse"], row["relapse_upper"]).replace(" (at most ", "\n(at most "),
        *(
            NOT_KNOWN if row[name] is None else format_percent(row[name])
            for name in ("treatment_death", "share_of_relapses")
        ),
    )
    style = {"ha": "right", "linespacing": 1.1, "size": TEXT_SIZE - 0.5}
    # the axes say that the relapse is not estimated
    short = [NOT_KNOWN if is_narrow() and cell == NOT_ESTIMATED else cell for cell in cells]
    for right, cell in zip(layout.rights, short, strict=True):
        sheet.write(right, middle + layout.figures, cell, **style)
