"""How frequent markers are by age band, among those tested, with those not tested beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.incidence_result import IncidenceResult
from chorall.knowledge.age_bands import adult_from_years
from chorall.reports.figure import Figure
from chorall.reports.numbers import (
    format_count,
    format_count_of,
    format_percent_interval,
    is_known,
)
from chorall.reports.selection import select_lines
from chorall.reports.wording import (
    OVERALL,
    adult_bands,
    check_known,
    name_group,
    name_marker,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


FEWEST_FOR_SCALE: Final = 10


@dataclass(frozen=True, slots=True)
class FrequencyLine:
    """One line of the figure.

    Attributes
    ----------
    label : str
        The group, or the marker for its heading.
    kind : str
        `marker` (a heading with the overall figure), `child`, `adult` or `other`.
    frequency, lower, upper : float or None
        Fractions of 1; null where nobody was tested.
    n_tested : int
        Patients tested.
    tested, not_tested, other, figure : str
        The columns of numbers as written; `other` is everything else.
    """

    label: str
    kind: str
    frequency: float | None
    lower: float | None
    upper: float | None
    n_tested: int
    tested: str
    not_tested: str
    other: str
    figure: str


def draw_frequency(
    result: IncidenceResult, markers: Sequence[str], *, by: str = "age_band"
) -> Figure:
    """Return a figure of the frequency of `markers`, overall and in each group of `by`.

    Parameters
    ----------
    result : IncidenceResult
        Holds the rows.
    markers : sequence of str
        From top to bottom.
    by : str
        The groups below each marker: a grouping or stratum of the result, or `trial`.

    Raises
    ------
    InputError
        If the result has no such marker or group; the message lists the known ones.
    """
    for marker in markers:
        check_known("marker", marker, result.rows["marker"])
    check_known("grouping", by, select_lines(result)["by"])
    data = select_groups(result, markers, by)
    lines = _make_lines(data, markers)
    title = f"Frequency at {result.phase.replace('_', ' ')}, by {by.replace('_', ' ')}"
    note = (
        f"Frequency among those tested with {result.conf_level * 100:g} % limits: of a typical "
        f"trial where several tested (binomial-normal model), else present / tested "
        f"({result.method.title()}). Other: failed, inconclusive, not reported, or "
        "found by an assay that cannot show absence. Neither not tested nor other counts as absent."
    )
    if by == "age_band":
        note += f" Squares: {adult_from_years():g} years and over."
    if any(0 < line.n_tested < FEWEST_FOR_SCALE for line in lines):
        note += f" Arrows: beyond the axis, made for groups with {FEWEST_FOR_SCALE} tested."

    def draw() -> Drawing:
        from chorall.reports.frequency_drawing import draw_lines

        return draw_lines(lines, title, note, synthetic=result.pool.synthetic)

    name = f"frequency-{by}-{'-'.join(markers)}"
    return Figure(name, title, _describe(title, lines), data, draw)


def select_groups(result: IncidenceResult, markers: Sequence[str], by: str) -> pl.DataFrame:
    """Return the overall row and the rows of `by` of each marker, in the order of `markers`."""
    rows = select_lines(result).filter(pl.col("by").is_in([OVERALL, by]))
    rows = rows.filter((pl.col("group") != "unknown") | (pl.col("n_tested") > 0))
    return pl.concat([rows.filter(pl.col("marker") == marker) for marker in markers])


def _make_lines(data: pl.DataFrame, markers: Sequence[str]) -> list[FrequencyLine]:
    """Make the lines; a marker without an overall row gets a bare heading."""
    lines: list[FrequencyLine] = []
    for marker in markers:
        rows = data.filter(pl.col("marker") == marker).to_dicts()
        if not rows or rows[0]["by"] != OVERALL:
            lines.append(_make_heading(marker))
        lines += [_make_line(row) for row in rows]
    return lines


def _make_heading(marker: str) -> FrequencyLine:
    return FrequencyLine(name_marker(marker), "marker", None, None, None, 0, "", "", "", "")


def _make_line(row: dict[str, Any]) -> FrequencyLine:
    frequency, lower, upper = row["proportion"], row["lower"], row["upper"]
    heading = row["by"] == OVERALL
    return FrequencyLine(
        label=name_marker(row["marker"]) if heading else name_group(row["by"], row["group"]),
        kind="marker" if heading else _find_kind(row),
        frequency=frequency if is_known(frequency) else None,
        lower=lower,
        upper=upper,
        n_tested=row["n_tested"],
        tested=format_count_of(row["n_present"], row["n_tested"]),
        not_tested=format_count(row["n_not_tested"]),
        other=format_count(row["n_patients"] - row["n_tested"] - row["n_not_tested"]),
        figure=format_percent_interval(frequency, lower, upper)
        if row["n_tested"]
        else "nobody tested",
    )


def _find_kind(row: dict[str, Any]) -> str:
    if row["by"] != "age_band" or row["group"] == "unknown":
        return "other"
    return "adult" if row["group"] in adult_bands() else "child"


def _describe(title: str, lines: Sequence[FrequencyLine]) -> str:
    spoken = [
        f"{line.label}: {line.figure}, {line.tested} tested, {line.not_tested} not tested"
        for line in lines
        if line.kind == "marker" and line.figure
    ]
    return f"{title}. Overall: {'; '.join(spoken)}. Each group has its own line."
