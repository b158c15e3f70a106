"""Draw the map of over- and under-treatment: relapses beside deaths of treatment, by treatment."""

from __future__ import annotations

from typing import Final

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
    choose_ticks,
    note_height,
    shorten_label,
)
from chorall.reports.numbers import format_count
from chorall.reports.risk_drawing import percent_axis

ROW: Final = 0.28
LEFT_AXIS, AXIS_WIDTH, COUNT_AT = 3.6, 3.3, 3.45
KINDS: Final = (("relapse", VERMILION, "s"), ("treatment_death", BLUE, "^"))
WORDS: Final = {"relapse": "relapse", "treatment_death": "death of treatment"}


def draw_intensity(rows: pl.DataFrame, title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: a block per risk group, a line per trial and treatment."""
    groups = rows["group"].unique(maintain_order=True).to_list()
    body = ROW * (rows.height + 1.2 * len(groups))
    sheet = Sheet(0.85 + body + 0.35 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    for column, (name, colour, marker) in enumerate(KINDS):
        left = LEFT_AXIS + 0.1 + 1.3 * column
        sheet.draw_line((left, left), sheet.top, marker=marker, color=colour, markersize=6)
        sheet.write(left + 0.12, sheet.top, WORDS[name], color=colour)
    sheet.write(COUNT_AT, sheet.top, "patients", ha="right", color=SOFT_INK)
    sheet.top += 0.2
    axes = sheet.place_axes(LEFT_AXIS, sheet.top, AXIS_WIDTH, body)
    _set_axis(axes, rows, body)
    place = 0.0
    for group in groups:
        place += ROW * 0.8
        sheet.write(MARGIN, sheet.top + place, group.replace("_", " "), weight="bold")
        place += ROW * 0.4
        for line in rows.filter(group=group).iter_rows(named=True):
            at, top = place + ROW / 2, sheet.top + place + ROW / 2
            label = shorten_label(f"{line['trial_id']}: {line['level']}", 44)
            quiet = line["evidence"] == "not compared"
            sheet.write(MARGIN + 0.12, top, label, size=7.5, color=SOFT_INK if quiet else INK)
            n = format_count(line["n_patients"])
            sheet.write(COUNT_AT, top, n, ha="right", color=SOFT_INK if quiet else INK)
            for shift, (name, colour, marker) in zip((-0.05, 0.05), KINDS, strict=True):
                limits = (line[f"lower_{name}"], line[f"upper_{name}"])
                if line[name] is None:
                    continue
                if None not in limits:
                    axes.plot(limits, [at + shift] * 2, color=colour, linewidth=1.2)
                axes.plot([line[name]], [at + shift], marker=marker, color=colour, markersize=5)
            place += ROW
    sheet.write_note(note)
    return sheet.drawing


def _set_axis(axes: Axes, rows: pl.DataFrame, body: float) -> None:
    uppers = pl.concat([rows["upper_relapse"], rows["upper_treatment_death"]]).drop_nulls()
    ticks = choose_ticks(min(float(uppers.max() or 0.5), 1.0))  # type: ignore[arg-type]
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    percent_axis(axes.xaxis)
