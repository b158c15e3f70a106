"""Draw curves of frequency over age in small panels of one width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from chorall.reports.age_curve_figure import AgePanel
from chorall.reports.canvas import (
    BLUE,
    INK,
    MARGIN,
    NOTE_SIZE,
    SOFT_INK,
    TEXT_SIZE,
    choose_ticks,
    is_narrow,
    open_sheet,
    shorten_label,
    tell_empty,
)

PANEL_HEIGHT: Final = 1.45
ROW_HEIGHT: Final = 2.2
LEFT: Final = 0.55
GAP: Final = 0.6
OLDEST: Final = 80
TITLE_LETTERS: Final = 36
HIGHEST_SHARE: Final = 3.0
"""A limit may stretch the axis to so many times the highest curve or dot; beyond, it is cut."""


def draw_panels(panels: Sequence[AgePanel], title: str, note: str, *, synthetic: bool) -> Drawing:
    """Return the figure: two panels in a row, one on a narrow sheet."""
    n_columns = 1 if is_narrow() or len(panels) == 1 else 2
    n_rows = -(-len(panels) // n_columns)
    sheet = open_sheet(title, note, n_rows * ROW_HEIGHT + 0.08, synthetic=synthetic)
    width = (sheet.width - LEFT - GAP * (n_columns - 1) - MARGIN) / n_columns
    for position, panel in enumerate(panels):
        row, column = divmod(position, n_columns)
        left, top = LEFT + column * (width + GAP), sheet.top + row * ROW_HEIGHT
        sheet.write(left, top + 0.06, shorten_label(panel.title, TITLE_LETTERS), weight="bold")
        sheet.write(left, top + 0.22, panel.subtitle, size=NOTE_SIZE, color=SOFT_INK)
        axes = sheet.place_axes(left, top + 0.34, width, PANEL_HEIGHT)
        _draw_panel(axes, panel, first=column == 0)
    return sheet.drawing


def _draw_panel(axes: Axes, panel: AgePanel, *, first: bool) -> None:
    ages = panel.curve["age_years"]
    paint: dict[str, Any] = {"color": BLUE, "alpha": 0.18, "linewidth": 0}
    axes.fill_between(ages, panel.curve["lower"], panel.curve["upper"], **paint)
    axes.plot(ages, panel.curve["proportion"], color=BLUE, linewidth=1.8)
    for row in panel.bands.to_dicts():
        place = [row["age_years"]] * 2
        axes.plot(place, [row["lower"], row["upper"]], color=INK, linewidth=0.8)
        axes.plot(place[:1], [row["proportion"]], "o", color=INK, markersize=3.5, clip_on=False)
    tell_empty(axes)
    ticks = choose_ticks(_find_highest(panel))
    axes.set_ylim(0, ticks[-1])
    axes.set_yticks(ticks, [f"{tick * 100:g}" for tick in ticks])
    axes.set_xlim(0, OLDEST)
    axes.set_xticks(range(0, OLDEST + 1, 20))
    axes.set_xlabel("Age (years)", size=TEXT_SIZE, labelpad=2)
    if first:
        axes.set_ylabel("Frequency (%)", size=TEXT_SIZE)


def _find_highest(panel: AgePanel) -> float:
    """Return the highest limit to be shown; a handful of patients must not flatten the curve."""
    figures, limits = (
        [float(value) for frame in (panel.curve, panel.bands) for value in frame[name].drop_nulls()]
        for name in ("proportion", "upper")
    )
    return min(max(limits, default=0.0), HIGHEST_SHARE * max(figures, default=0.0))
