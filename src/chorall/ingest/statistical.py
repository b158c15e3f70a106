"""Read SPSS, Stata and SAS files: codes as they are stored, labels beside them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl

from chorall.errors import InputError
from chorall.ingest.columns import check_names, choose_columns
from chorall.ingest.delivery import ROW, Content, Remark

FORMAT_NAMES = {
    "spss": "SPSS",
    "stata": "Stata",
    "sas_xport": "SAS transport",
    "sas7bdat": "SAS",
}
# From here on a double no longer holds every whole number.
_LARGEST_WHOLE = 2.0**53


def read_statistical(
    label: str,
    data: bytes,
    kind: str,
    *,
    encoding: str | None,
    columns: Sequence[str] | None,
) -> Content:
    """Read an SPSS, Stata or SAS file.

    Parameters
    ----------
    label : str
        The file, for messages.
    data : bytes
        The whole file.
    kind : {"spss", "stata", "sas_xport", "sas7bdat"}
        Its format.
    encoding : str or None
        For old files that do not state theirs.
    columns : sequence of str or None
        Columns to keep; None: all.

    Returns
    -------
    Content
        Codes as text (5, never 5.0), dates in ISO form. Values that SPSS calls user-missing stand
        as any other; Stata's extended and SAS's special missing values are ``.a`` and ``.A``
        (SAS transport: null, with a remark); system-missing is null.

    Raises
    ------
    InputError
        If the file cannot be read as `kind`.
    DataError
        If columns are missing.
    """
    read = _choose_reader(label, kind, encoding)
    _, about = read(data, metadataonly=True)
    names, trimmed = check_names(label, about.column_names)
    positions = choose_columns(label, names, columns)
    wanted = [about.column_names[position] for position in positions]
    values, about = read(data, usecols=wanted) if wanted and columns is not None else read(data)
    series = [
        _write_column(names[position], values[column], about.readstat_variable_types[column])
        for position, column in zip(positions, wanted, strict=True)
    ]
    n_rows = max((len(column) for column in values.values()), default=0)
    rows = pl.Series(ROW, range(2, n_rows + 2), dtype=pl.UInt32)
    renamed = dict(zip(wanted, (names[position] for position in positions), strict=True))
    return Content(
        frame=pl.DataFrame([rows, *series]),
        remarks=trimmed + _remark_special_missing(kind),
        encoding=encoding or "",
        value_labels={
            renamed[column]: {_write_code(code): str(text) for code, text in labels.items()}
            for column, labels in about.variable_value_labels.items()
            if column in renamed
        },
        column_labels={
            renamed[column]: text
            for column, text in about.column_names_to_labels.items()
            if column in renamed and text
        },
    )


def _choose_reader(label: str, kind: str, encoding: str | None) -> Callable[..., tuple[Any, Any]]:
    """Return a function of bytes and options that gives values and metadata."""
    import pyreadstat

    readers: dict[str, Callable[..., tuple[Any, Any]]] = {
        "spss": pyreadstat.read_sav,
        "stata": pyreadstat.read_dta,
        "sas_xport": pyreadstat.read_xport,
        "sas7bdat": pyreadstat.read_sas7bdat,
    }
    options: dict[str, Any] = {"output_format": "dict", "encoding": encoding}
    if kind != "sas_xport":
        # The default merges "not done" and its like into null.
        options["user_missing"] = True

    def read(data: bytes, **more: Any) -> tuple[Any, Any]:
        try:
            return readers[kind](io.BytesIO(data), **options, **more)
        except Exception as error:
            # A damaged file leaves this parser by many doors: its own errors, Unicode, overflow.
            raise InputError(_describe_unreadable(label, kind, error)) from None

    return read


def _describe_unreadable(label: str, kind: str, error: Exception) -> str:
    advice = "Ask for the file again, or for a .csv export."
    if isinstance(error, UnicodeError) or "encoding" in str(error):
        advice = 'State how it was written in the mapping, for example `encoding = "cp1252"`.'
    return f"{label}: the file could not be read as {FORMAT_NAMES[kind]} ({error}).\n  {advice}"


def _write_column(name: str, values: Sequence[Any], stored_as: str) -> pl.Series:
    """Return one column as text; each distinct value is written once."""
    is_text = stored_as == "string"
    single = stored_as == "float"
    written: dict[Any, str | None] = {}
    for value in set(values):
        if isinstance(value, str):
            written[value] = (value or None) if is_text else f".{value}"
        elif value is None or value != value:
            written[value] = None
        else:
            written[value] = _write_value(value, single=single)
    return pl.Series(name, [written[value] for value in values], dtype=pl.String)


def _write_value(value: Any, *, single: bool = False) -> str:
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return str(int(value))
    # 0.1 stored in single precision is 0.10000000149 in double: write what was meant.
    return str(np.float32(value)) if single else str(value)


def _write_code(code: Any) -> str:
    """Write the code of a value label as `_write_column` writes the value."""
    if isinstance(code, str):
        return f".{code}" if len(code) == 1 and code.isalpha() else code
    return _write_value(code)


def _remark_special_missing(kind: str) -> tuple[Remark, ...]:
    if kind != "sas_xport":
        return ()
    message = (
        "the reader of SAS transport files gives the special missing values .A to .Z as empty; "
        "if the trial uses them, ask for .sas7bdat or .csv"
    )
    return (Remark("special_missing_unseen", message),)
