"""Questions that a page of the analyst does not answer: why, and by which command one asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from markupsafe import Markup

from chorall.errors import DataError, UserError
from chorall.reports.disclosure_words import hide_in_sentences
from chorall.reports.table import TableColumn
from chorall.web.analyst.answers import Answer, Section, put_table

if TYPE_CHECKING:
    from chorall.web.settings import Settings

DOORS: Final = (
    TableColumn("Question", ("question",)),
    TableColumn("Why not on this page", ("why",)),
    TableColumn("Ask it by", ("command",)),
)
NEEDS_GROUPS: Final = (
    "a page always asks about the same groups: of two questions that differ by a few patients the "
    "difference could be found"
)


@dataclass(frozen=True, slots=True)
class Door:
    """A question that is asked elsewhere, or not at all.

    Attributes
    ----------
    question : str
        In plain words.
    why : str
        Why it is not answered here; a refusal of the library as it says it.
    command : str
        After `chorall COMMAND POOL`; the pool is put in where `{pool}` stands.
    """

    question: str
    why: str
    command: str


def hear_refusal(ask: Callable[[], object]) -> str:
    """Return what the library says where it refuses a question.

    Raises
    ------
    AssertionError
        If it answers: then this is no closed door, and the page must show the answer.
    """
    try:
        ask()
    except UserError as error:
        return str(error)
    raise AssertionError("the library answers what the page calls refused")


def refuse_safely(ask: Callable[[], Answer], fewest: int) -> Answer:
    """Return what `ask` returns; a refusal says no small count.

    Raises
    ------
    DataError
        With the words of the library.
    """
    try:
        return ask()
    except UserError as error:
        (said,) = hide_in_sentences([str(error)], fewest)
        raise DataError(said) from None


def tell_refusal(heading: str, refusal: UserError, command: str) -> Section:
    """Return a section that says what the library refused, in its own words."""
    lines = tuple(line.strip() for line in str(refusal).splitlines())
    return Section(heading, "", command, lines, Markup(""))


def frame_doors(settings: Settings, doors: Sequence[Door]) -> pl.DataFrame:
    """Return one line per door, the name of the pool in its command."""
    lines = [
        (one.question, " ".join(one.why.split()), one.command.format(pool=settings.pool_name))
        for one in doors
    ]
    return pl.DataFrame(lines, schema=[name for door in DOORS for name in door.names], orient="row")


def tell_doors(settings: Settings, here: str, command: str, doors: Sequence[Door]) -> Section:
    """Return the section of what is not answered here."""
    return Section(
        "What is not answered here, and how to ask it",
        f"{here}.csv?part=elsewhere",
        command,
        ("A closed door is an answer too: it says what would have to be known, stated or mapped.",),
        put_table(frame_doors(settings, doors), DOORS, "Questions for the command line"),
    )
