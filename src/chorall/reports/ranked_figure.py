"""The strongest lines of a scan in order, each as estimated and as shrunken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.scan.result import ScanResult
from chorall.reports.figure import Figure
from chorall.reports.numbers import (
    count_of,
    format_count,
    format_count_of,
    format_p_value,
    format_p_with_sign,
    format_ratio_interval,
)
from chorall.reports.volcano_figure import FOUND, MODEL_WORDS
from chorall.reports.wording import begin_sentence, check_known, clear_nan, name_marker, name_terms

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MOST_LINES: Final = 30
NAIVE: Final = ("hazard_ratio", "lower", "upper")
SHRUNKEN: Final = ("shrunken_hazard_ratio", "shrunken_lower", "shrunken_upper")


@dataclass(frozen=True, slots=True)
class RankedLine:
    """One line of a ranked forest.

    Attributes
    ----------
    label : str
        The marker, and its subtype.
    naive, shrunken : tuple of (float or None)
        Hazard ratio and limits, as estimated and as shrunken.
    events, figure, shrunken_figure, q_value : str
        The columns of numbers as written.
    """

    label: str
    naive: tuple[float | None, ...]
    shrunken: tuple[float | None, ...]
    events: str
    figure: str
    shrunken_figure: str
    q_value: str


def draw_ranked_figures(result: ScanResult) -> list[Figure]:
    """Return one forest per endpoint of the markers, and of other models where any is found."""
    found = result.rows.filter(pl.col("q_value") < FOUND).select("model", "endpoint").unique()
    known = set(found.iter_rows())
    return [
        draw_ranked(result, model, endpoint)
        for model in result.rows["model"].unique(maintain_order=True)
        for endpoint in result.endpoints
        if model == "marker" or (model, endpoint) in known
    ]


def draw_ranked(result: ScanResult, model: str, endpoint: str) -> Figure:
    """Return the strongest lines of one model and endpoint, the smallest p-value on top.

    Raises
    ------
    InputError
        If the result has no such model or endpoint; the message lists the known ones.
    """
    check_known("model", model, result.rows["model"])
    check_known("endpoint", endpoint, result.endpoints)
    chosen = (pl.col("model") == model) & (pl.col("endpoint") == endpoint)
    rows = clear_nan(result.rows).filter(chosen)
    given = rows.drop_nulls("p_value")
    data = given.sort("p_value", maintain_order=True).head(MOST_LINES)
    lines = [_make_line(row) for row in data.iter_rows(named=True)]
    title = f"{begin_sentence(result.labels[endpoint])}: {MODEL_WORDS[model]}, by strength"
    note = _write_note(result, rows.height, given.height, data.height)

    def draw() -> Drawing:
        from chorall.reports.ranked_drawing import draw_ranked_lines

        return draw_ranked_lines(lines, title, note, synthetic=result.pool.synthetic)

    return Figure(f"ranked-{model}-{endpoint}", title, _describe(title, data), data, draw)


def _make_line(row: dict[str, Any]) -> RankedLine:
    name = name_marker(row["marker"])
    naive, shrunken = (tuple(row[part] for part in names) for names in (NAIVE, SHRUNKEN))
    return RankedLine(
        label=name if row["subset"] == "all" else f"{name} in {name_marker(row['subset'])}",
        naive=naive,
        shrunken=shrunken,
        events=format_count_of(row["n_events_present"], row["n_present"]),
        figure=format_ratio_interval(*naive),
        shrunken_figure=format_ratio_interval(*shrunken),
        q_value=format_p_value(row["q_value"]),
    )


def _write_note(result: ScanResult, n_all: int, n_given: int, n_shown: int) -> str:
    terms = name_terms(result.adjusted_for)
    adjusted = f"adjusted for {terms}, " if terms else ""
    return (
        f"Hollow and thin: hazard ratio as estimated, {adjusted}stratified by trial. Filled: "
        "shrunken by empirical Bayes over the lines of the model and endpoint, which undoes the "
        f"winner's curse; {result.conf_level * 100:g} % limits. Arrows: the interval goes on. "
        "q: Benjamini-Hochberg over the lines of the model, all endpoints together. "
        f"Shown: {format_count(n_shown)} of {format_count(n_given)}; not assessable: "
        f"{format_count(n_all - n_given)}. Associations, not causes."
    )


def _describe(title: str, data: pl.DataFrame) -> str:
    spoken = "; ".join(
        f"{name_marker(row['marker'])} {format_ratio_interval(*(row[x] for x in NAIVE))}, "
        f"{format_p_with_sign('q', row['q_value'])}"
        for row in data.head(3).iter_rows(named=True)
    )
    return f"{title}, {count_of(data.height, 'line')}. Strongest: {spoken or 'none'}."
