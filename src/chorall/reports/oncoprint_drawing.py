"""Draw three states of every patient and marker as stacked, merged rectangles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Drawing
from numpy.typing import NDArray

from chorall.reports.canvas import (
    INK,
    MARGIN,
    NOTE_SIZE,
    VERMILION,
    WIDTH,
    Sheet,
    note_height,
    shorten_label,
)

ROW_HEIGHT: Final = 0.19
LABELS_WIDTH: Final = 1.55
COUNTS_WIDTH: Final = 1.45
FILLING: Final = 0.84
"""Of the height of a row."""
COLOURS: Final = (VERMILION, "#a9c7dd", "#ffffff")
"""Present, absent, not tested: they differ in lightness, so also in grey."""
WORDS: Final = ("present", "absent", "not tested (blank)")
EDGE: Final = "#bdbdbd"


def draw_states(
    shares: NDArray[np.float64],
    labels: Sequence[tuple[str, str]],
    words: tuple[str, str],
    *,
    synthetic: bool,
) -> Drawing:
    """Return the figure: a row per marker; `labels` are its name and its counts."""
    title, note = words
    body = max(len(labels), 1) * ROW_HEIGHT
    sheet = Sheet(0.45 + 0.45 + body + 0.15 + note_height(note), synthetic=synthetic)
    sheet.write_heading(title)
    _draw_key(sheet)
    axes = sheet.place_axes(LABELS_WIDTH, sheet.top, WIDTH - LABELS_WIDTH - COUNTS_WIDTH, body)
    axes.set_xlim(0, max(shares.shape[1], 1))
    axes.set_ylim(len(labels), 0)
    axes.axis("off")
    for row, (name, counts) in enumerate(labels):
        _draw_row(axes, row, shares[row])
        middle = sheet.top + (row + 0.5) * ROW_HEIGHT
        sheet.write(
            LABELS_WIDTH - 0.06, middle, shorten_label(name, 22), ha="right", size=NOTE_SIZE
        )
        sheet.write(WIDTH - MARGIN, middle, counts, ha="right", size=NOTE_SIZE)
    sheet.write_note(note)
    return sheet.drawing


def _draw_key(sheet: Sheet) -> None:
    left, middle = LABELS_WIDTH, sheet.top + 0.06
    for colour, word in zip(COLOURS, WORDS, strict=True):
        style = {"linewidth": 8, "solid_capstyle": "butt"}
        sheet.draw_line((left, left + 0.22), middle, color=EDGE, **(style | {"linewidth": 9}))
        sheet.draw_line((left + 0.008, left + 0.212), middle, color=colour, **style)
        sheet.write(left + 0.29, middle, word, size=NOTE_SIZE)
        left += 1.1
    head = "present / absent / not tested"
    sheet.write(WIDTH - MARGIN, middle + 0.18, head, ha="right", size=NOTE_SIZE - 1, color=INK)
    sheet.top += 0.32


def _draw_row(axes: Axes, row: int, shares: NDArray[np.float64]) -> None:
    """Draw one marker: states stacked from below; equal neighbours become one rectangle."""
    n_columns = len(shares)
    bottom = row + 0.5 + FILLING / 2
    frame = [(0, bottom), (n_columns, bottom), (n_columns, bottom - FILLING), (0, bottom - FILLING)]
    axes.add_collection(PolyCollection([frame], facecolor="white", edgecolor=EDGE, linewidth=0.5))
    edges = np.cumsum(shares, axis=1)
    for state, colour in tuple(enumerate(COLOURS))[:2]:
        low = edges[:, state - 1] if state else np.zeros(n_columns)
        stacks = np.column_stack([low, edges[:, state]])
        boxes = [
            [(a, bottom - FILLING * x), (b, bottom - FILLING * x),
             (b, bottom - FILLING * y), (a, bottom - FILLING * y)]
            for a, b, x, y in merge_columns(stacks)
        ]  # fmt: skip
        axes.add_collection(PolyCollection(boxes, facecolor=colour, linewidth=0))


def merge_columns(stacks: NDArray[np.float64]) -> list[tuple[int, int, float, float]]:
    """Return first column, last column + 1, lower and upper end of each run; empty ones not."""
    changes = np.flatnonzero((np.diff(stacks, axis=0) != 0).any(axis=1)) + 1
    starts = [0, *(int(place) for place in changes)]
    ends = [*starts[1:], len(stacks)]
    runs = zip(starts, ends, strict=True)
    return [(a, b, *map(float, stacks[a])) for a, b in runs if stacks[a, 1] > stacks[a, 0]]  # type: ignore[misc]
