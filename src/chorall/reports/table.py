"""Tables from a frame and a list of columns: the same numbers in HTML and in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from chorall.reports.numbers import format_text
from chorall.reports.wording import clear_nan

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One printed column.

    Attributes
    ----------
    header : str
        What stands above it.
    names : tuple of str
        Columns of the frame, handed to `write` in this order.
    write : callable
        Values to text; nulls come as None and must become words.
    align : {"left", "right"}
        Numbers stand to the right.
    footnote : str
        Explains the column below the table, or empty.
    """

    header: str
    names: tuple[str, ...]
    write: Callable[..., str] = format_text
    align: Literal["left", "right"] = "left"
    footnote: str = ""


def format_cells(frame: pl.DataFrame, columns: Sequence[TableColumn]) -> list[list[str]]:
    """Return the written cells, one list per row; columns the frame does not have are left out."""
    shown = select_columns(frame, columns)
    return [
        [column.write(*(row[name] for name in column.names)) for column in shown]
        for row in clear_nan(frame).iter_rows(named=True)
    ]


def select_columns(frame: pl.DataFrame, columns: Sequence[TableColumn]) -> list[TableColumn]:
    """Return those of `columns` for which `frame` has every value."""
    return [column for column in columns if set(column.names) <= set(frame.columns)]


def render_html_table(
    frame: pl.DataFrame,
    columns: Sequence[TableColumn],
    *,
    caption: str,
    row_class: Callable[[dict[str, Any]], str] | None = None,
) -> str:
    """Return a table with a caption, scopes and footnotes, in a container that scrolls sideways.

    Parameters
    ----------
    frame : DataFrame
        One printed row each.
    columns : sequence of TableColumn
        From left to right.
    caption : str
        Says what the table shows.
    row_class : callable, optional
        Row to CSS class; the class `all` opens a group of rows named by its first cell.
    """
    from chorall.reports.page_templates import render_template

    shown = select_columns(frame, columns)
    rows = clear_nan(frame).to_dicts() if row_class else []
    return render_template(
        "table.html.j2",
        caption=caption,
        columns=shown,
        rows=format_cells(frame, shown),
        classes=[row_class(row) for row in rows] if row_class else [""] * frame.height,
        notes=number_footnotes(shown),
    )


def number_footnotes(columns: Sequence[TableColumn]) -> dict[str, str]:
    """Return footnote to its letter, in the order of the columns."""
    notes = dict.fromkeys(column.footnote for column in columns if column.footnote)
    return {note: "abcdefghijklmnopqrstuvwxyz"[place] for place, note in enumerate(notes)}


def render_terminal_table(
    frame: pl.DataFrame, columns: Sequence[TableColumn], title: str = ""
) -> Table:
    """Return a table for the terminal with the same cells as the HTML one."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = select_columns(frame, columns)
    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in shown:
        table.add_column(Text(column.header), justify=column.align, overflow="fold")
    for cells in format_cells(frame, shown):
        # Text, not str: square brackets in data are no markup.
        table.add_row(*(Text(cell) for cell in cells))
    return table
