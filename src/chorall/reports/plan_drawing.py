"""Draw the curves of a study plan, each named at its end."""

from __future__ import annotations

from typing import Final

from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MaxNLocator

from chorall.analyses.planning.result import StudyPlan
from chorall.reports.canvas import (
    BLUE,
    GREY,
    INK,
    MARGIN,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    Sheet,
    note_height,
    shorten_label,
)

LEFT: Final = 0.75
WIDTH: Final = 4.1
HEIGHT: Final = 2.6
LABEL_STEP: Final = 0.17
_STYLES: Final = tuple(
    (colour, dash) for dash in ("-", "--", ":") for colour in (BLUE, VERMILION, INK, GREY)
)


def draw_plan_curves(plan: StudyPlan, title: str, note: str) -> Drawing:
    """Return the figure: one curve per assumption and the wanted level."""
    names = plan.curve["line"].unique(maintain_order=True).to_list()
    body = max(HEIGHT, LABEL_STEP * len(names))
    sheet = Sheet(0.75 + body + 0.35 + note_height(note), synthetic=False)
    sheet.write_heading(title)
    axes = sheet.place_axes(LEFT, sheet.top, WIDTH, body)
    top = min(1.0, 3 * plan.goal) if plan.question == "low-risk" else 1.0
    axes.set_ylim(0, top)
    axes.set_xlim(0, float(plan.curve["x"].max()))  # type: ignore[arg-type]
    axes.axhline(plan.goal, color=SOFT_INK, linestyle=(0, (4, 3)), linewidth=0.8)
    ends = []
    for position, name in enumerate(names):
        colour, dash = _STYLES[position % len(_STYLES)]
        line = plan.curve.filter(line=name)
        axes.plot(line["x"], line["y"], color=colour, linestyle=dash, linewidth=1.5)
        ends.append((min(line["y"][-1], top), name, colour))
    _label_ends(sheet, ends, top, body)
    axes.set_xlabel(plan.x_label, size=TEXT_SIZE)
    axes.set_ylabel(plan.y_label, size=TEXT_SIZE)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    sheet.write_note(note)
    return sheet.drawing


def _label_ends(sheet: Sheet, ends: list[tuple[float, str, str]], top: float, body: float) -> None:
    """Write each name beside the end of its curve, none over another."""
    at = -LABEL_STEP
    for height, name, colour in sorted(ends, reverse=True):
        at = max(at + LABEL_STEP, body * (1 - height / top))
        place = sheet.top + at
        sheet.write(LEFT + WIDTH + MARGIN, place, shorten_label(name, 34), color=colour)
