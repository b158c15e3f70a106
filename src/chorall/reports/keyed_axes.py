"""Axes with a key of their lines: beside them where there is room, above them on a narrow sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from matplotlib.axes import Axes

from chorall.reports.canvas import INK, MARGIN, Sheet, is_narrow, shorten_label

LEFT: Final = 0.75
END: Final = 0.12
"""Inches at the right of narrow axes that half of the last label takes."""
STEP: Final = 0.2
LETTERS: Final = 40
"""Of a name above the axes."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One entry of a key.

    Attributes
    ----------
    name : str
        What the line is.
    color : str
        Of the name.
    style : dict
        Of the piece of line before it; empty for none.
    """

    name: str
    color: str = INK
    style: dict[str, Any] = field(default_factory=dict)


def key_height(n_lines: int) -> float:
    """Return the inches that a key takes above its axes."""
    return STEP * n_lines + 0.1 if is_narrow() else 0.0


def place_keyed_axes(
    sheet: Sheet, lines: Sequence[KeyLine], width: float, height: float, letters: int = 28
) -> Axes:
    """Return axes below or beside their key.

    Parameters
    ----------
    sheet : Sheet
        `top` moves down below a key above the axes.
    lines : sequence of KeyLine
        From top to bottom.
    width, height : float
        Of the axes in inches; on a narrow sheet they are as wide as it is.
    letters : int
        Of a name beside the axes.
    """
    narrow = is_narrow()
    left, top = (LEFT, sheet.top + 0.06) if narrow else (LEFT + width + MARGIN, sheet.top + 0.2)
    for place, line in enumerate(lines):
        _write_line(sheet, line, left, top + STEP * place, LETTERS if narrow else letters)
    sheet.top += key_height(len(lines))
    return sheet.place_axes(LEFT, sheet.top, sheet.right - END - LEFT if narrow else width, height)


def _write_line(sheet: Sheet, line: KeyLine, left: float, top: float, letters: int) -> None:
    if line.style:
        sheet.draw_line((left, left + 0.3), top, **line.style)
    indent = 0.36 if line.style else 0.0
    name = shorten_label(line.name, letters - (5 if line.style else 0))
    sheet.write(left + indent, top, name, color=line.color)
