"""What a report is made of, whatever it is written as: headings, paragraphs, figures, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Style = Literal["", "strong", "em", "code", "sup"]


@dataclass(frozen=True, slots=True)
class Words:
    """Text of one style."""

    text: str
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a section (level 1) or below it (2, 3)."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `small` for the notes below a table."""

    words: tuple[Words, ...]
    small: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list, one tuple of words per point."""

    points: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with its caption, and what it shows for those who cannot see it."""

    svg: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: cells as words, the first row is the head.

    Attributes
    ----------
    caption : str
        Above it.
    head : tuple of tuple of Words
        One cell per column.
    rows : tuple of tuple of str
        Below the head.
    to_right : tuple of bool
        True for a column of numbers.
    kinds : tuple of str
        Of each row: `all` opens a group, `part` stands within it, empty is neither.
    """

    caption: str
    head: tuple[tuple[Words, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    to_right: tuple[bool, ...]
    kinds: tuple[str, ...]


Block = Heading | Paragraph | Points | Picture | Grid


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes
    ----------
    title : str
        Heading of the page.
    status : str
        Stands on every page.
    blocks : tuple of Block
        In reading order.
    """

    title: str
    status: str
    blocks: tuple[Block, ...]
