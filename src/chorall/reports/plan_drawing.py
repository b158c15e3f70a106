"""Draw the curves of a study plan, each named at its end."""

from __future__ import annotations

from typing import Any, Final

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
    is_narrow,
    open_sheet,
    shorten_label,
)
from chorall.reports.keyed_axes import LEFT, KeyLine, key_height, place_keyed_axes

WIDTH: Final = 4.1
LETTERS: Final = 34
HEIGHT: Final = 2.6
LABEL_STEP: Final = 0.17
_STYLES: Final[tuple[dict[str, Any], ...]] = tuple(
    {"color": colour, "linestyle": dash, "linewidth": 1.5}
    for dash in ("-", "--", ":")
    for colour in (BLUE, VERMILION, INK, GREY)
)


def draw_plan_curves(plan: StudyPlan, title: str, note: str) -> Drawing:
    """Return the figure: one curve per assumption and the wanted level."""
    names = plan.curve["line"].unique(maintain_order=True).to_list()
    styles = {name: _STYLES[place % len(_STYLES)] for place, name in enumerate(names)}
    body = HEIGHT if is_narrow() else max(HEIGHT, LABEL_STEP * len(names))
    key = [KeyLine(name, style["color"], style) for name, style in styles.items()]
    sheet = open_sheet(title, note, key_height(len(key)) + body + 0.68, synthetic=False)
    axes = place_keyed_axes(sheet, key if is_narrow() else (), WIDTH, body)
    top = min(1.0, 3 * plan.goal) if plan.question == "low-risk" else 1.0
    axes.set_ylim(0, top)
    axes.set_xlim(0, float(plan.curve["x"].max()))  # type: ignore[arg-type]
    axes.axhline(plan.goal, color=SOFT_INK, linestyle=(0, (4, 3)), linewidth=0.8)
    ends = []
    for name, style in styles.items():
        line = plan.curve.filter(line=name)
        axes.plot(line["x"], line["y"], **style)
        ends.append((min(line["y"][-1], top), name, style["color"]))
    if not is_narrow():
        _label_ends(sheet, ends, top, body)
    axes.set_xlabel(plan.x_label, size=TEXT_SIZE)
    axes.set_ylabel(plan.y_label, size=TEXT_SIZE)
    axes.xaxis.set_major_locator(MaxNLocator(4 if is_narrow() else 6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    return sheet.drawing


def _label_ends(sheet: Sheet, ends: list[tuple[float, str, str]], top: float, body: float) -> None:
    """Write each name beside the end of its curve, none over another."""
    at = -LABEL_STEP
    for height, name, colour in sorted(ends, reverse=True):
        at = max(at + LABEL_STEP, body * (1 - height / top))
        place = sheet.top + at
        sheet.write(LEFT + WIDTH + MARGIN, place, shorten_label(name, LETTERS), color=colour)
