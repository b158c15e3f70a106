"""Draw three states of every patient and marker as stacked, merged rectangles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Drawing
from numpy.typing import NDArray

from chorall.reports.canvas import INK, MARGIN, NOTE_SIZE, VERMILION, Sheet, is_narrow, open_sheet
from chorall.reports.row_layout import RowLayout, choose_layout, write_row

TWO_COLUMNS: Final = RowLayout(0.19, (1.55, 4.2), ((7.08, "right", 0),), 22)
ONE_COLUMN: Final = RowLayout(0.3, (MARGIN, 3.26), ((3.38, "right", 0),), 27, n_lines=2)
BARS: Final = {True: 0.12, False: 0.155}
"""Inches of the states of a marker, on a narrow sheet and on a wide one."""
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
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    body = max(len(labels), 1) * layout.row
    sheet = open_sheet(title, note, 0.32 + body + 0.26, synthetic=synthetic)
    _draw_key(sheet, layout.plot[0])
    axes = sheet.place_axes(layout.plot[0], sheet.top, layout.plot[1], body)
    axes.set_xlim(0, max(shares.shape[1], 1))
    axes.set_ylim(body, 0)
    axes.axis("off")
    for row, (name, counts) in enumerate(labels):
        middle = (row + 0.5) * layout.row
        _draw_row(axes, middle + 0.9 * layout.plot_shift, shares[row])
        write_row(sheet, sheet.top + middle, layout, (name, (counts,)), size=NOTE_SIZE)
    return sheet.drawing


def _draw_key(sheet: Sheet, left: float) -> None:
    middle = sheet.top + 0.06
    for colour, word in zip(COLOURS, WORDS, strict=True):
        style = {"linewidth": 8, "solid_capstyle": "butt"}
        sheet.draw_line((left, left + 0.22), middle, color=EDGE, **(style | {"linewidth": 9}))
        sheet.draw_line((left + 0.008, left + 0.212), middle, color=colour, **style)
        sheet.write(left + 0.29, middle, word, size=NOTE_SIZE)
        left += 0.95
    head = "present / absent / not tested"
    sheet.write(sheet.right, middle + 0.18, head, ha="right", size=NOTE_SIZE - 1, color=INK)
    sheet.top += 0.32


def _draw_row(axes: Axes, middle: float, shares: NDArray[np.float64]) -> None:
    """Draw one marker: states stacked from below; equal neighbours become one rectangle."""
    n_columns = len(shares)
    height = BARS[is_narrow()]
    bottom, top = middle + height / 2, middle - height / 2
    frame = [(0, bottom), (n_columns, bottom), (n_columns, top), (0, top)]
    axes.add_collection(PolyCollection([frame], facecolor="white", edgecolor=EDGE, linewidth=0.5))
    edges = np.cumsum(shares, axis=1)
    for state, colour in tuple(enumerate(COLOURS))[:2]:
        low = edges[:, state - 1] if state else np.zeros(n_columns)
        stacks = np.column_stack([low, edges[:, state]])
        boxes = [
            [(a, bottom - height * x), (b, bottom - height * x),
             (b, bottom - height * y), (a, bottom - height * y)]
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
