"""Read a delimited text file, every cell as text, and meet every row that does not fit."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.errors import InputError
from chorall.ingest.columns import check_names, choose_columns
from chorall.ingest.delimiters import NO_DELIMITER, check_delimiter, find_delimiter
from chorall.ingest.delivery import ROW, Content, Remark, remark_blank_rows
from chorall.ingest.encodings import decode_text
from chorall.ingest.headers import FIRST_FILLED_ROW, HeaderPlace, blank_lines_above
from chorall.ingest.malformed import read_malformed
from chorall.ingest.records import Records, count_line_ends, drop_records, find_records
from chorall.ingest.widths import check_widths


def read_text(
    label: str,
    data: bytes,
    *,
    encoding: str | None,
    delimiter: str | None,
    columns: Sequence[str] | None,
    header: HeaderPlace = FIRST_FILLED_ROW,
) -> Content:
    """Read a delimited text file.

    Parameters
    ----------
    label : str
        The file, for messages.
    data : bytes
        The whole file.
    encoding, delimiter : str or None
        As stated in the mapping; None: found.
    columns : sequence of str or None
        Columns to keep; None: all.
    header : HeaderPlace
        Where the header stands.

    Returns
    -------
    Content
        The cells and how the file was written. A row is a record: a quoted line end does not
        begin a new one.

    Raises
    ------
    InputError
        If the file is empty or not text.
    DataError
        If rows are wider or narrower than the header, or columns are nameless, double or missing.
    """
    decoded = decode_text(label, data, encoding)
    data = blank_lines_above(decoded.data, header)
    if not data or data.isspace():
        raise InputError(f"{label}: the file is empty.\n  Ask the trial group to send it again.")
    below = data.lstrip(b"\n") if header.row else data
    found = find_delimiter(below) if delimiter is None else check_delimiter(label, delimiter)
    records = find_records(data, found)
    if records is None:
        frame, remarks = read_malformed(label, data, found, columns)
        line_ends = count_line_ends(decoded.data)
    else:
        frame, remarks = _read_records(label, records, found, columns)
        line_ends = records.line_ends
    return Content(
        frame=frame,
        remarks=decoded.remarks + _remark_line_ends(decoded.data, line_ends) + remarks,
        encoding=decoded.encoding,
        has_bom=decoded.has_bom,
        delimiter="" if found == NO_DELIMITER else found,
        line_ends=line_ends,
    )


def _read_records(
    label: str, records: Records, delimiter: str, columns: Sequence[str] | None
) -> tuple[pl.DataFrame, tuple[Remark, ...]]:
    blank = _find_blank(records, delimiter)
    filled = np.delete(np.arange(records.starts.size), blank)
    if not filled.size:
        raise InputError(f"{label}: the file holds no header, only empty cells.")
    first = int(filled[0])
    names, trimmed = check_names(label, _split(records, first, delimiter))
    check_widths(label, len(names), records.n_fields, empty_lines=_find_empty(records), first=first)
    positions = choose_columns(label, names, columns)
    body = drop_records(records, first + 1, blank)
    rows = pl.Series(ROW, filled[1:] + 1, dtype=pl.UInt32)
    cells = _parse(body, delimiter, positions, n_columns=len(names))
    if cells is None or (positions and cells.height != rows.len()):
        # Polars and the count of records disagree: the slow reader decides.
        return read_malformed(label, records.data, delimiter, columns)
    cells.columns = [names[position] for position in positions]
    remarks = trimmed + remark_blank_rows((blank[blank > first] + 1).tolist())
    return pl.DataFrame([rows, *cells.get_columns()]), remarks


def _parse(
    body: bytes, delimiter: str, positions: list[int], *, n_columns: int
) -> pl.DataFrame | None:
    """Let Polars read the cells as text; None where it cannot."""
    if not body or not positions:
        return pl.DataFrame(
            {str(position): pl.Series([], dtype=pl.String) for position in positions}
        )
    try:
        frame = pl.read_csv(
            body,
            has_header=False,
            infer_schema=False,
            separator=delimiter,
            quote_char='"' if b'"' in body else None,
            # Without a choice Polars takes a faster way.
            columns=positions if len(positions) < n_columns else None,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    if b'""' in body:
        frame = frame.with_columns(pl.all().replace("", None))
    return frame


def _split(records: Records, number: int, delimiter: str) -> list[str]:
    """Return the fields of one record."""
    record = records.data[records.starts[number] : records.stops[number]].decode("utf-8")
    return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])


def _find_empty(records: Records) -> NDArray[np.bool_]:
    return np.asarray(records.starts == records.stops)


def _find_blank(records: Records, delimiter: str) -> NDArray[np.intp]:
    """Return the numbers of the wholly empty records."""
    maybe = np.flatnonzero(records.blank)
    if b'"' not in records.data:
        return maybe
    # Four quotes are a cell that holds one quote: only parsing tells it from an empty one.
    sure = [number for number in maybe if not any(_split(records, int(number), delimiter))]
    return np.asarray(sure, np.intp)


def _remark_line_ends(data: bytes, line_ends: str) -> tuple[Remark, ...]:
    remarks: tuple[Remark, ...] = ()
    if line_ends == "mixed":
        remarks += (Remark("mixed_line_ends", "the file mixes several kinds of line ends"),)
    if line_ends and not data.endswith((b"\n", b"\r")):
        message = "the last line has no line end: make sure that the file is complete"
        remarks += (Remark("no_final_line_end", message),)
    return remarks
