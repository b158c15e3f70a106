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
    NOTE_SIZE,
    SOFT_INK,
    VERMILION,
    Sheet,
    choose_ticks,
    note_height,
    shorten_label,
)
from chorall.reports.numbers import format_count, format_percent
from chorall.reports.risk_drawing import percent_axis

ROW: Final = 0.28
LEFT_AXIS, AXIS_WIDTH, COUNT_AT, VERDICT_AT = 3.0, 3.1, 2.85, 6.2


def draw_rule_groups(
    rows: pl.DataFrame, targets: tuple[float, ...], title: str, note: str, *, synthetic: bool
) -> Drawing:
    """Return the figure: a block per trial, a line per group, dashed lines at the targets."""
    blocks = list(dict.fromkeys(rows.select("role", "trial_id").iter_rows()))
    body = ROW * (rows.height + 1.2 * len(blocks))
    sheet = Sheet(0.85 + body + 0.35 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    for at, (colour, marker, words) in enumerate(
        ((BLUE, "o", "predicted"), (VERMILION, "s", "observed"))
    ):
        left = LEFT_AXIS + 0.1 + 1.1 * at
        face = "white" if at == 0 else colour
        sheet.draw_line(
            (left, left), sheet.top, marker=marker, color=colour, markersize=6, markerfacecolor=face
        )
        sheet.write(left + 0.12, sheet.top, words, color=colour)
    sheet.write(COUNT_AT, sheet.top, "patients", ha="right", color=SOFT_INK)
    sheet.write(VERDICT_AT, sheet.top, "target", color=SOFT_INK)
    sheet.top += 0.2
    axes = sheet.place_axes(LEFT_AXIS, sheet.top, AXIS_WIDTH, body)
    _set_axis(axes, rows, targets, body)
    place = 0.0
    for role, trial in blocks:
        place += ROW * 0.8
        label = role if trial == "all" else f"{trial}: {role}"
        sheet.write(MARGIN, sheet.top + place, shorten_label(label, 60), weight="bold")
        place += ROW * 0.4
        for line in rows.filter(role=role, trial_id=trial).iter_rows(named=True):
            _draw_line(sheet, axes, line, place + ROW / 2)
            place += ROW
    sheet.write_note(note)
    return sheet.drawing


def _set_axis(axes: Axes, rows: pl.DataFrame, targets: tuple[float, ...], body: float) -> None:
    highest = max(float(rows["upper"].fill_null(0).max() or 0.5), targets[-1])  # type: ignore[arg-type]
    ticks = choose_ticks(min(highest, 1.0))
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    percent_axis(axes.xaxis)
    for target in targets:
        axes.axvline(target, color=INK, linestyle="--", linewidth=0.9)


def _draw_line(sheet: Sheet, axes: Axes, line: dict[str, Any], at: float) -> None:
    top, name = sheet.top + at, str(line["group"]).replace("_", " ")
    soft = name.startswith("not assessable")
    colour = SOFT_INK if soft else INK
    words = "not assessable" if soft else shorten_label(name, 22)
    sheet.write(MARGIN + 0.12, top, words, color=colour)
    n, share = line["n_patients"], line["share"]
    words = f"{format_count(n)} ({format_percent(share)})"
    sheet.write(COUNT_AT, top, words, ha="right", color=colour)
    sheet.write(VERDICT_AT, top, str(line["verdict"]), size=NOTE_SIZE, color=colour)
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
