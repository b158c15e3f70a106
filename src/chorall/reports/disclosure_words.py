"""Counts in sentences that stand beside a table of which a count is hidden."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure import GROUPED, hide_in_words

WITHHELD: Final = "\N{HORIZONTAL ELLIPSIS}"
UNSAID: Final = "refused; the numbers are hidden"

_COUNT: Final = re.compile(r"(?<![\w.,:/+-])\d+(?![\w]|[.,]\d|\s?%)")


def hide_in_sentences(
    lines: Sequence[str], fewest: int = FEWEST_SHOWN, *, beside_hidden: bool = False
) -> tuple[str, ...]:
    """Return sentences in which no small count stands, and none from which one follows.

    Parameters
    ----------
    lines : sequence of str
        As an analysis says them.
    fewest : int
        The smallest count shown.
    beside_hidden : bool
        True where a count of the table is hidden: then no whole number is told, for it may be the
        one that was hidden lest another one is found.
    """
    if beside_hidden:
        return tuple(_COUNT.sub(WITHHELD, GROUPED.sub("", one)) for one in lines)
    return hide_in_words(lines, fewest)


def hide_in_note(note: str | None, fewest: int, *, is_closed: bool) -> str:
    """Return the note of a line; where the line has no figure, no number is told in it."""
    if is_closed and _COUNT.search(note or ""):
        return UNSAID
    return hide_in_sentences([note or ""], fewest)[0]
