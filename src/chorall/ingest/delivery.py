"""What reading one delivered file gives: its cells as text, its origin and what was noticed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

ROW = "__row__"
ROWS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Remark:
    """Something found in a delivery that its reader should know; nothing was changed for it.

    Attributes
    ----------
    kind : str
        One word for the finding, such as ``"formula_like"`` or ``"encoding_found"``.
    message : str
        A sentence for the data manager. Never holds a cell's value.
    column : str
        The column, or ``""`` where the remark is about the file.
    rows : tuple of int
        Row numbers as in ``ROW``, the first ten.
    n_rows : int
        How many rows there are in all; 0 where the remark is about the file.
    """

    kind: str
    message: str
    column: str = ""
    rows: tuple[int, ...] = ()
    n_rows: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file, or one sheet of a workbook, as delivered.

    Attributes
    ----------
    path : Path
        As given.
    name : str
        File name; with ``#sheet`` behind it where a sheet was named.
    sha256 : str
        Of the whole file, 64 hexadecimal digits.
    n_bytes : int
        Size of the file.
    format : str
        One of ``csv, excel, spss, stata, sas_xport, sas7bdat``.
    encoding : str
        As found or as stated; ``""`` where the format states it itself.
    has_bom : bool
        True: the file begins with a byte order mark.
    delimiter : str
        As found or as stated; ``""`` for one column and where it does not apply.
    line_ends : str
        ``LF``, ``CRLF``, ``CR``, ``mixed``, or ``""`` where it does not apply.
    frame : polars.DataFrame, shape (n_rows, 1 + n_columns)
        ``ROW`` (UInt32: the header is row 1) and every column as text, in file order; an empty
        cell is null, everything else is as it stands in the file.
    remarks : tuple of Remark
        What was found and is worth telling.
    value_labels : dict of str to dict
        Column -> code -> label, for SPSS, Stata and SAS; codes are as they stand in ``frame``.
    column_labels : dict of str to str
        Column -> its description, for SPSS, Stata and SAS.
    """

    path: Path
    name: str
    sha256: str
    n_bytes: int
    format: str
    encoding: str
    has_bom: bool
    delimiter: str
    line_ends: str
    frame: pl.DataFrame
    remarks: tuple[Remark, ...]
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    column_labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """What one reader of a format gives back; `read_delivery` makes a `Delivery` of it.

    Attributes
    ----------
    frame : polars.DataFrame, shape (n_rows, 1 + n_columns)
        As in `Delivery`.
    remarks : tuple of Remark
        What the reader noticed.
    encoding, delimiter, line_ends : str
        As in `Delivery`.
    has_bom : bool
        As in `Delivery`.
    value_labels, column_labels : dict
        As in `Delivery`.
    """

    frame: pl.DataFrame
    remarks: tuple[Remark, ...]
    encoding: str = ""
    has_bom: bool = False
    delimiter: str = ""
    line_ends: str = ""
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    column_labels: dict[str, str] = field(default_factory=dict)


def describe_rows(rows: Iterable[int]) -> str:
    """Return ``row 3`` or ``rows 3, 5, 8`` or ``rows 3, 5, ... and 40 more``."""
    numbers = list(rows)
    shown = ", ".join(str(number) for number in numbers[:ROWS_SHOWN])
    more = f" and {len(numbers) - ROWS_SHOWN} more" if len(numbers) > ROWS_SHOWN else ""
    return f"row{'s' if len(numbers) != 1 else ''} {shown}{more}"


def remark_rows(kind: str, message: str, rows: Iterable[int], column: str = "") -> Remark:
    """Return a `Remark` on `rows`, naming them at the end of its `message`."""
    numbers = [int(row) for row in rows]
    where = f"`{column}`: " if column else ""
    return Remark(
        kind=kind,
        message=f"{where}{message} ({describe_rows(numbers)})",
        column=column,
        rows=tuple(numbers[:ROWS_SHOWN]),
        n_rows=len(numbers),
    )


def remark_blank_rows(rows: Iterable[int]) -> tuple[Remark, ...]:
    """Return the remark on wholly empty rows, or nothing where there are none."""
    numbers = list(rows)
    message = "wholly empty rows were left out; the others keep their row numbers"
    return (remark_rows("blank_row", message, numbers),) if numbers else ()
