"""How frequent markers are over age: the curve within trials, and the age bands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.incidence_result import IncidenceResult
from chorall.knowledge.age_bands import age_bands
from chorall.reports.figure import Figure
from chorall.reports.numbers import (
    format_count_of,
    format_p_with_sign,
    format_percent,
    format_ratio_interval,
)
from chorall.reports.selection import select_lines
from chorall.reports.wording import check_known, name_marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

OLDEST_YEARS: Final = 85.0
"""Where the last band, open upwards, is taken to end for the place of its point."""
CURVE: Final = "curve"
BAND: Final = "age band"


@dataclass(frozen=True, slots=True)
class AgePanel:
    """One marker.

    Attributes
    ----------
    title, subtitle : str
        The marker, and the trend in words.
    curve : DataFrame
        age_years, proportion, lower, upper.
    bands : DataFrame
        The same at the middle of each age band with its pooled frequency.
    """

    title: str
    subtitle: str
    curve: pl.DataFrame
    bands: pl.DataFrame


def draw_age_curves(result: IncidenceResult, markers: Sequence[str]) -> Figure:
    """Return a figure with a panel per marker: curve over age with its band, and the age bands.

    Parameters
    ----------
    result : IncidenceResult
        Holds the curves.
    markers : sequence of str
        Up to six, from left to right and top to bottom.

    Raises
    ------
    InputError
        If the result has no curve of a marker; the message lists those it has.
    """
    for marker in markers:
        check_known("age curve of", marker, result.age_curve["marker"])
    panels = [_make_panel(result, marker) for marker in markers]
    title = f"Frequency at {result.phase.replace('_', ' ')} over age"
    note = (
        "Line: natural spline with an intercept for each trial, so that only differences of age "
        f"within trials shape it; drawn for an average trial, with {result.conf_level * 100:g} % "
        "pointwise band. Dots: the age bands by themselves, pooled over trials, which also hold "
        "differences between trials. OR: odds ratio per ten years within trials."
    )

    def draw() -> Drawing:
        from chorall.reports.age_curve_drawing import draw_panels

        return draw_panels(panels, title, note, synthetic=result.pool.synthetic)

    data = pl.concat([_tidy(marker, panel) for marker, panel in zip(markers, panels, strict=True)])
    return Figure(f"age-{'-'.join(markers)}", title, _describe(title, panels), data, draw)


def _make_panel(result: IncidenceResult, marker: str) -> AgePanel:
    trend = result.age_trend.filter(pl.col("marker") == marker).row(0, named=True)
    ratio = format_ratio_interval(trend["odds_ratio"], trend["lower"], trend["upper"])
    counts = format_count_of(trend["n_present"], trend["n_tested"])
    curve = result.age_curve.filter(pl.col("marker") == marker).drop("marker")
    subtitle = f"OR {ratio}, {format_p_with_sign('p', trend['p_value'])}; {counts}"
    return AgePanel(name_marker(marker), subtitle, curve, _list_bands(result, marker))


def _list_bands(result: IncidenceResult, marker: str) -> pl.DataFrame:
    middles = {band.label: (band.lower + min(band.upper, OLDEST_YEARS)) / 2 for band in age_bands()}
    rows = select_lines(result).filter(
        pl.col("marker") == marker, pl.col("by") == "age_band", pl.col("group") != "unknown"
    )
    places = pl.col("group").replace_strict(middles, default=None, return_dtype=pl.Float64)
    return rows.select(places.alias("age_years"), "proportion", "lower", "upper").drop_nulls()


def _tidy(marker: str, panel: AgePanel) -> pl.DataFrame:
    parts = ((CURVE, panel.curve), (BAND, panel.bands))
    return pl.concat(
        [
            frame.select(pl.lit(marker).alias("marker"), pl.lit(kind).alias("kind"), pl.all())
            for kind, frame in parts
        ]
    )


def _describe(title: str, panels: Sequence[AgePanel]) -> str:
    spoken = [f"{panel.title}: {_say_ends(panel.curve)}; {panel.subtitle}" for panel in panels]
    return f"{title}. {'. '.join(spoken)}."


def _say_ends(curve: pl.DataFrame) -> str:
    ends: list[dict[str, Any]] = [curve.row(0, named=True), curve.row(-1, named=True)]
    first, last = (
        f"{format_percent(end['proportion'])} at {end['age_years']:.0f} years" for end in ends
    )
    return f"{first}, {last}"
