"""What all pages of the analyst share: the pool in the address, waiting, tables, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import polars as pl
from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from chorall.reports.numbers import format_count
from chorall.reports.table import TableColumn, render_html_table
from chorall.reports.table_files.csv_file import guard_cell
from chorall.web.analyst.questions import find_pool
from chorall.web.analyst.tables import HIDDEN_NOTE
from chorall.web.desk import RETRY_SECONDS
from chorall.web.pages import render_page
from chorall.web.problems import Problem, ProblemError
from chorall.web.strict_svg import move_styles

if TYPE_CHECKING:
    from chorall.reports.figure import Figure
    from chorall.web.settings import Settings

Answer = TypeVar("Answer")
Figures = tuple[tuple[str, Markup], ...]
"""Titles and drawings."""

PoolHash = Annotated[str | None, Query(max_length=64)]
NOT_YET: Final = Problem(
    503,
    "Not ready yet",
    f"This is being worked out. Ask again in {RETRY_SECONDS} seconds.",
    RETRY_SECONDS,
)


def open_pool(request: Request, pool: str | None) -> Settings:
    """Return the settings; an address that names another pool is not answered with this one.

    Raises
    ------
    ProblemError
        404 without a pool, 409 where the address names another one.
    """
    settings: Settings = request.app.state.settings
    own = find_pool(settings).hash
    if pool and not own.startswith(pool):
        said = "This address was made for another pool than the one that is served now."
        raise ProblemError(Problem(409, "Another pool", said))
    return settings


async def ask_long(
    request: Request, work: Callable[[Settings], Answer], settings: Settings
) -> Answer | None:
    """Return the answer to a long question about the pool, kept once found; None: not yet."""
    answer: Answer | None = await request.app.state.desk.ask_long(
        work.__name__, lambda: work(settings)
    )
    return answer


async def ask_for_file(
    request: Request, work: Callable[[Settings], Answer], settings: Settings
) -> Answer:
    """Return the same for a file, which cannot say that it waits.

    Raises
    ------
    ProblemError
        503 with Retry-After where the answer is not there yet.
    """
    answer = await ask_long(request, work, settings)
    if answer is None:
        raise ProblemError(NOT_YET)
    return answer


def render_waiting(request: Request, settings: Settings, title: str) -> HTMLResponse:
    """Return the page that says that an answer is being worked out, and how to look again."""
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    response = render_answer(
        "waiting.html.j2", settings, path=request.url.path, title=title, address=address
    )
    response.status_code = 202
    response.headers["retry-after"] = str(RETRY_SECONDS)
    return response


def render_answer(name: str, settings: Settings, **values: Any) -> HTMLResponse:
    """Return a page about the pool."""
    pool = find_pool(settings)
    page = render_page(
        name,
        synthetic=settings.synthetic,
        here="/analyst",
        settings=settings,
        pool=pool,
        short=pool.hash[:12],
        n_patients=format_count(pool.table("patient").height),
        hidden_note=HIDDEN_NOTE.format(fewest=settings.fewest_shown),
        **values,
    )
    return HTMLResponse(page)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page: words, a table, figures, and where its numbers come from.

    Attributes
    ----------
    heading : str
        Plain words.
    file : str
        Address of the data, without the pool.
    command : str
        Makes the numbers again.
    words : tuple of str
        Paragraphs above the table.
    table : Markup
        Empty where there is no line.
    figures : tuple of (str, Markup)
        Titles and drawings of the same data.
    """

    heading: str
    file: str
    command: str
    words: tuple[str, ...]
    table: Markup
    figures: Figures = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader may choose on a page."""

    label: str
    name: str
    options: tuple[str, ...]
    chosen: str
    words: Mapping[str, str] = field(default_factory=dict)
    """How an option is called where its own name is a code."""


def render_question(
    settings: Settings,
    here: str,
    title: str,
    sections: Sequence[Section],
    warnings: Sequence[str] = (),
    choice: Choice | None = None,
) -> HTMLResponse:
    """Return the page of one question: its sections one after the other."""
    return render_answer(
        "question.html.j2",
        settings,
        path=here,
        title=title,
        sections=sections,
        warnings=warnings,
        choice=choice,
    )


def put_table(frame: pl.DataFrame, columns: Sequence[TableColumn], caption: str) -> Markup:
    """Return a table as markup, empty without lines; every cell is escaped in its template."""
    if frame.is_empty():
        return Markup("")
    return Markup(render_html_table(frame, columns, caption=caption))


def put_figure(figure: Figure) -> tuple[str, Markup]:
    """Return the title of a figure and its drawing as markup."""
    # the SVG is our own: every text in it was escaped when the element was written
    return figure.title, Markup(move_styles(figure.svg()))


def send_file(frame: pl.DataFrame, settings: Settings, name: str) -> Response:
    """Return rows as a CSV file named after what they are and the pool; no cell is a formula."""
    file = f"{name}-{find_pool(settings).hash[:12]}.csv"
    headers = {"content-disposition": f'attachment; filename="{file}"'}
    safe = frame.with_columns(pl.col(pl.String).map_batches(_guard_cells, pl.String))
    return Response(safe.write_csv(), media_type="text/csv", headers=headers)


def _guard_cells(cells: pl.Series) -> pl.Series:
    """Return text that a spreadsheet would run as a formula behind a '; names come with files."""
    return cells.map_elements(guard_cell, pl.String)
