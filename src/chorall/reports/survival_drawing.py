"""Draw survival and cumulative incidence curves with aligned numbers at risk."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import (
    BLUE,
    GREY,
    LINE_HEIGHT,
    MARGIN,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    WIDTH,
    Sheet,
    choose_ticks,
    note_height,
)
from chorall.reports.numbers import format_count
from chorall.reports.survival_figure import SurvivalView
from chorall.reports.wording import GROUPS, begin_sentence

AXES_HEIGHT: Final = 2.6
LABEL_WIDTH: Final = 1.06
GAP: Final = 0.45
RISK_HEIGHT: Final = 0.24 + 3 * LINE_HEIGHT

STYLES: Final[dict[str, dict[str, Any]]] = {
    "present": {"color": VERMILION, "linestyle": "-", "linewidth": 2.0},
    "absent": {"color": BLUE, "linestyle": "-", "linewidth": 1.2},
    "not tested": {"color": GREY, "linestyle": (0, (4, 2.5)), "linewidth": 1.2},
}
_TICK_STEPS: Final = (1, 2, 5, 10)


def draw_view(view: SurvivalView) -> Drawing:
    """Return the figure of `view`; one panel per cause, all of one scale."""
    n_panels = max(len(view.causes), 1)
    sheet = Sheet(_measure_height(view, n_panels), synthetic=view.synthetic)
    sheet.write_heading(view.title, view.subtitle)
    _draw_key(sheet, view)
    top = sheet.top + (0.22 if n_panels > 1 else 0.05)
    width = (WIDTH - LABEL_WIDTH - 0.2 - GAP * (n_panels - 1)) / n_panels
    for position, cause in enumerate(view.causes or {1: ""}):
        left = LABEL_WIDTH + position * (width + GAP)
        axes = sheet.place_axes(left, top, width, AXES_HEIGHT)
        _draw_panel(axes, view, cause, first=position == 0)
        if n_panels > 1:
            axes.set_title(view.causes[cause], size=TEXT_SIZE, weight="bold", loc="left", pad=5)
        _write_at_risk(sheet, axes, view, (left, width, top + AXES_HEIGHT + 0.52))
    _write_risk_labels(sheet, top + AXES_HEIGHT + 0.52)
    sheet.write_note(view.note)
    return sheet.drawing


def _measure_height(view: SurvivalView, n_panels: int) -> float:
    heading = Sheet(1.0, synthetic=False)
    heading.write_heading(view.title, view.subtitle)
    above = heading.top + 0.24 + (0.22 if n_panels > 1 else 0.05)
    return above + AXES_HEIGHT + 0.52 + RISK_HEIGHT + note_height(view.note) + 0.1


def _draw_key(sheet: Sheet, view: SurvivalView) -> None:
    """Explain the lines above the axes, where they can never cover a curve."""
    drawn = set(view.curves["group"])
    left = LABEL_WIDTH
    for group in (group for group in GROUPS if group in drawn):
        sheet.draw_line((left, left + 0.32), sheet.top + 0.06, **STYLES[group])
        text = f"{begin_sentence(group)} (n = {format_count(view.sizes[group])})"
        sheet.write(left + 0.4, sheet.top + 0.06, text)
        left += 1.95
    sheet.top += 0.24


def _draw_panel(axes: Axes, view: SurvivalView, cause: int, *, first: bool) -> None:
    for group in GROUPS:
        steps = view.curves.filter((pl.col("cause") == cause) & (pl.col("group") == group))
        if steps.height:
            draw_curve(axes, steps.sort("time_years", maintain_order=True), group)
    ticks = choose_ticks(find_highest(view))
    axes.set_ylim(0, ticks[-1] * 1.005)
    axes.set_yticks(ticks, [f"{tick * 100:g}" for tick in ticks])
    axes.set_xlim(0, max(view.last_years, 1))
    years = find_year_ticks(view.last_years, n_most=13 if len(view.causes) < 2 else 8)
    axes.set_xticks(years, [str(year) for year in years])
    axes.set_xlabel("Years", size=TEXT_SIZE, labelpad=2)
    axes.spines[["bottom", "left"]].set_position(("outward", 3))
    if first:
        axes.set_ylabel(view.axis, size=TEXT_SIZE)
    if view.curves.is_empty():
        text = "Too few patients at risk: no curve is drawn"
        axes.text(0.5, 0.5, text, ha="center", transform=axes.transAxes, color=SOFT_INK)


def draw_curve(axes: Axes, steps: pl.DataFrame, group: str) -> None:
    """Draw the steps of one group in time order, with a band but for those not tested."""
    style = STYLES[group]
    years = steps["time_years"].to_numpy()
    if group != "not tested":
        known = steps.drop_nulls(["lower", "upper"])
        moments, lower, upper = (known[name] for name in ("time_years", "lower", "upper"))
        paint = {"color": style["color"], "alpha": 0.16, "linewidth": 0}
        axes.fill_between(moments, lower, upper, step="post", **paint)
    axes.plot(years, steps["estimate"].to_numpy(), drawstyle="steps-post", clip_on=False, **style)


def find_highest(view: SurvivalView) -> float:
    """Survival is always shown from 0 to 100 %; incidence up to the next round figure."""
    if not view.competing or view.curves.is_empty():
        return 1.0
    shown = view.curves.filter(pl.col("group") != "not tested")
    tops = [view.curves["estimate"].max(), shown["upper"].fill_null(0).max()]
    return max(float(top) for top in tops if isinstance(top, float))


def find_year_ticks(last_years: float, n_most: int) -> list[int]:
    """Return whole years from 0, spaced so that at most `n_most` are written."""
    step = next((step for step in _TICK_STEPS if last_years / step < n_most), 20)
    return list(range(0, int(max(last_years, 1)) + 1, step))


def _write_at_risk(
    sheet: Sheet, axes: Axes, view: SurvivalView, place: tuple[float, float, float]
) -> None:
    left, width, top = place
    span = axes.get_xlim()[1]
    counts = {
        (group, years): n_at_risk
        for group, years, n_at_risk in view.at_risk.select(
            "group", "time_years", "n_at_risk"
        ).iter_rows()
    }
    for line, group in enumerate(GROUPS):
        for year in axes.get_xticks():
            text = format_count(counts.get((group, year), 0))
            height = top + 0.24 + line * LINE_HEIGHT
            sheet.write(left + width * year / span, height, text, ha="center", size=TEXT_SIZE - 0.5)


def _write_risk_labels(sheet: Sheet, top: float) -> None:
    sheet.write(MARGIN, top + 0.04, "Number at risk", weight="bold", size=TEXT_SIZE - 0.5)
    for line, group in enumerate(GROUPS):
        style = {"color": STYLES[group]["color"], "size": TEXT_SIZE - 0.5}
        sheet.write(MARGIN, top + 0.24 + line * LINE_HEIGHT, begin_sentence(group), **style)
