"""The sheet that all figures are drawn on: places in inches from the top left, fonts, colours.

A sheet is as wide as one or two columns of a journal. Letters have the same size on both, so a
drawing is laid out anew for each: `is_narrow` says which it is.
"""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from matplotlib import rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from chorall.reports.numbers import NOT_ESTIMATED

WIDTHS: Final = {"one_column": 3.5, "two_column": 7.2}
"""Inches: 89 and 183 mm."""
MARGIN: Final = 0.12
TITLE_SIZE: Final = 10.5
TEXT_SIZE: Final = 8.5
NOTE_SIZE: Final = 7.5
LINE_HEIGHT: Final = 0.17

INK: Final = "#1a1a1a"
SOFT_INK: Final = "#555555"
RULE: Final = "#c8c8c8"
PLATE: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
"""Behind words that stand on lines or hatching."""
# Okabe and Ito: told apart by every kind of colour vision; lines and markers differ as well.
VERMILION: Final = "#D55E00"
BLUE: Final = "#0072B2"
GREY: Final = "#6b6b6b"

_SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "chorall",
    "pdf.fonttype": 42,
    # Shipped with Matplotlib, so the layout is the same everywhere; and wide, so that any font of
    # the reader's machine fits where it was measured.
    "font.family": "DejaVu Sans",
    "font.size": TEXT_SIZE,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "hatch.linewidth": 0.5,
}
# A fraction at the top of an axis, and the number of steps up to it that gives round ticks.
_CEILINGS: Final = {
    0.02: 4, 0.05: 5, 0.1: 5, 0.2: 4, 0.3: 3, 0.4: 4, 0.5: 5, 0.6: 3, 0.8: 4, 1.0: 4,
}  # fmt: skip
_LOCK = threading.Lock()


@contextmanager
def drawing_settings(width: str = "two_column") -> Iterator[None]:
    """Set Matplotlib's settings for one drawing; they are global, so one thread draws at a time.

    Parameters
    ----------
    width : {"one_column", "two_column"}
        Of every sheet opened meanwhile.
    """
    size = {"figure.figsize": (WIDTHS[width], 1.0)}
    with _LOCK, rc_context(_SETTINGS | size):
        yield


def sheet_width() -> float:
    """Return the inches across the sheet that is being drawn."""
    return float(rcParams["figure.figsize"][0])


def is_narrow() -> bool:
    """Return True where one column of a journal is drawn for."""
    return sheet_width() < WIDTHS["two_column"]


