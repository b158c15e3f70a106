"""Draw a marker sheet: the panels one below another on a page of print width."""

from __future__ import annotations

import textwrap
from typing import Final

from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import MARGIN, SOFT_INK, WIDTH, Sheet
from chorall.reports.marker_sheet_figure import PANELS, EffectPanel, SheetView
from chorall.reports.marker_sheet_panels import (
    CURVES_HEIGHT,
    FOOT,
    ROW,
    SMALL,
    Columns,
    draw_curves,
    draw_rows,
    measure_rows,
)

TITLE: Final = 0.54
HALF: Final = 3.58
LETTERS: Final = 154
"""Of a note on one line."""

TRIALS: Final = Columns(
    MARGIN, (1.02, 0.5),
    ((1.58, "left"), (3.06, "right"), (3.4, "right"), (3.7, "right"), (4.1, "right"),
     (4.4, "right")),
    ("Frequency", "Present /\ntested", "Not\ntested", "Failed", "Unclear", "Other"), 16,
)  # fmt: skip
GROUPS: Final = Columns(
    4.5, (5.02, 0.42), ((5.5, "left"), (WIDTH - MARGIN, "right")),
    ("Frequency", "Present /\ntested"), 12,
)  # fmt: skip
ENDPOINTS: Final = Columns(
    MARGIN, (1.74, 0.7),
    ((2.52, "left"), (3.98, "right"), (4.07, "left"), (5.02, "left"), (5.84, "right"),
     (6.28, "right"), (6.36, "left")),
    ("Hazard ratio,\none stage", "Events /\npresent", "Hazard ratio,\ntwo stages",
     "One more\ntrial", "I\N{SUPERSCRIPT TWO}", "q", "Grade"), 32,
)  # fmt: skip


def draw_view(view: SheetView) -> Drawing:
    """Return the page; it grows with the number of trials."""
    notes = [line for note in view.notes for line in textwrap.wrap(note, LETTERS)]
    across = max(measure_rows(view.trials), measure_rows(view.groups)) + TRIALS.head + FOOT
    ends = measure_rows(view.endpoints) + ENDPOINTS.head + FOOT
    curves = CURVES_HEIGHT + 0.1 if view.curves else 0.0
    effects = max(map(_measure_effects, view.effects), default=0.0)
    foot = 0.125 * len(notes) + 0.12
    head = textwrap.wrap(view.subtitle, LETTERS - 14)
    top = TITLE + ROW * (len(head) - 1)
    height = top + across + ends + curves + effects + foot
    sheet = Sheet(height, synthetic=view.synthetic)
    sheet.write(MARGIN, MARGIN, view.title, va="top", weight="bold", size=13)
    for place, line in enumerate(head):
        at = 0.36 + ROW * place
        sheet.write(MARGIN, at, line, va="top", size=SMALL + 0.4, color=SOFT_INK)
    draw_rows(sheet, top, TRIALS, PANELS["trials"], view.trials, "share")
    draw_rows(sheet, top, GROUPS, PANELS["groups"], view.groups, "share")
    top += across
    draw_rows(sheet, top, ENDPOINTS, PANELS["endpoints"], view.endpoints, "ratio")
    top += ends
    for place, curve in enumerate(view.curves):
        draw_curves(sheet, top, MARGIN + HALF * place, HALF - 0.18, curve)
    _draw_effects(sheet, top + curves, view)
    for place, line in enumerate(notes):
        at = height - foot + 0.06 + 0.125 * place
        sheet.write(MARGIN, at, line, va="top", size=SMALL - 0.3, color=SOFT_INK)
    return sheet.drawing


def _measure_effects(panel: EffectPanel) -> float:
    lines = len(panel.trend.split("\n"))
    return _place_effects(0.0).head + measure_rows(panel.rows) + FOOT + ROW * lines


def _place_effects(left: float) -> Columns:
    return Columns(
        left, (left + 0.98, 1.12), ((left + 2.16, "left"), (left + HALF - 0.2, "right")),
        ("Hazard ratio", "Events"), 17,
    )  # fmt: skip


def _draw_effects(sheet: Sheet, top: float, view: SheetView) -> None:
    for place, panel in enumerate(view.effects):
        left = MARGIN + HALF * place
        columns = _place_effects(left)
        draw_rows(sheet, top, columns, panel.title, panel.rows, "ratio")
        under = top + columns.head + measure_rows(panel.rows) + FOOT - 0.04
        for line, text in enumerate(panel.trend.split("\n")):
            sheet.write(left, under + ROW * line, text, va="top", size=SMALL)
