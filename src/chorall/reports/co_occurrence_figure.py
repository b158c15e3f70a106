"""Which markers come together and which exclude each other: a map of all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.co_occurrence import ALL_SUBTYPES
from chorall.analyses.co_occurrence_result import CoOccurrenceResult
from chorall.reports.figure import Figure
from chorall.reports.numbers import count_of, format_p_with_sign, format_ratio_interval
from chorall.reports.wording import name_marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MOST_MARKERS: Final = 24
CUSTOMARY_Q: Final = 0.05


@dataclass(frozen=True, slots=True)
class PairCell:
    """One cell of the map.

    Attributes
    ----------
    row, column : int
        Places of the two markers.
    odds_ratio : float or None
        None where the pair could not be assessed.
    is_evident : bool
        True where q < 0.05.
    """

    row: int
    column: int
    odds_ratio: float | None
    is_evident: bool


def draw_co_occurrence(result: CoOccurrenceResult) -> Figure:
    """Return the map of the markers in the most evident pairs, at most 24.

    Parameters
    ----------
    result : CoOccurrenceResult
        Holds the pairs.
    """
    rows = result.rows.filter(pl.col("subtype") == ALL_SUBTYPES)
    markers = select_markers(rows)
    data = rows.filter(pl.col("marker_a").is_in(markers) & pl.col("marker_b").is_in(markers))
    cells = [_make_cell(row, markers) for row in data.to_dicts()]
    title = "Pairs of markers within subtypes and trials"
    note = (
        "Odds ratio of the one given the other, among those tested for both, stratified by trial "
        "and subtype (Mantel and Haenszel). Large squares: q < 0.05 (exact test, Benjamini and "
        "Hochberg); small ones may be chance. Hatched: not assessable, which says nothing of the "
        "pair."
    )

    def draw() -> Drawing:
        from chorall.reports.co_occurrence_drawing import draw_map

        names = [name_marker(marker) for marker in markers]
        return draw_map(cells, names, (title, note), synthetic=result.pool.synthetic)

    return Figure("co-occurrence", title, _describe(title, data), data, draw)


def select_markers(rows: pl.DataFrame) -> list[str]:
    """Return up to 24 markers, those in most pairs with q < 0.05 first; in the alphabet."""
    long = pl.concat(
        [rows.select(pl.col(side).alias("marker"), "p_value", "q_value") for side in _SIDES]
    ).drop_nulls("p_value")
    ranked = long.group_by("marker").agg(
        n_evident=(pl.col("q_value") < CUSTOMARY_Q).sum(), p_value=pl.col("p_value").min()
    )
    ordered = ranked.sort("n_evident", "p_value", "marker", descending=[True, False, False])
    return sorted(ordered["marker"].head(MOST_MARKERS).to_list())


_SIDES: Final = ("marker_a", "marker_b")


def _make_cell(row: dict[str, Any], markers: list[str]) -> PairCell:
    places = sorted(markers.index(row[side]) for side in _SIDES)
    q_value = row["q_value"]
    ratio = row["odds_ratio"] if row["p_value"] is not None else None
    return PairCell(places[1], places[0], ratio, q_value is not None and q_value < CUSTOMARY_Q)


def _describe(title: str, data: pl.DataFrame) -> str:
    known = data.drop_nulls("p_value").sort("p_value", maintain_order=True)
    evident = known.filter(pl.col("q_value") < CUSTOMARY_Q)
    spoken = [
        f"{name_marker(row['marker_a'])} and {name_marker(row['marker_b'])}: odds ratio "
        f"{format_ratio_interval(row['odds_ratio'], row['lower'], row['upper'])}, "
        f"{format_p_with_sign('q', row['q_value'])}"
        for row in evident.head(6).to_dicts()
    ]
    listed = f" {'; '.join(spoken)}." if spoken else ""
    return (
        f"{title}: {count_of(known.height, 'pair')} assessed, {evident.height} with q < "
        f"{CUSTOMARY_Q:g}.{listed}"
    )