class Sheet:
    """A blank figure; `top` moves down as things are put on it.

    Parameters
    ----------
    height : float
        In inches.
    synthetic : bool
        True writes SYNTHETIC into the corner; on a narrow sheet the title begins below it.
    """

    def __init__(self, height: float, *, synthetic: bool) -> None:
        self.width, self.height = sheet_width(), height
        self.right = self.width - MARGIN
        self.drawing = Drawing(figsize=(self.width, height), facecolor="white")
        FigureCanvasAgg(self.drawing)
        self.top = find_first_line(synthetic=synthetic)
        if synthetic:
            style = {"color": VERMILION, "weight": "bold", "size": NOTE_SIZE}
            self.write(self.right, MARGIN, "SYNTHETIC", ha="right", va="top", **style)

    def write(self, left: float, top: float, text: str, **style: Any) -> None:
        """Write `text` at inches from the left and top edge."""
        given: dict[str, Any] = {"va": "center", "size": TEXT_SIZE} | style
        self.drawing.text(left / self.width, 1 - top / self.height, text, **given)

    def write_heading(self, title: str, subtitle: str = "") -> None:
        """Write the title and a softer line below it, and move down."""
        for line in wrap_title(title):
            self.write(MARGIN, self.top, line, va="top", size=TITLE_SIZE, weight="bold")
            self.top += 0.2
        for line in wrap_subtitle(subtitle):
            self.write(MARGIN, self.top + 0.02, line, va="top", color=SOFT_INK)
            self.top += LINE_HEIGHT
        self.top += 0.1

    def write_note(self, note: str) -> None:
        """Write small lines along the lower edge."""
        lines = wrap_note(note)
        for position, line in enumerate(lines):
            top = self.height - MARGIN - 0.14 * (len(lines) - 1 - position)
            self.write(MARGIN, top, line, va="bottom", size=NOTE_SIZE, color=SOFT_INK)

    def place_axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes at inches from the left and top edge, with only two spines."""
        bottom = self.height - top - height
        axes = self.drawing.add_axes(
            (left / self.width, bottom / self.height, width / self.width, height / self.height)
        )
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=TEXT_SIZE, length=3)
        return axes

    def rule(self, top: float) -> None:
        """Draw a thin line across the sheet."""
        self.draw_line((MARGIN, self.right), top, color=RULE, linewidth=0.6)

    def draw_line(self, ends: tuple[float, float], top: float, **style: Any) -> None:
        """Draw a level line, or a mark where both ends are the same."""
        line = Line2D(
            [end / self.width for end in ends],
            [1 - top / self.height] * 2,
            transform=self.drawing.transFigure,
            **style,
        )
        self.drawing.add_artist(line)

    def draw_box(self, box: tuple[float, float, float, float], **style: Any) -> None:
        """Draw a box: left, top, width and height in inches."""
        left, top, width, height = box
        corner = (left / self.width, 1 - (top + height) / self.height)
        size = (width / self.width, height / self.height)
        self.drawing.add_artist(
            Rectangle(corner, *size, transform=self.drawing.transFigure, **style)
        )


def open_sheet(title: str, note: str, body: float, *, synthetic: bool, subtitle: str = "") -> Sheet:
    """Return a sheet with its heading and note, and room for `body` inches between them."""
    lines = 0.2 * len(wrap_title(title)) + LINE_HEIGHT * len(wrap_subtitle(subtitle))
    above = find_first_line(synthetic=synthetic) + lines + 0.1
    sheet = Sheet(above + body + note_height(note), synthetic=synthetic)
    sheet.write_heading(title, subtitle)
    sheet.write_note(note)
    return sheet


def find_first_line(*, synthetic: bool) -> float:
    """Return the inches above the title."""
    return MARGIN + (0.15 if synthetic and is_narrow() else 0.0)


def wrap_title(title: str) -> list[str]:
    """Return the lines that `title` takes."""
    return textwrap.wrap(title, 33 if is_narrow() else 72)


def wrap_subtitle(subtitle: str) -> list[str]:
    """Return the lines that `subtitle` takes."""
    return textwrap.wrap(subtitle, 48 if is_narrow() else 108)


def tell_empty(axes: Axes, words: str = NOT_ESTIMATED) -> None:
    """Write `words` into axes in which nothing was drawn: an empty panel must say why."""
    if np.isfinite(axes.dataLim.get_points()).all():
        return
    style: dict[str, Any] = {"ha": "center", "va": "center", "transform": axes.transAxes}
    axes.text(0.5, 0.5, words, color=SOFT_INK, size=TEXT_SIZE, **style)


def tell_lacking(axes: Axes, at: float, words: str = NOT_ESTIMATED) -> None:
    """Write `words` at the left end of a row of axes that has no figure."""
    style: dict[str, Any] = {"va": "center", "transform": axes.get_yaxis_transform()}
    axes.text(0, at, f" {words}", color=SOFT_INK, size=TEXT_SIZE - 1, bbox=PLATE, **style)


def choose_ticks(highest: float) -> list[float]:
    """Return round ticks from 0 to the first round ceiling at or above `highest`, at most 1."""
    ceiling, n_steps = next(
        (pair for pair in _CEILINGS.items() if pair[0] >= highest), tuple(_CEILINGS.items())[-1]
    )
    return [ceiling * step / n_steps for step in range(n_steps + 1)]


def shorten_label(label: str, most: int = 28) -> str:
    """Return `label`, cut with an ellipsis where it would run into the next column."""
    return label if len(label) <= most else label[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def wrap_note(note: str) -> list[str]:
    """Return the lines that `note` takes at the foot of a sheet."""
    return textwrap.wrap(note, 57 if is_narrow() else 122)


def note_height(note: str) -> float:
    """Return the inches that `note` takes at the foot of a sheet."""
    return 0.14 * len(wrap_note(note)) + 0.1
