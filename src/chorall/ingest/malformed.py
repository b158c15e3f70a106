"""Read a delimited text whose quotes do not stand around whole fields: slow, and strict."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
import polars as pl

from chorall.errors import DataError, InputError
from chorall.ingest.columns import check_names, choose_columns
from chorall.ingest.delivery import ROW, Remark, remark_blank_rows
from chorall.ingest.widths import check_widths


def read_malformed(
    label: str, data: bytes, delimiter: str, columns: Sequence[str] | None
) -> tuple[pl.DataFrame, tuple[Remark, ...]]:
    """Read a delimited text with the `csv` module, such as one with the cell ``5" tall``.

    Parameters
    ----------
    label : str
        The file, for messages.
    data : bytes
        Text in UTF-8, without byte order mark.
    delimiter : str
        One ASCII character.
    columns : sequence of str or None
        Columns to keep; None: all.

    Returns
    -------
    frame : polars.DataFrame, shape (n_rows, 1 + n_columns)
        As in `Delivery`.
    remarks : tuple of Remark
        ``stray_quote`` and what else was noticed.

    Raises
    ------
    DataError
        If a quote that opens a cell is not closed, or is closed before the cell ends.
    """
    records = _split_all(label, data.decode("utf-8"), delimiter)
    filled = [number for number, record in enumerate(records) if any(record)]
    if not filled:
        raise InputError(f"{label}: the file holds no header, only empty cells.")
    first = filled[0]
    names, trimmed = check_names(label, records[first])
    check_widths(
        label,
        len(names),
        np.array([len(record) for record in records], np.intp),
        empty_lines=np.array([not record for record in records], bool),
        first=first,
    )
    positions = choose_columns(label, names, columns)
    kept = filled[1:]
    cells = [
        pl.Series(names[at], [records[number][at] or None for number in kept], dtype=pl.String)
        for at in positions
    ]
    rows = pl.Series(ROW, [number + 1 for number in kept], dtype=pl.UInt32)
    blank = sorted(set(range(first + 1, len(records))) - set(kept))
    message = "quotes stand inside cells that are not quoted; they were read as they stand"
    remarks = (Remark("stray_quote", message), *trimmed)
    return pl.DataFrame([rows, *cells]), remarks + remark_blank_rows([row + 1 for row in blank])


def _split_all(label: str, text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error:
        raise DataError(
            f"{label}: the quotes of row {len(records) + 1} (line {reader.line_num} of the file) "
            "do not fit.\n  A quote opens a cell there and is not closed, or is closed before the "
            "cell ends.\n  Correct the file: a cell that holds a quote is written with doubled "
            'quotes, "like ""this""".'
        ) from None
    return records
