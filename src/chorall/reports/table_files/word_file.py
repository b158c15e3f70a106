"""A printed table as a Word document."""

from __future__ import annotations

from typing import Final

from chorall.reports.printed_table import PrintedTable
from chorall.reports.word_package import open_document, save_document, turn_sideways
from chorall.reports.word_table import add_table

_MOST_UPRIGHT: Final = 5
"""Wider tables lie on their side."""


def render_word(table: PrintedTable) -> bytes:
    """Return a document with nothing but the table; the same table gives the same bytes.

    Raises
    ------
    InputError
        If python-docx is not installed.
    """
    document = open_document(table.caption)
    if len(table.headers) > _MOST_UPRIGHT:
        turn_sideways(document)
    document.add_paragraph().add_run(table.status).bold = True
    add_table(document, table)
    return save_document(document)
