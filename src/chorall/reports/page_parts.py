"""What pages are put together from: numbered sections, placed figures, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from chorall.reports.figure import Figure
from chorall.reports.table import TableColumn, render_html_table


@dataclass(frozen=True, slots=True)
class PlacedFigure:
    """A figure with its number in the page.

    Attributes
    ----------
    number : int
        Counted through the page.
    identifier : str
        Anchor.
    title : str
        What it shows.
    svg : Markup
        The drawing.
    """

    number: int
    identifier: str
    title: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page; written as its number and title."""

    number: int
    title: str

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


@dataclass(frozen=True, slots=True)
class Part:
    """What a section shows of one analysis.

    Attributes
    ----------
    sentences : tuple of str
        What the numbers say, with their uncertainty.
    figures : tuple of PlacedFigure
        Below the sentences.
    tables : tuple of Markup
        Below the figures.
    """

    sentences: tuple[str, ...]
    figures: tuple[PlacedFigure, ...]
    tables: tuple[Markup, ...]


def number_sections(titles: Mapping[str, str]) -> dict[str, Section]:
    """Return anchor to section, counted from 1."""
    named = enumerate(titles.items(), start=1)
    return {name: Section(number, title) for number, (name, title) in named}


def place_figures(figures: Sequence[Figure], numbers: Iterator[int]) -> list[PlacedFigure]:
    """Draw figures and number them."""
    return [
        PlacedFigure(
            next(numbers),
            f"figure-{figure.identifier}",
            figure.title,
            # The SVG is our own: every text in it was escaped when the element was written.
            Markup(figure.svg()),
        )
        for figure in figures
    ]


def render_table(
    frame: pl.DataFrame,
    columns: Sequence[TableColumn],
    caption: str,
    row_class: Callable[[dict[str, Any]], str] | None = None,
) -> Markup:
    """Return a table as HTML that may stand in a page."""
    return Markup(render_html_table(frame, columns, caption=caption, row_class=row_class))
