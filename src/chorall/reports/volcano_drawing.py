"""Draw volcanoes: panels with a logarithmic axis of hazard ratios and one of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from chorall.reports.canvas import (
    BLUE,
    GREY,
    INK,
    NOTE_SIZE,
    RULE,
    SOFT_INK,
    TEXT_SIZE,
    VERMILION,
    is_narrow,
    open_sheet,
    sheet_width,
    shorten_label,
    tell_empty,
)
from chorall.reports.ratio_axis import prepare_ratio_axis
from chorall.reports.volcano_figure import VolcanoPanel

LEFT: Final = 0.5
GAP: Final = 0.55
PANEL_HEIGHT: Final = 2.0
ROW_HEIGHT: Final = PANEL_HEIGHT + 0.85
HIGHEST: Final = 50.0
LETTER: Final = 0.058
"""Inches of a letter of a name."""
CLEARANCE: Final = 0.025
"""Between a point and its name, as part of the width of a panel."""
LABEL_STEP: Final = 0.075
"""Distance of two names, as part of the height of a panel."""


def draw_panels(
    panels: Sequence[VolcanoPanel], title: str, note: str, x_label: str, *, synthetic: bool
) -> Drawing:
    """Return the figure: all panels with one axis of hazard ratios, two in a row (narrow: one)."""
    n_columns = 1 if is_narrow() or len(panels) == 1 else 2
    n_rows = -(-len(panels) // n_columns)
    sheet = open_sheet(title, note, n_rows * ROW_HEIGHT + 0.13, synthetic=synthetic)
    width = (sheet_width() - LEFT - GAP * (n_columns - 1) - 0.2) / n_columns
    limits = find_limits(np.concatenate([panel.ratio for panel in panels]))
    for place, panel in enumerate(panels):
        row, column = divmod(place, n_columns)
        left = LEFT + column * (width + GAP)
        top = sheet.top + row * ROW_HEIGHT
        sheet.write(left, top + 0.06, shorten_label(panel.title, int(width * 14)), weight="bold")
        axes = sheet.place_axes(left, top + 0.22, width, PANEL_HEIGHT)
        _draw_panel(axes, panel, limits, x_label, width)
    return sheet.drawing


def find_limits(ratios: np.ndarray) -> tuple[float, float]:
    """Return ticks around nearly all ratios, the same on either side of 1."""
    far = float(np.quantile(np.abs(np.log2(ratios)), 0.99)) if ratios.size else 1.0
    reach = min(max(np.ceil(far), 1.0), 4.0)
    return 2.0**-reach, 2.0**reach


def _draw_panel(
    axes: Axes, panel: VolcanoPanel, limits: tuple[float, float], x_label: str, width: float
) -> None:
    top = min(max(float(panel.height.max(initial=2.0)) * 1.08, 3.0), HIGHEST)
    prepare_ratio_axis(axes, limits)
    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.axvline(1.0, color=INK, linewidth=0.7)
    axes.set_xlabel(x_label, size=TEXT_SIZE - 0.5)
    axes.set_ylabel("-log10 p", size=TEXT_SIZE - 0.5)
    axes.set_axisbelow(True)
    if panel.found.any() and not panel.found.all():
        bound = float(panel.height[panel.found].min())
        axes.axhline(bound, color=RULE, linewidth=0.8, linestyle=(0, (4, 3)))
    _draw_points(axes, panel, limits, top)
    tell_empty(axes, "not assessable")
    _name_points(axes, panel, limits, top, width)


def _draw_points(axes: Axes, panel: VolcanoPanel, limits: tuple[float, float], top: float) -> None:
    x, y = np.clip(panel.ratio, *limits), np.minimum(panel.height, top)
    beyond = (x != panel.ratio) | (y != panel.height)
    kinds = (
        (~panel.found, GREY, "."),
        (panel.found & (panel.ratio >= 1), VERMILION, "s"),
        (panel.found & (panel.ratio < 1), BLUE, "o"),
    )
    for chosen, colour, mark in kinds:
        for outside, shape in ((False, mark), (True, "^")):
            these = chosen & (beyond == outside)
            axes.plot(
                x[these], y[these], shape, color=colour, markersize=3.6, alpha=0.85,
                markeredgewidth=0, linestyle="none", clip_on=False,
            )  # fmt: skip


def _name_points(
    axes: Axes, panel: VolcanoPanel, limits: tuple[float, float], top: float, width: float
) -> None:
    """Write names beside their points from the top down; a name without room is left out."""
    taken: list[Box] = []
    for place in np.argsort(-panel.height, kind="stable"):
        name = shorten_label(panel.names[place], 34)
        ratio = float(np.clip(panel.ratio[place], *limits))
        x = float(np.log(ratio / limits[0]) / np.log(limits[1] / limits[0]))
        y = min(float(panel.height[place]), top) / top
        box = find_room(x, y, len(name) * LETTER / width, taken) if name else None
        if box is None:
            continue
        taken.append(box)
        line = {"arrowstyle": "-", "color": RULE, "linewidth": 0.6, "shrinkB": 3}
        axes.annotate(
            name,
            xy=(x, y),
            xytext=(box.left if box.left > x else box.right, box.middle),
            xycoords="axes fraction",
            ha="left" if box.left > x else "right",
            va="center",
            size=NOTE_SIZE - 1.0,
            color=SOFT_INK,
            annotation_clip=False,
            arrowprops=line if box.middle != y else None,
        )


class Box(NamedTuple):
    """Where a name stands, in parts of the panel."""

    left: float
    right: float
    middle: float


def find_room(x: float, y: float, width: float, taken: Sequence[Box]) -> Box | None:
    """Return the nearest free place beside a point: within the panel, over no other name."""
    outwards = (x >= 0.5, x < 0.5)
    for step in (0, -1, 1, -2, 2):
        for to_right in outwards:
            left = x + CLEARANCE if to_right else x - CLEARANCE - width
            box = Box(left, left + width, y + step * LABEL_STEP)
            inside = box.left >= 0 and box.right <= 1.04 and 0 <= box.middle <= 1.04
            if inside and not any(_overlap(box, other) for other in taken):
                return box
    return None


def _overlap(one: Box, other: Box) -> bool:
    apart = one.right <= other.left or other.right <= one.left
    return not apart and abs(one.middle - other.middle) < 0.95 * LABEL_STEP
