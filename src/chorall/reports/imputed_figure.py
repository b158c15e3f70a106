"""Hazard ratios of those tested and with imputed values, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.imputing.result import ImputedPrognosis
from chorall.reports.figure import Figure
from chorall.reports.forest_figure import MOST_LINES, ForestLine
from chorall.reports.numbers import (
    NOT_KNOWN,
    count_of,
    format_count,
    format_p_value,
    format_ratio_interval,
)
from chorall.reports.wording import clear_nan, name_marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MOST_MARKERS: Final = MOST_LINES // 2
HEADS: Final = ("Hazard ratio", "Present / absent", "p")


def draw_answers(result: ImputedPrognosis, endpoint: str) -> Figure:
    """Return a forest with two lines per marker: tested, and imputed. Twenty markers at most."""
    data = clear_nan(result.rows).filter(pl.col("endpoint") == endpoint).head(MOST_MARKERS)
    lines = [line for row in data.iter_rows(named=True) for line in make_lines(row)]
    title = f"{endpoint}: those tested beside imputed values"
    adjusted = ", ".join(result.adjusted_for) or "nothing"
    note = (
        "Hazard ratio of present against absent (cause-specific where other causes compete), "
        f"stratified by trial, adjusted for {adjusted}; {result.conf_level * 100:g} % limits. "
        f"Imputed: {result.n_imputations} data sets by chained equations with event and cumulative "
        "hazard, Rubin's rules; present and absent are means. Associations, not causes."
    )

    def draw() -> Drawing:
        from chorall.reports.forest_drawing import draw_lines

        return draw_lines(lines, title, note, synthetic=result.pool.synthetic, heads=HEADS)

    differ = data.filter(pl.col("agreement").str.starts_with("differ")).height
    alt = (
        f"{title}, {count_of(data.height, 'marker')} on a logarithmic axis; the answers differ in "
        f"{differ}."
    )
    return Figure(f"imputed-{endpoint}", title, alt, data, draw)


def make_lines(row: dict[str, Any]) -> list[ForestLine]:
    """Return the line of those tested and the imputed one."""
    name = name_marker(row["marker"])
    return [
        make_line(row, f"{name}: tested", ""),
        make_line(row, f"{name}: imputed", "imputed_"),
    ]


def make_line(row: dict[str, Any], label: str, prefix: str) -> ForestLine:
    """Return one line from the columns with a prefix."""
    n, present = row[f"{prefix}n"], row[f"{prefix}n_present"]
    ratio, lower, upper = (row[f"{prefix}{part}"] for part in ("hazard_ratio", "lower", "upper"))
    counts = NOT_KNOWN if n is None else f"{format_count(present)} / {format_count(n - present)}"
    p_value = NOT_KNOWN if ratio is None else format_p_value(row[f"{prefix}p_value"])
    figure = format_ratio_interval(ratio, lower, upper)
    return ForestLine(label, ratio, lower, upper, counts, figure, p_value)
