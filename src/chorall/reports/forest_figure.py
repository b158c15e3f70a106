"""Adjusted hazard ratios of all markers for one endpoint, as a forest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.prognosis_result import PrognosisResult
from chorall.reports.figure import Figure
from chorall.reports.numbers import (
    NOT_KNOWN,
    count_of,
    format_count,
    format_p_value,
    format_p_with_sign,
    format_ratio_interval,
)
from chorall.reports.wording import (
    begin_sentence,
    clear_nan,
    is_competing,
    name_endpoint,
    name_marker,
    name_terms,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MOST_LINES: Final = 40
_RATIO: Final = ("adjusted_hazard_ratio", "adjusted_lower", "adjusted_upper")


@dataclass(frozen=True, slots=True)
class ForestLine:
    """One marker of the forest.

    Attributes
    ----------
    label : str
        The marker.
    ratio, lower, upper : float or None
        Adjusted hazard ratio and limits; null where not estimated.
    n_present, figure, q_value : str
        The columns of numbers as written.
    kind : {"estimate", "diamond", "prediction"}
        A point with its limits, a pooled effect, or limits alone.
    """

    label: str
    ratio: float | None
    lower: float | None
    upper: float | None
    n_present: str
    figure: str
    q_value: str
    kind: str = "estimate"


def draw_forest(result: PrognosisResult, endpoint: str) -> Figure:
    """Return the forest of adjusted hazard ratios for `endpoint`, the highest on top.

    Markers without an estimate stand below, in words. Beyond 40 markers, those with the smallest
    q value are shown and the note says so.

    Raises
    ------
    InputError
        If the result has no such endpoint; the message lists the known ones.
    """
    label = name_endpoint(result, endpoint)
    data = select_forest_rows(result, endpoint)
    lines = [_make_line(row) for row in data.iter_rows(named=True)]
    n_all = result.summary.filter(pl.col("endpoint") == endpoint).height
    title = f"{begin_sentence(label)}: adjusted hazard ratios"
    note = _write_note(result, endpoint, len(lines), n_all)

    def draw() -> Drawing:
        from chorall.reports.forest_drawing import draw_lines

        return draw_lines(lines, title, note, synthetic=result.pool.synthetic)

    alt = _describe(title, data)
    return Figure(f"forest-{endpoint}", title, alt, data, draw)


def select_forest_rows(result: PrognosisResult, endpoint: str) -> pl.DataFrame:
    """Return the rows to show: highest ratio first, those not estimated last."""
    rows = clear_nan(result.summary).filter(pl.col("endpoint") == endpoint)
    evident = rows.sort("q_value", nulls_last=True, maintain_order=True).head(MOST_LINES)
    return evident.sort(_RATIO[0], descending=True, nulls_last=True, maintain_order=True)


def _make_line(row: dict[str, Any]) -> ForestLine:
    ratio, lower, upper = (row[name] for name in _RATIO)
    return ForestLine(
        label=name_marker(row["marker"]),
        ratio=ratio,
        lower=lower,
        upper=upper,
        n_present=f"{format_count(row['n_present'])} / {format_count(row['n_absent'])}",
        figure=format_ratio_interval(ratio, lower, upper),
        q_value=format_p_value(row["q_value"]) if ratio is not None else NOT_KNOWN,
    )


def _write_note(result: PrognosisResult, endpoint: str, n_shown: int, n_all: int) -> str:
    terms = name_terms(result.adjusted_for)
    adjusted = f"adjusted for {terms}, " if terms else ""
    competing = is_competing(result, endpoint)
    kind = "Cause-specific hazard ratio" if competing else "Hazard ratio"
    note = (
        f"{kind} of present against absent, {adjusted}stratified by trial; "
        f"{result.conf_level * 100:g} % limits. q: Benjamini-Hochberg over the markers. "
        "Arrows: the interval goes on. Associations, not causes."
    )
    return note + (f" Shown: {n_shown} of {n_all} markers." if n_shown < n_all else "")


def _describe(title: str, data: pl.DataFrame) -> str:
    known = data.drop_nulls(_RATIO[0])
    extremes = [known.row(place, named=True) for place in (0, -1)[: known.height]]
    spoken = "; ".join(_speak(row) for row in extremes)
    lacking = data.height - known.height
    return (
        f"{title} of {count_of(data.height, 'marker')} on a logarithmic axis. "
        f"{f'Highest and lowest: {spoken}. ' if spoken else ''}"
        f"Not estimated: {lacking}."
    )


def _speak(row: dict[str, Any]) -> str:
    figure = format_ratio_interval(*(row[name] for name in _RATIO))
    return f"{name_marker(row['marker'])} {figure}, {format_p_with_sign('q', row['q_value'])}"
