"""Every row must be as wide as the header: a file that was cut is met here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chorall.errors import DataError
from chorall.ingest.delivery import ROWS_SHOWN


def check_widths(
    label: str,
    expected: int,
    n_fields: NDArray[np.intp],
    *,
    empty_lines: NDArray[np.bool_],
    first: int,
) -> None:
    """Raise if a row is not as wide as the header.

    Parameters
    ----------
    label : str
        The file, for messages.
    expected : int
        Columns of the header.
    n_fields : numpy.ndarray of int, shape (n_records,)
        Fields of each record.
    empty_lines : numpy.ndarray of bool, shape (n_records,)
        True: a line without a single character, which is no row.
    first : int
        Number of the header's record, counted from 0.

    Raises
    ------
    DataError
        With the first ten row numbers and what each has.
    """
    wrong = np.flatnonzero((n_fields != expected) & ~empty_lines)
    wrong = wrong[wrong > first]
    if not wrong.size:
        return
    lines = "\n".join(
        f"  row {number + 1}: {n_fields[number]} field{'s' if n_fields[number] != 1 else ''}"
        for number in wrong[:ROWS_SHOWN]
    )
    more = f"\n  and {wrong.size - ROWS_SHOWN} more" if wrong.size > ROWS_SHOWN else ""
    last = wrong[-1] == n_fields.size - 1 and n_fields[wrong[-1]] < expected
    cut = " The last row is short: the file may have been cut off." if last else ""
    raise DataError(
        f"{label}: {wrong.size} rows do not have the header's {expected} fields:\n{lines}{more}\n"
        f"  A delimiter inside a cell needs quotes around the cell; or state `delimiter =` in the "
        f"mapping if it was found wrongly.{cut}"
    )
