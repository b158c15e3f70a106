"""A table that was read back from a page, as a printed table."""

from __future__ import annotations

from collections.abc import Sequence

from chorall.reports.documents.blocks import Grid, Words
from chorall.reports.documents.page_reader import say
from chorall.reports.printed_table import PrintedTable


def print_grid(grid: Grid, notes: Sequence[Words] = ()) -> PrintedTable:
    """Return the same cells as a printed table.

    Parameters
    ----------
    grid : Grid
        As it was read.
    notes : sequence of Words
        Of the paragraph below it: letters are raised, each followed by its text.
    """
    heads = [[piece for piece in cell if piece.style != "sup"] for cell in grid.head]
    marks = [[piece for piece in cell if piece.style == "sup"] for cell in grid.head]
    return PrintedTable(
        name="table",
        caption=grid.caption,
        headers=tuple(say(tuple(cell)) for cell in heads),
        marks=tuple(say(tuple(cell)) for cell in marks),
        to_right=grid.to_right,
        rows=grid.rows,
        kinds=grid.kinds,
        notes=_pair_notes(notes),
        status="",
    )


def _pair_notes(words: Sequence[Words]) -> tuple[tuple[str, str], ...]:
    notes: list[tuple[str, str]] = []
    for piece in words:
        if piece.style == "sup":
            notes.append((piece.text, ""))
        elif notes:
            letter, text = notes.pop()
            notes.append((letter, f"{text}{piece.text}".strip()))
    return tuple(notes)
