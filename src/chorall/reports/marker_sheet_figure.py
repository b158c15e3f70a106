"""One marker on one page: how frequent it is, where, and how patients with it fare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.marker_sheet_result import MarkerSheet
from chorall.reports.figure import Figure
from chorall.reports.marker_sheet_frequencies import list_groups, list_trials
from chorall.reports.marker_sheet_outcomes import (
    list_ages,
    list_endpoints,
    list_trial_effects,
    say_age_trend,
)
from chorall.reports.marker_sheet_rows import SheetRow
from chorall.reports.marker_sheet_words import say_head, say_notes
from chorall.reports.selection import select_curve_endpoints
from chorall.reports.survival_figure import SurvivalView, arrange_curves
from chorall.reports.wording import begin_sentence, name_endpoint, name_marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

PANELS: Final = {
    "trials": "Frequency among those tested, by trial",
    "groups": "By age in years, and lineage",
    "endpoints": "Prognosis: present against absent",
}


@dataclass(frozen=True, slots=True)
class EffectPanel:
    """The hazard ratios of one endpoint: trials, all of them, and ages.

    Attributes
    ----------
    title : str
        The endpoint.
    rows : tuple of SheetRow
        From top to bottom.
    trend : str
        The change with age in words.
    """

    title: str
    rows: tuple[SheetRow, ...]
    trend: str


@dataclass(frozen=True, slots=True)
class SheetView:
    """What one sheet shows, ready to be drawn.

    Attributes
    ----------
    title, subtitle : str
        The marker, and who was tested.
    trials, groups, endpoints : tuple of SheetRow
        The rows of the three panels across.
    curves : tuple of SurvivalView
        At most two endpoints.
    effects : tuple of EffectPanel
        Of the same endpoints.
    notes : tuple of str
        How to read it, and what to know before using a number.
    synthetic : bool
        True for simulated patients.
    """

    title: str
    subtitle: str
    trials: tuple[SheetRow, ...]
    groups: tuple[SheetRow, ...]
    endpoints: tuple[SheetRow, ...]
    curves: tuple[SurvivalView, ...]
    effects: tuple[EffectPanel, ...]
    notes: tuple[str, ...]
    synthetic: bool


def draw_marker_sheet(sheet: MarkerSheet) -> Figure:
    """Return the page of one marker as one figure, 183 mm wide.

    Frequency by trial, age band and lineage with the numbers not tested, failed and inconclusive;
    per endpoint the hazard ratio, the pooled one, the interval of one more trial, I2 and the grade
    in words; curves with numbers at risk; hazard ratios across trials and ages; warnings.
    """
    view = _arrange(sheet)

    def draw() -> Drawing:
        from chorall.reports.marker_sheet_drawing import draw_view

        return draw_view(view)

    title = f"{view.title}: marker sheet"
    return Figure(f"marker-{sheet.marker}", title, _describe(view), _tidy(view), draw)


def _arrange(sheet: MarkerSheet) -> SheetView:
    endpoints = [
        name
        for name in select_curve_endpoints(sheet.prognosis)
        if name in sheet.prognosis.summary["endpoint"]
    ]
    drawn = endpoints if sheet.prognosis.curves.height else []
    return SheetView(
        title=name_marker(sheet.marker),
        subtitle=say_head(sheet),
        trials=tuple(list_trials(sheet.incidence)),
        groups=tuple(list_groups(sheet.incidence)),
        endpoints=tuple(list_endpoints(sheet.prognosis)),
        curves=tuple(arrange_curves(sheet.prognosis, sheet.marker, name) for name in drawn),
        effects=tuple(_arrange_effects(sheet, name) for name in endpoints),
        notes=tuple(say_notes(sheet)),
        synthetic=sheet.pool.synthetic,
    )


def _arrange_effects(sheet: MarkerSheet, endpoint: str) -> EffectPanel:
    rows = (*list_trial_effects(sheet.prognosis, endpoint), *list_ages(sheet.prognosis, endpoint))
    title = f"{begin_sentence(name_endpoint(sheet.prognosis, endpoint))}: trials and ages"
    return EffectPanel(title, rows, say_age_trend(sheet.prognosis, endpoint))


def _panels(view: SheetView) -> Iterable[tuple[str, Sequence[SheetRow]]]:
    yield from ((title, getattr(view, name)) for name, title in PANELS.items())
    yield from ((panel.title, panel.rows) for panel in view.effects)


def _describe(view: SheetView) -> str:
    parts = [
        f"{title}: " + "; ".join(row.spoken for row in rows)
        for title, rows in _panels(view)
        if rows
    ]
    return f"{view.title}. {view.subtitle} {'. '.join(parts)}. Curves with numbers at risk."


def _tidy(view: SheetView) -> pl.DataFrame:
    lines: list[dict[str, Any]] = [
        {
            "panel": title, "line": row.label, "kind": row.kind, "estimate": row.middle,
            "lower": row.lower, "upper": row.upper, "written": " | ".join(row.cells),
        }
        for title, rows in _panels(view)
        for row in rows
    ]  # fmt: skip
    numbers = ("estimate", "lower", "upper")
    names = ("panel", "line", "kind", *numbers, "written")
    schema = {name: pl.Float64() if name in numbers else pl.String() for name in names}
    return pl.DataFrame(lines, schema=schema)
