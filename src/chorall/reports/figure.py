"""A figure with the data behind it, a sentence for those who cannot see it, and its SVG."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.errors import InputError
from chorall.reports.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

ENDINGS: Final = (".svg", ".pdf", ".png")
FIGURE_WIDTHS: Final = ("one_column", "two_column")
"""Widths that a figure is laid out for: 89 and 183 mm on a journal's page."""
PRINT_DOTS_PER_INCH: Final = 300
"""Of pictures: 1,050 dots across one column, 2,160 across two."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, drawn when asked for.

    Attributes
    ----------
    name : str
        Kind and content, e.g. `survival-OS-IKZF1`; also the proposed file name.
    title : str
        The line above the figure.
    alt : str
        What is seen, with the numbers.
    data : DataFrame
        Everything drawn, in tidy form.
    draw : callable
        Returns a new Matplotlib figure as wide as `canvas.drawing_settings` says; called under its
        lock.
    """

    name: str
    title: str
    alt: str
    data: pl.DataFrame
    draw: Callable[[], Drawing] = field(repr=False)

    @property
    def identifier(self) -> str:
        """A name for use in HTML: letters, digits and hyphens, different for different content."""
        plain = re.sub(r"[^A-Za-z0-9]+", "-", self.name).strip("-").lower()
        digest = hashlib.sha256(f"{self.name}\n{self.alt}".encode()).hexdigest()
        return f"{plain}-{digest[:6]}"

    def svg(self, width: str = "two_column") -> str:
        """Return a self-contained SVG element; the same figure gives the same bytes.

        Parameters
        ----------
        width : {"one_column", "two_column"}
            Laid out anew for 89 or 183 mm; letters have the same size on both.

        Raises
        ------
        InputError
            If the width is neither.
        """
        from chorall.reports.canvas import drawing_settings
        from chorall.reports.svg import render_svg

        with drawing_settings(check_width(width)):
            return render_svg(self.draw(), self.identifier, self.title, self.alt)

    def save(self, path: str | Path, width: str = "two_column") -> Path:
        """Write the figure in the format that the ending of `path` names.

        Parameters
        ----------
        path : str or Path
            Ends in .svg, .pdf or .png.
        width : {"one_column", "two_column"}
            As for `svg`.

        Raises
        ------
        InputError
            If the ending or the width is unknown.
        """
        target = Path(path)
        ending = target.suffix.lower()
        if ending not in ENDINGS:
            raise InputError(
                f"{target}: a figure cannot be written with the ending `{ending}`.\n"
                f"  It can end in {', '.join(ENDINGS)}."
            )
        is_text = ending == ".svg"
        content = self.svg(width).encode() if is_text else self._render_image(ending[1:], width)
        write_atomically(target, content)
        return target

    def _render_image(self, kind: str, width: str) -> bytes:
        import io

        from chorall.reports.canvas import drawing_settings

        no_dates = {"CreationDate": None, "ModDate": None} if kind == "pdf" else {"Software": None}
        stream = io.BytesIO()
        with drawing_settings(check_width(width)):
            self.draw().savefig(stream, format=kind, dpi=PRINT_DOTS_PER_INCH, metadata=no_dates)
        return stream.getvalue()

    def _repr_html_(self) -> str:
        # As in a report: on a phone a figure keeps letters that can be read and moves sideways.
        inner = f'<div style="min-width: 640px; background: #fff">{self.svg()}</div>'
        return f'<div style="max-width: 56rem; overflow-x: auto">{inner}</div>'


def check_width(width: str) -> str:
    """Return a known width.

    Raises
    ------
    InputError
        If it is unknown; the message lists the known ones.
    """
    return check_choices(width, FIGURE_WIDTHS, what="width of a figure")[0]
