"""Draw a built rule: predicted and observed risk of each group against the targets, per trial."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    INK,
    MARGIN,
    SOFT_INK,
    VERMILION,
    Sheet,
    is_narrow,
    open_sheet,
    shorten_label,
    tell_lacking,
)
from chorall.reports.numbers import format_count, format_percent
from chorall.reports.risk_drawing import prepare_percent_rows
from chorall.reports.row_layout import RowLayout, choose_layout, write_row

TWO_COLUMNS: Final = RowLayout(0.28, (3.0, 3.1), ((2.85, "right", 0), (6.2, "left", 0)), 22)
ONE_COLUMN: Final = RowLayout(
    0.42, (0.3, 2.2), ((3.38, "right", 0), (2.6, "left", 1)), 27, n_lines=2
)
BLOCK: Final = 0.33
"""Inches of the name of a trial."""


def draw_rule_groups(
    rows: pl.DataFrame, targets: tuple[float, ...], title: str, note: str, *, synthetic: bool
) -> Drawing:
    """Return the figure: a block per trial, a line per group, dashed lines at the targets."""
    blocks = list(dict.fromkeys(rows.select("role", "trial_id").iter_rows()))
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    body = layout.row * rows.height + BLOCK * len(blocks)
    key = 0.4 if is_narrow() else 0.2
    sheet = open_sheet(title, note, key + body + 0.58, synthetic=synthetic)
    _write_key(sheet, layout)
    sheet.top += key
    axes = sheet.place_axes(layout.plot[0], sheet.top, layout.plot[1], body)
    highest = max(float(rows["upper"].fill_null(0).max() or 0.5), targets[-1])  # type: ignore[arg-type]
    prepare_percent_rows(axes, highest, body, grid=False)
    for target in targets:
        axes.axvline(target, color=INK, linestyle="--", linewidth=0.9)
    place = 0.0
    for role, trial in blocks:
        label = role if trial == "all" else f"{trial}: {role}"
        name = shorten_label(label, 42 if is_narrow() else 60)
        sheet.write(MARGIN, sheet.top + place + 0.22, name, weight="bold")
        place += BLOCK
        for line in rows.filter(role=role, trial_id=trial).iter_rows(named=True):
            _draw_line(sheet, layout, axes, line, place + layout.row / 2)
            place += layout.row
    return sheet.drawing


def _write_key(sheet: Sheet, layout: RowLayout) -> None:
    for place, (colour, marker, words) in enumerate(
        ((BLUE, "o", "predicted"), (VERMILION, "s", "observed"))
    ):
        left = layout.plot[0] + 0.1 + 1.1 * place
        face = "white" if place == 0 else colour
        sheet.draw_line(
            (left, left), sheet.top, marker=marker, color=colour, markersize=6, markerfacecolor=face
        )
        sheet.write(left + 0.12, sheet.top, words, color=colour)
    for (at, side, line), head in zip(layout.cells, ("patients", "target"), strict=True):
        top = sheet.top + (0.2 if is_narrow() and not line else 0.0)
        sheet.write(at, top, head, ha=side, color=SOFT_INK)


def _draw_line(
    sheet: Sheet, layout: RowLayout, axes: Axes, line: dict[str, Any], middle: float
) -> None:
    name = str(line["group"]).replace("_", " ")
    soft = name.startswith("not assessable")
    words = "not assessable" if soft else name
    count = f"{format_count(line['n_patients'])} ({format_percent(line['share'])})"
    style: dict[str, Any] = {"indent": 0.12, "color": SOFT_INK if soft else INK}
    write_row(sheet, sheet.top + middle, layout, (words, (count, str(line["verdict"]))), **style)
    at = middle + layout.plot_shift
    if line["observed"] is None and line["predicted"] is None:
        tell_lacking(axes, at)
    lower, upper = line["lower"], line["upper"]
    if lower is not None and upper is not None:
        axes.plot([lower, upper], [at + 0.04] * 2, color=VERMILION, linewidth=1.3)
    if line["observed"] is not None:
        axes.plot([line["observed"]], [at + 0.04], marker="s", color=VERMILION, markersize=5)
    if line["predicted"] is not None:
        axes.plot(
            [line["predicted"]], [at - 0.05], marker="o", color=BLUE, markersize=5.5,
            markerfacecolor="white",
        )  # fmt: skip
