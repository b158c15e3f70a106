"""Find the delimiter of a text file by trial reading of its first records."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from itertools import islice

from chorall.errors import InputError

KNOWN_DELIMITERS = (",", ";", "\t", "|")
# Stands for "one column": a control character that text does not hold.
NO_DELIMITER = "\x1f"
_RECORDS_TRIED = 50
_BYTES_TRIED = 1 << 18


def find_delimiter(data: bytes) -> str:
    r"""Return the delimiter that splits the header and most of the first records alike.

    Parameters
    ----------
    data : bytes
        Text in UTF-8, without byte order mark.

    Returns
    -------
    str
        One of ``, ; \t |``, or ``NO_DELIMITER`` where none of them splits the header. Of two
        that do, the one with more records of the header's width; then the wider one; then the
        order above.
    """
    text = data[:_BYTES_TRIED].decode("utf-8", errors="ignore")
    if len(data) > _BYTES_TRIED:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    votes = {delimiter: _vote(text, delimiter) for delimiter in KNOWN_DELIMITERS}
    winner = max(KNOWN_DELIMITERS, key=lambda delimiter: votes[delimiter])
    return winner if votes[winner] > (0.0, 1) else NO_DELIMITER


def check_delimiter(label: str, delimiter: str) -> str:
    """Return the stated `delimiter` if it can be one.

    Parameters
    ----------
    label : str
        The file, for messages.
    delimiter : str
        As stated in the mapping.

    Returns
    -------
    str
        The same.

    Raises
    ------
    InputError
        If it is not a single ASCII character, or a quote or a line end.
    """
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise InputError(
            f"{label}: `delimiter = {delimiter!r}` cannot divide columns.\n"
            r'  State one character, such as "," or ";" or "\t" or "|".'
        )
    return delimiter


def _vote(text: str, delimiter: str) -> tuple[float, int]:
    """Return the share of records as wide as the header, and that width; (0, 1): no split."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths: list[int] = []
    # An over-long field ends the trial: what was read until then votes.
    with suppress(csv.Error):
        widths.extend(len(row) for row in islice(filter(None, reader), _RECORDS_TRIED))
    if not widths or widths[0] == 1:
        return 0.0, 1
    return widths.count(widths[0]) / len(widths), widths[0]
