"""Where the words of a figure stand: which are written over another, which leave the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from unittest.mock import patch

import numpy as np
from matplotlib import rc_context
from matplotlib.text import Text

from chorall.reports.canvas import drawing_settings
from chorall.reports.figure import Figure

TOUCH = 0.03
"""Inches by which two boxes may share room: a box is larger than its letters."""


Box = tuple[str, float, np.ndarray, float]
"""Words, degrees that they are turned by, left, bottom, right and top in inches, and points."""


def read_boxes(figure: Figure, width: str = "two_column") -> tuple[list[Box], tuple[float, float]]:
    """Return the box of everything that is written, and the sheet's size."""
    with drawing_settings(width), rc_context({"text.hinting": "none"}):
        drawing = figure.draw()
        drawn: list[Text] = []
        original = Text.draw

        def note(self: Text, *given: Any, **named: Any) -> None:
            if self.get_visible() and self.get_text().strip():
                drawn.append(self)
            original(self, *given, **named)

        with patch.object(Text, "draw", note):
            drawing.canvas.draw()
        renderer = drawing.canvas.get_renderer()  # type: ignore[attr-defined]
        boxes = [
            (
                text.get_text(),
                text.get_rotation() % 180,
                box_of(text, renderer) / drawing.dpi,
                text.get_fontsize(),
            )
            for text in drawn
        ]
        across, height = drawing.get_size_inches()
    return boxes, (across, height)


def box_of(text: Text, renderer: Any) -> np.ndarray:
    """Return the box of the words alone, without a plate; of slanted ones as if they lay level.

    The middle of slanted words is that of the box around them.
    """
    extent = text.get_window_extent(renderer)
    if text.get_rotation() % 90 == 0:
        return np.array([extent.x0, extent.y0, extent.x1, extent.y1])
    middle = np.array([extent.x0 + extent.x1, extent.y0 + extent.y1]) / 2
    slant = text.get_rotation()
    text.set_rotation(0)
    level = text.get_window_extent(renderer)
    text.set_rotation(slant)
    half = np.array([level.width, level.height]) / 2
    return np.concatenate([middle - half, middle + half])


def corners(box: Box, axis: float) -> np.ndarray:
    """Return low and high ends of a box along the line that is `axis` degrees from level."""
    _, slant, (left, bottom, right, top), _ = box
    middle = np.array([left + right, bottom + top]) / 2
    turned, line = np.radians(slant if slant % 90 else 0.0), np.radians(axis)
    along = np.array([np.cos(line), np.sin(line)])
    sides = np.array([[np.cos(turned), np.sin(turned)], [-np.sin(turned), np.cos(turned)]])
    reach = np.abs(sides @ along) @ np.array([right - left, top - bottom]) / 2
    return middle @ along + np.array([-reach, reach])


SMALLEST: Final = 6.0
"""Points of letters that can be read on paper."""


def find_overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Return every two words that are written over each other."""
    return list(_overlapping(read_boxes(figure)[0]))


def find_outside(figure: Figure) -> list[str]:
    """Return the words that are cut by the edge of the sheet."""
    return _outside(*read_boxes(figure))


def find_faults(figure: Figure, width: str) -> list[Any]:
    """Return words over words, cut by the edge, or smaller than 6 points, of one width."""
    boxes, size = read_boxes(figure, width)
    small = [words for words, _, _, points in boxes if points < SMALLEST]
    return [*_overlapping(boxes), *_outside(boxes, size), *small]


def _outside(boxes: list[Box], size: tuple[float, float]) -> list[str]:
    across, height = size
    return [
        words
        for words, _, (left, bottom, right, top), _ in boxes
        if min(left, bottom) < -TOUCH or right > across + TOUCH or top > height + TOUCH
    ]


def _overlapping(boxes: list[Box]) -> Iterator[tuple[str, str]]:
    """Two boxes lie apart if they do so along one of their sides."""
    for first, second in _near(boxes):
        slants = {box[1] % 90 for box in (first, second)}
        if all(
            _share(corners(first, axis), corners(second, axis)) > TOUCH
            for slant in slants
            for axis in (slant, slant + 90)
        ):
            yield first[0], second[0]


def _near(boxes: list[Box]) -> Iterator[tuple[Box, Box]]:
    """Yield the pairs whose upright frames share room: no others can lie over each other."""
    across, up = (np.array([corners(box, axis) for box in boxes]) for axis in (0, 90))
    for place, box in enumerate(boxes[:-1]):
        shared = [
            np.minimum(span[place, 1], span[place + 1 :, 1])
            > np.maximum(span[place, 0], span[place + 1 :, 0])
            for span in (across, up)
        ]
        for other in np.flatnonzero(shared[0] & shared[1]):
            yield box, boxes[place + 1 + int(other)]


def _share(one: np.ndarray, other: np.ndarray) -> float:
    return float(min(one[1], other[1]) - max(one[0], other[0]))
