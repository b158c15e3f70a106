"""A table that was read back from a page, as a printed table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chorall.reports.documents.blocks import Grid, Words
from chorall.reports.documents.page_reader import say
from chorall.reports.printed_table import PrintedTable

MOST_COLUMNS: Final = 20
"""That a sheet on its side shows side by side."""


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


def split_grid(grid: Grid, most: int = MOST_COLUMNS) -> list[Grid]:
    """Return a grid of more than `most` columns in like parts, each with the first column."""
    width = len(grid.head)
    if width <= most:
        return [grid]
    n_parts = math.ceil((width - 1) / (most - 1))
    size = math.ceil((width - 1) / n_parts)
    starts = range(1, width, size)
    return [
        _take_columns(grid, [0, *range(start, min(start + size, width))], number, len(starts))
        for number, start in enumerate(starts, start=1)
    ]


def _take_columns(grid: Grid, places: Sequence[int], number: int, n_parts: int) -> Grid:
    return replace(
        grid,
        caption=f"{grid.caption} ({number} of {n_parts})",
        head=tuple(grid.head[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in grid.rows),
        to_right=tuple(grid.to_right[place] for place in places),
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
