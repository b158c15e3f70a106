"""A table as it is printed: written cells, caption and notes, before it takes any file format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.analyses.result import AnalysisResult
from chorall.reports.table import TableColumn, format_cells, number_footnotes, select_columns
from chorall.reports.wording import RESEARCH_USE, SYNTHETIC_BANNER, clear_nan

RowClass = Callable[[dict[str, Any]], str]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """Everything that stands on paper.

    Attributes
    ----------
    name : str
        Proposed name of a file, without its ending.
    caption : str
        Above the table.
    headers : tuple of str
        One per column.
    marks : tuple of str
        The letter of the note to each column, or empty.
    to_right : tuple of bool
        True for a column of numbers.
    rows : tuple of tuple of str
        The written cells.
    kinds : tuple of str
        Of each row: `all` opens a group of rows, `part` stands within it, empty is neither.
    notes : tuple of tuple of str
        Letter and text, below the table.
    status : str
        That it is for research only, and that the data are simulated where they are.
    """

    name: str
    caption: str
    headers: tuple[str, ...]
    marks: tuple[str, ...]
    to_right: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    status: str


def lay_out_table(
    name: str,
    frame: pl.DataFrame,
    columns: Sequence[TableColumn],
    *,
    caption: str,
    status: str,
    row_class: RowClass | None = None,
) -> PrintedTable:
    """Return a frame as written cells.

    Parameters
    ----------
    name, caption, status : str
        See `PrintedTable`.
    frame : DataFrame
        One printed row each.
    columns : sequence of TableColumn
        From left to right; those the frame does not have are left out.
    row_class : callable, optional
        Row to kind.
    """
    shown = select_columns(frame, columns)
    letters = number_footnotes(shown)
    rows = clear_nan(frame).to_dicts() if row_class else []
    return PrintedTable(
        name=name,
        caption=caption,
        headers=tuple(column.header for column in shown),
        marks=tuple(letters.get(column.footnote, "") for column in shown),
        to_right=tuple(column.align == "right" for column in shown),
        rows=tuple(tuple(cells) for cells in format_cells(frame, shown)),
        kinds=tuple(row_class(row) for row in rows) if row_class else ("",) * frame.height,
        notes=tuple((letter, note) for note, letter in letters.items()),
        status=status,
    )


def state_status(result: AnalysisResult) -> str:
    """Return what every printed result says of itself."""
    simulated = f"{SYNTHETIC_BANNER}. " if result.pool.synthetic else ""
    return f"{simulated}{RESEARCH_USE}."
