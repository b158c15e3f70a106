"""Draw a marker sheet: the panels one below another on a page of print width."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure as Drawing

from chorall.reports.canvas import MARGIN, SOFT_INK, Sheet, find_first_line, is_narrow
from chorall.reports.marker_sheet_columns import ROW, Columns
from chorall.reports.marker_sheet_figure import PANELS, EffectPanel, SheetView
from chorall.reports.marker_sheet_panels import (
    CURVES_HEIGHT,
    FOOT,
    SMALL,
    draw_curves,
    draw_rows,
)
from chorall.reports.marker_sheet_rows import SheetRow


@dataclass(frozen=True, slots=True)
class PageLayout:
    """How the panels stand on a page.

    Attributes
    ----------
    trials, groups, endpoints, effects : Columns
        Of each panel of rows.
    half : float
        Inches that a panel of curves or of effects takes.
    across : int
        Panels of curves or of effects in a row; 1 puts groups below trials, too.
    letters : int
        Of a note on one line; titles, subtitles and trends have their share of it.
    """

    trials: Columns
    groups: Columns
    endpoints: Columns
    effects: Columns
    half: float
    across: int
    letters: int


TWO_COLUMNS: Final = PageLayout(
    trials=Columns(
        MARGIN, (1.02, 0.5),
        ((1.58, "left", 0), (3.06, "right", 0), (3.4, "right", 0), (3.7, "right", 0),
         (4.1, "right", 0), (4.4, "right", 0)),
        ("Frequency", "Present /\ntested", "Not\ntested", "Failed", "Unclear", "Other"), 16,
    ),
    groups=Columns(
        4.5, (5.02, 0.42), ((5.5, "left", 0), (7.08, "right", 0)),
        ("Frequency", "Present /\ntested"), 12,
    ),
    endpoints=Columns(
        MARGIN, (1.74, 0.7),
        ((2.52, "left", 0), (3.98, "right", 0), (4.07, "left", 0), (5.02, "left", 0),
         (5.84, "right", 0), (6.28, "right", 0), (6.36, "left", 0)),
        ("Hazard ratio,\none stage", "Events /\npresent", "Hazard ratio,\ntwo stages",
         "One more\ntrial", "I\N{SUPERSCRIPT TWO}", "q", "Grade"), 32,
    ),
    effects=Columns(
        MARGIN, (1.1, 1.12), ((2.28, "left", 0), (3.5, "right", 0)), ("Hazard ratio", "Events"), 17
    ),
    half=3.58,
    across=2,
    letters=154,
)  # fmt: skip
ONE_COLUMN: Final = PageLayout(
    trials=Columns(
        MARGIN, (0.2, 0.95),
        ((1.6, "left", 0), (1.98, "right", 1), (2.33, "right", 1), (2.66, "right", 1),
         (3.04, "right", 1), (3.38, "right", 1)),
        ("Frequency", "Present /\ntested", "Not\ntested", "Failed", "Unclear", "Other"), 25,
        n_lines=2,
    ),
    groups=Columns(
        MARGIN, (1.0, 1.0), ((2.1, "left", 0), (3.38, "right", 0)),
        ("Frequency", "Present /\ntested"), 13,
    ),
    endpoints=Columns(
        MARGIN, (0.2, 0.95),
        ((1.25, "left", 1), (2.9, "right", 1), (1.25, "left", 2), (2.3, "left", 2),
         (3.38, "right", 1), (3.38, "right", 0), (2.3, "left", 0)),
        ("Ratio, one stage", "Events", "Ratio, two stages", "One more trial",
         "I\N{SUPERSCRIPT TWO}", "q", "Grade"), 34, n_lines=3,
    ),
    effects=Columns(
        MARGIN, (1.1, 1.12), ((2.28, "left", 0), (3.38, "right", 0)), ("Hazard ratio", "Events"), 17
    ),
    half=3.44,
    across=1,
    letters=70,
)  # fmt: skip


def draw_view(view: SheetView) -> Drawing:
    """Return the page; it grows with the number of trials."""
    layout = ONE_COLUMN if is_narrow() else TWO_COLUMNS
    first = find_first_line(synthetic=view.synthetic)
    notes = [line for note in view.notes for line in textwrap.wrap(note, layout.letters)]
    titles = textwrap.wrap(view.title, int(0.41 * layout.letters))
    under = textwrap.wrap(view.subtitle, int(0.9 * layout.letters))
    top = first + 0.24 * len(titles) + ROW * len(under) + 0.04
    foot = 0.125 * len(notes) + 0.12
    height = top + _measure_panels(layout, view) + foot
    sheet = Sheet(height, synthetic=view.synthetic)
    for place, line in enumerate(titles):
        sheet.write(MARGIN, first + 0.24 * place, line, va="top", weight="bold", size=13)
    for place, line in enumerate(under):
        at = first + 0.24 * len(titles) + ROW * place
        sheet.write(MARGIN, at, line, va="top", size=SMALL + 0.4, color=SOFT_INK)
    _draw_panels(sheet, top, layout, view)
    for place, line in enumerate(notes):
        at = height - foot + 0.06 + 0.125 * place
        sheet.write(MARGIN, at, line, va="top", size=SMALL - 0.3, color=SOFT_INK)
    return sheet.drawing


def _measure_panels(layout: PageLayout, view: SheetView) -> float:
    curves = -(-len(view.curves) // layout.across) * (CURVES_HEIGHT + 0.1)
    effects = -(-len(view.effects) // layout.across) * _measure_effects(layout, view)
    return _measure_frequencies(layout, view) + _measure_endpoints(layout, view) + curves + effects


def _measure_frequencies(layout: PageLayout, view: SheetView) -> float:
    both = [_measure(layout.trials, view.trials), _measure(layout.groups, view.groups)]
    return max(both) if layout.across > 1 else sum(both)


def _measure_endpoints(layout: PageLayout, view: SheetView) -> float:
    return _measure(layout.endpoints, view.endpoints)


def _measure(columns: Columns, rows: Sequence[SheetRow]) -> float:
    return columns.head + columns.measure(rows) + FOOT


def _measure_effects(layout: PageLayout, view: SheetView) -> float:
    """Return the inches of the highest panel of effects, with its trend."""
    return max(
        (
            _measure(layout.effects, panel.rows) + ROW * len(_wrap_trend(layout, panel))
            for panel in view.effects
        ),
        default=0.0,
    )


def _wrap_trend(layout: PageLayout, panel: EffectPanel) -> list[str]:
    letters = int(0.86 * layout.letters / layout.across)
    return [part for line in panel.trend.split("\n") for part in textwrap.wrap(line, letters)]


def _draw_panels(sheet: Sheet, top: float, layout: PageLayout, view: SheetView) -> None:
    below = 0.0 if layout.across > 1 else _measure(layout.trials, view.trials)
    draw_rows(sheet, top, layout.trials, PANELS["trials"], view.trials, "share")
    draw_rows(sheet, top + below, layout.groups, PANELS["groups"], view.groups, "share")
    top += _measure_frequencies(layout, view)
    draw_rows(sheet, top, layout.endpoints, PANELS["endpoints"], view.endpoints, "ratio")
    top += _measure_endpoints(layout, view)
    for place, curve in enumerate(view.curves):
        row, column = divmod(place, layout.across)
        at = (top + row * (CURVES_HEIGHT + 0.1), MARGIN + layout.half * column)
        draw_curves(sheet, *at, layout.half - 0.18, curve)
    top += -(-len(view.curves) // layout.across) * (CURVES_HEIGHT + 0.1)
    for place, panel in enumerate(view.effects):
        row, column = divmod(place, layout.across)
        height = top + row * _measure_effects(layout, view)
        _draw_effects(sheet, height, layout, panel, layout.half * column)


def _draw_effects(
    sheet: Sheet, top: float, layout: PageLayout, panel: EffectPanel, shift: float
) -> None:
    columns = layout.effects.move(shift)
    draw_rows(sheet, top, columns, panel.title, panel.rows, "ratio")
    under = top + _measure(columns, panel.rows) - 0.04
    for place, line in enumerate(_wrap_trend(layout, panel)):
        sheet.write(columns.label, under + ROW * place, line, va="top", size=SMALL)
