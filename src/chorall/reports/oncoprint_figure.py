"""Every patient in three states: present, absent, not tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.oncoprint import STATES, Oncoprint
from chorall.reports.figure import Figure
from chorall.reports.numbers import count_of, format_count
from chorall.reports.wording import name_marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MOST_MARKERS: Final = 30
MOST_COLUMNS: Final = 300
"""More could not be told apart on paper: neighbours then share a column, by their states."""


def draw_oncoprint(result: Oncoprint) -> Figure:
    """Return the figure of the 30 most frequent markers; every patient is in it.

    Parameters
    ----------
    result : Oncoprint
        Holds the cells.
    """
    rows = result.rows.head(MOST_MARKERS)
    markers = rows["marker"].to_list()
    shares = share_columns(result.cells, markers)
    n_patients = int(rows["n_patients"][0]) if rows.height else 0
    title = f"{count_of(n_patients, 'patient')} by the markers present"
    note = (
        "A column is a patient; patients are sorted by the first marker, within it by the second, "
        "and so on. Not tested: also failed, inconclusive and not reported results; none of them "
        "counts as absent."
    )
    if n_patients > MOST_COLUMNS:
        note += f" Neighbours share a column ({MOST_COLUMNS} columns), split by their states."

    def draw() -> Drawing:
        from chorall.reports.oncoprint_drawing import draw_states

        words = [(name_marker(row["marker"]), _write_counts(row)) for row in rows.to_dicts()]
        return draw_states(shares, words, (title, note), synthetic=result.pool.synthetic)

    spoken = [f"{name_marker(row['marker'])} {_say_counts(row)}" for row in rows.to_dicts()]
    alt = f"{title}. {'; '.join(spoken)}."
    return Figure("oncoprint", title, alt, rows, draw)


def share_columns(cells: pl.DataFrame, markers: list[str]) -> NDArray[np.float64]:
    """Return shape (markers, columns, 3): the share of each state among a column's patients.

    Parameters
    ----------
    cells : DataFrame
        position, marker, state.
    markers : list of str
        From top to bottom.
    """
    n_patients = int(cells["position"].n_unique())
    n_columns = min(n_patients, MOST_COLUMNS)
    counts = np.zeros((len(markers), n_columns, len(STATES)))
    chosen = cells.filter(pl.col("marker").is_in(markers))
    places = {marker: place for place, marker in enumerate(markers)}
    row = chosen["marker"].replace_strict(places, return_dtype=pl.Int64).to_numpy()
    column = chosen["position"].to_numpy().astype(np.int64) * n_columns // max(n_patients, 1)
    np.add.at(counts, (row, column, chosen["state"].to_physical().to_numpy()), 1.0)
    whole = np.maximum(counts.sum(axis=2, keepdims=True), 1.0)
    return np.asarray(counts / whole, dtype=np.float64)


def _write_counts(row: dict[str, int]) -> str:
    return " / ".join(format_count(row[name]) for name in ("n_present", "n_absent", "n_not_tested"))


def _say_counts(row: dict[str, int]) -> str:
    return (
        f"present in {format_count(row['n_present'])}, absent in {format_count(row['n_absent'])}, "
        f"not tested in {format_count(row['n_not_tested'])}"
    )
