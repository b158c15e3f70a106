"""Where the header of a delivery stands, and names that spread over several header rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chorall.errors import InputError

JOINER = " / "


@dataclass(frozen=True, slots=True)
class HeaderPlace:
    """Where the header stands, as the mapping says.

    Attributes
    ----------
    row : int or None
        Number of its first row as a spreadsheet or editor shows it, from 1; None: the first row
        that is not empty. What stands above it is left out.
    rows : int
        Rows that it takes. In the upper ones a name holds for the columns to its right until the
        next name (merged cells); a column is called by all its names joined by " / ".
    """

    row: int | None = None
    rows: int = 1


FIRST_FILLED_ROW = HeaderPlace()


def check_header_place(label: str, kind: str, place: HeaderPlace) -> None:
    """Raise InputError where a header cannot stand like this in this kind of file."""
    wrong = []
    if kind not in ("csv", "excel") and place != FIRST_FILLED_ROW:
        wrong.append(f"`header_row` and `header_rows` cannot be stated for this kind ({kind})")
    if place.row is not None and place.row < 1:
        wrong.append(f"`header_row` is {place.row}; rows are counted from 1")
    if place.rows < 1 or (kind == "csv" and place.rows > 1):
        wrong.append(f"`header_rows` is {place.rows}; expected 1, or more in a workbook")
    if wrong:
        raise InputError(f"{label}: {'; '.join(wrong)}.\n  Correct the source in the mapping.")


def blank_lines_above(data: bytes, place: HeaderPlace) -> bytes:
    """Return a text whose lines above the header are empty, so that row numbers stay."""
    if place.row is None:
        return data
    at = 0
    for _ in range(place.row - 1):
        found = data.find(b"\n", at)
        if found < 0:
            return b""
        at = found + 1
    return b"\n" * (place.row - 1) + data[at:]


def join_header_rows(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Return the column names of a header of several rows.

    Parameters
    ----------
    rows : sequence of sequence of str or None
        The cells, upper row first.

    Returns
    -------
    list of str
        The names of a column from top to bottom, each once, joined by " / ".
    """
    spread = [_spread(row) for row in rows[:-1]]
    spread.append([(cell or "").strip() for cell in rows[-1]])
    return [JOINER.join(dict.fromkeys(filter(None, names))) for names in zip(*spread, strict=True)]


def _spread(row: Sequence[str | None]) -> list[str]:
    names, last = [], ""
    for cell in row:
        last = (cell or "").strip() or last
        names.append(last)
    return names
