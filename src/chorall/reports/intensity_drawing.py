"""Draw the map of over- and under-treatment: relapses beside deaths of treatment, by treatment."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    INK,
    MARGIN,
    NOTE_SIZE,
    SOFT_INK,
    VERMILION,
    is_narrow,
    open_sheet,
    shorten_label,
    tell_lacking,
)
from chorall.reports.numbers import format_count
from chorall.reports.risk_drawing import prepare_percent_rows
from chorall.reports.row_layout import RowLayout, choose_layout, write_row

TWO_COLUMNS: Final = RowLayout(0.28, (3.6, 3.3), ((3.45, "right", 0),), 44)
ONE_COLUMN: Final = RowLayout(0.42, (0.3, 2.9), ((3.38, "right", 0),), 40, n_lines=2)
BLOCK: Final = 0.33
"""Inches of the name of a group."""
KINDS: Final = (("relapse", VERMILION, "s"), ("treatment_death", BLUE, "^"))
WORDS: Final = {"relapse": "relapse", "treatment_death": "death of treatment"}


def draw_intensity(rows: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: a block per risk group, a line per trial and treatment."""
    groups = rows["group"].unique(maintain_order=True).to_list()
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    body = layout.row * rows.height + BLOCK * len(groups)
    key = 0.4 if is_narrow() else 0.2
    sheet = open_sheet(title, note, key + body + 0.58, synthetic=synthetic)
    for column, (name, colour, marker) in enumerate(KINDS):
        left = layout.plot[0] + 0.1 + 1.3 * column
        sheet.draw_line((left, left), sheet.top, marker=marker, color=colour, markersize=6)
        sheet.write(left + 0.12, sheet.top, WORDS[name], color=colour)
    at = layout.cells[0][0]
    sheet.write(at, sheet.top + key - 0.2, "patients", ha="right", color=SOFT_INK)
    sheet.top += key
    axes = sheet.place_axes(layout.plot[0], sheet.top, layout.plot[1], body)
    uppers = pl.concat([rows["upper_relapse"], rows["upper_treatment_death"]]).drop_nulls()
    prepare_percent_rows(axes, float(uppers.max() or 0.5), body)  # type: ignore[arg-type]
    place = 0.0
    for group in groups:
        name = shorten_label(group.replace("_", " "), 44)
        sheet.write(MARGIN, sheet.top + place + 0.22, name, weight="bold")
        place += BLOCK
        for line in rows.filter(group=group).iter_rows(named=True):
            middle = place + layout.row / 2
            words = (f"{line['trial_id']}: {line['level']}", (format_count(line["n_patients"]),))
            colour = SOFT_INK if line["evidence"] == "not compared" else INK
            style: dict[str, Any] = {"indent": 0.12, "size": NOTE_SIZE, "color": colour}
            write_row(sheet, sheet.top + middle, layout, words, **style)
            _draw_risks(axes, line, middle + layout.plot_shift)
            place += layout.row
    return sheet.drawing


def _draw_risks(axes: Axes, line: dict[str, Any], at: float) -> None:
    if all(line[name] is None for name, _, _ in KINDS):
        tell_lacking(axes, at)
    for shift, (name, colour, marker) in zip((-0.05, 0.05), KINDS, strict=True):
        limits = (line[f"lower_{name}"], line[f"upper_{name}"])
        if line[name] is None:
            continue
        if None not in limits:
            axes.plot(limits, [at + shift] * 2, color=colour, linewidth=1.2)
        axes.plot([line[name]], [at + shift], marker=marker, color=colour, markersize=5)
