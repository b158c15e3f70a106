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
    Sheet,
    choose_ticks,
    is_narrow,
    open_sheet,
)
from chorall.reports.numbers import format_count
from chorall.reports.survival_figure import SurvivalView
from chorall.reports.wording import GROUPS, begin_sentence

AXES_HEIGHT: Final = 2.6
LABEL_WIDTH: Final = 1.06
GAP: Final = 0.45
RISK_HEIGHT: Final = 0.24 + 3 * LINE_HEIGHT
PANEL_HEIGHT: Final = AXES_HEIGHT + 0.52 + RISK_HEIGHT
MOST_YEARS: Final = 13

STYLES: Final[dict[str, dict[str, Any]]] = {
    "present": {"color": VERMILION, "linestyle": "-", "linewidth": 2.0},
    "absent": {"color": BLUE, "linestyle": "-", "linewidth": 1.2},
    "not tested": {"color": GREY, "linestyle": (0, (4, 2.5)), "linewidth": 1.2},
}
_TICK_STEPS: Final = (1, 2, 5, 10)


def draw_view(view: SurvivalView) -> Drawing:
    """Return the figure of `view`; one panel per cause, all of one scale.

    Panels stand side by side, on a narrow sheet one below the other.
    """
    n_panels = max(len(view.causes), 1)
    across = 1 if is_narrow() else n_panels
    title = 0.22 if n_panels > 1 else 0.05
    step = PANEL_HEIGHT + title + 0.1
    key = LINE_HEIGHT * len(_list_drawn(view)) + 0.1 if is_narrow() else 0.24
    sheet = open_sheet(
        view.title, view.note, key + step * (n_panels // across), synthetic=view.synthetic,
        subtitle=view.subtitle,
    )  # fmt: skip
    _draw_key(sheet, view)
    sheet.top += key
    width = (sheet.width - LABEL_WIDTH - 0.2 - GAP * (across - 1)) / across
    for position, cause in enumerate(view.causes or {1: ""}):
        row, column = divmod(position, across)
        left, top = LABEL_WIDTH + column * (width + GAP), sheet.top + row * step + title
        axes = sheet.place_axes(left, top, width, AXES_HEIGHT)
        _draw_panel(axes, view, cause, width, first=column == 0)
        if n_panels > 1:
            axes.set_title(view.causes[cause], size=TEXT_SIZE, weight="bold", loc="left", pad=5)
        below = top + AXES_HEIGHT + 0.52
        _write_at_risk(sheet, axes, view, (left, width, below))
        if column == 0:
            _write_risk_labels(sheet, below)
    return sheet.drawing


def _list_drawn(view: SurvivalView) -> list[str]:
    drawn = set(view.curves["group"])
    return [group for group in GROUPS if group in drawn]


def _draw_key(sheet: Sheet, view: SurvivalView) -> None:
    """Explain the lines above the axes, where they can never cover a curve."""
    across, down = (0.0, LINE_HEIGHT) if is_narrow() else (1.95, 0.0)
    for place, group in enumerate(_list_drawn(view)):
        left, top = LABEL_WIDTH + across * place, sheet.top + 0.06 + down * place
        sheet.draw_line((left, left + 0.32), top, **STYLES[group])
        text = f"{begin_sentence(group)} (n = {format_count(view.sizes[group])})"
        sheet.write(left + 0.4, top, text)


def _draw_panel(axes: Axes, view: SurvivalView, cause: int, width: float, *, first: bool) -> None:
    for group in GROUPS:
        steps = view.curves.filter((pl.col("cause") == cause) & (pl.col("group") == group))
        if steps.height:
            draw_curve(axes, steps.sort("time_years", maintain_order=True), group)
    ticks = choose_ticks(find_highest(view))
    axes.set_ylim(0, ticks[-1] * 1.005)
    axes.set_yticks(ticks, [f"{tick * 100:g}" for tick in ticks])
    axes.set_xlim(0, max(view.last_years, 1))
    years = find_year_ticks(view.last_years, n_most=_count_years(view, width))
    axes.set_xticks(years, [str(year) for year in years])
    axes.set_xlabel("Years", size=TEXT_SIZE, labelpad=2)
    axes.spines[["bottom", "left"]].set_position(("outward", 3))
    if first:
        axes.set_ylabel(view.axis, size=TEXT_SIZE)
    if view.curves.is_empty():
        line_end = "\n" if is_narrow() else " "
        text = f"Too few patients at risk:{line_end}no curve is drawn"
        axes.text(0.5, 0.5, text, ha="center", transform=axes.transAxes, color=SOFT_INK)


def _count_years(view: SurvivalView, width: float) -> int:
    """Return for how many years the numbers at risk have room side by side."""
    digits = len(format_count(max(view.at_risk["n_at_risk"].to_list(), default=0)))
    return min(int(width / (0.066 * digits + 0.11)) + 1, MOST_YEARS)


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
