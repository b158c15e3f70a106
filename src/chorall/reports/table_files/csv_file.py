"""A printed table as CSV: the written cells."""

from __future__ import annotations

import csv
import io
import re
from typing import Final

from chorall.reports.printed_table import PrintedTable

_FORMULA: Final = re.compile(r"[=+@\t\r]|-(?!\d)")
"""What a spreadsheet would take for a formula."""


def render_csv(table: PrintedTable) -> str:
    """Return headers and rows; text that a spreadsheet would run as a formula is quoted by '."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(map(guard_cell, table.headers))
    writer.writerows(map(guard_cell, row) for row in table.rows)
    return stream.getvalue()


def guard_cell(cell: str) -> str:
    """Return text behind a ' where a spreadsheet would run it as a formula; numbers stay."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
