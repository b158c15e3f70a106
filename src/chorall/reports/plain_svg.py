"""A small SVG written by hand: attributes and classes only, so that a strict page may hold it.

It brings its own light paper, as every figure does, so that its dark ink is legible on a dark page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import polars as pl

LONGEST_WORD: Final = 12
"""Of an attribute, not of a patient: such as a colour."""


@dataclass(frozen=True, slots=True)
class PlainSvg:
    """One drawing with the data behind it and a sentence for those who cannot see it.

    Attributes
    ----------
    name : str
        Kind and content.
    title : str
        What it shows.
    alt : str
        What is seen, with the numbers.
    columns : mapping of str to sequence, or DataFrame
        Everything drawn; `data` is the frame of it.
    width, height : float
        Of the view box.
    shapes : tuple of str
        Elements as `element` and `write_text` return them.
    paper : str
        Fill behind the shapes; `none` for an icon that stands in a line of words.
    """

    name: str
    title: str
    alt: str
    columns: Mapping[str, Any] | pl.DataFrame
    width: float
    height: float
    shapes: tuple[str, ...]
    paper: str = "#ffffff"

    @property
    def data(self) -> pl.DataFrame:
        """Everything drawn; a page that only shows it does not ask."""
        return pl.DataFrame(self.columns)

    @property
    def identifier(self) -> str:
        """A name for use in HTML, different for different content."""
        return f"{self.name}-{hashlib.sha256(self.alt.encode()).hexdigest()[:6]}"

    def svg(self) -> str:
        """Return one SVG element; the same drawing gives the same bytes."""
        name = self.identifier
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'role="img" aria-labelledby="{name}-title {name}-desc" font-family="system-ui, '
            'sans-serif">'
        )
        words = (
            f'<title id="{name}-title">{escape(self.title)}</title>'
            f'<desc id="{name}-desc">{escape(self.alt)}</desc>'
        )
        paper = element("rect", width=self.width, height=self.height, fill=self.paper)
        return head + words + paper + "".join(self.shapes) + "</svg>"

    def _repr_html_(self) -> str:
        return f'<div style="max-width: {self.width:g}px">{self.svg()}</div>'


def element(tag: str, **attributes: str | float) -> str:
    """Return an empty element; underscores in names of attributes become hyphens."""
    written = " ".join(f"{_name(name)}={_quote(value)}" for name, value in attributes.items())
    return f"<{tag} {written}/>"


def write_text(x: float, y: float, text: str, **attributes: str | float) -> str:
    """Return a text element at a place."""
    opening = element("text", x=x, y=y, **attributes).removesuffix("/>")
    return f"{opening}>{escape(text)}</text>"


@cache
def _name(name: str) -> str:
    """Return an attribute as SVG writes it; code names few."""
    return name.rstrip("_").replace("_", "-")


def _quote(value: str | float) -> str:
    if isinstance(value, str):
        return _quote_word(value) if len(value) <= LONGEST_WORD else quoteattr(value)
    number = f"{value:.2f}".rstrip("0").rstrip(".")
    return f'"{number}"'


@lru_cache(maxsize=1024)
def _quote_word(word: str) -> str:
    """Return a colour or the like, quoted: a drawing has the same few hundreds of times."""
    return quoteattr(word)
