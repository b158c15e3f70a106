"""Read one sheet of an Excel workbook, every cell as the text a spreadsheet shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import polars as pl

from chorall.errors import InputError
from chorall.ingest.columns import check_names, choose_columns
from chorall.ingest.delivery import ROW, Content, Remark, remark_blank_rows
from chorall.ingest.headers import FIRST_FILLED_ROW, HeaderPlace, join_header_rows

if TYPE_CHECKING:
    from fastexcel import ExcelReader

_Kind = Literal["string", "float", "boolean"]
_NUMBER = r"^-?\d+(\.\d+)?([eE][-+]?\d+)?$"


def read_excel(
    label: str,
    data: bytes,
    *,
    sheet: str | None,
    columns: Sequence[str] | None,
    header: HeaderPlace = FIRST_FILLED_ROW,
) -> Content:
    """Read one sheet of an Excel workbook.

    Parameters
    ----------
    label : str
        The file, for messages.
    data : bytes
        The whole file.
    sheet : str or None
        Its name; may be None where the workbook has one sheet only.
    columns : sequence of str or None
        Columns to keep; None: all.
    header : HeaderPlace
        Where the header stands.

    Returns
    -------
    Content
        Numbers to 15 significant digits as Excel shows them (5, never 5.0), dates and times in
        ISO form (midnight left out), ``TRUE`` and ``FALSE``. Error cells such as ``#N/A`` are
        null: the reader does not give them.

    Raises
    ------
    InputError
        If the file is no workbook, or the sheet is unknown, empty or not named.
    DataError
        If columns are nameless, double or missing.
    """
    reader = _open(label, data)
    name = _choose_sheet(label, reader.sheet_names, sheet)
    cells = _load(label, reader, name, "string")
    filled = cells.select(pl.any_horizontal(pl.all() != "").fill_null(False)).to_series()
    if not filled.any():
        raise InputError(f'{label}: the sheet "{name}" is empty.')
    first, written = _read_header(label, cells, filled, header)
    header_at = first + header.rows - 1
    body = cells.slice(header_at + 1)
    named, nameless = _drop_nameless(written, body)
    names, trimmed = check_names(label, [written[position] for position in named])
    chosen = choose_columns(label, names, columns)
    text = body.select(
        pl.nth(named[position]).replace("", None).alias(names[position]) for position in chosen
    )
    text = _restore_numbers(label, reader, name, text, [named[position] for position in chosen])
    text = _restore_truths(label, reader, name, text, [named[position] for position in chosen])
    rows = pl.Series(ROW, range(header_at + 2, cells.height + 1), dtype=pl.UInt32)
    below = filled.slice(header_at + 1)
    frame = pl.DataFrame([rows, *_shorten_times(text).get_columns()]).filter(below)
    return Content(frame, nameless + trimmed + remark_blank_rows(rows.filter(~below).to_list()))


def _read_header(
    label: str, cells: pl.DataFrame, filled: pl.Series, place: HeaderPlace
) -> tuple[int, list[str]]:
    """Return the position of the header's first row, and the names of the columns."""
    first = filled.arg_true()[0] if place.row is None else place.row - 1
    if first + place.rows > cells.height:
        raise InputError(
            f"{label}: the header should end in row {first + place.rows}, but the sheet has "
            f"{cells.height} rows.\n  Correct `header_row` and `header_rows` in the mapping."
        )
    if place.rows == 1:
        return first, [value or "" for value in cells.row(first)]
    return first, join_header_rows([cells.row(first + at) for at in range(place.rows)])


def _open(label: str, data: bytes) -> ExcelReader:
    import fastexcel

    try:
        return fastexcel.read_excel(data)
    except (fastexcel.FastExcelError, ValueError):
        raise InputError(_describe_unreadable(label)) from None


def _load(
    label: str, reader: ExcelReader, name: str, kind: _Kind, positions: list[int] | None = None
) -> pl.DataFrame:
    """Load the sheet, or some of its columns, with every cell as `kind`; row 0 is the sheet's."""
    import fastexcel

    try:
        # skip_rows=0 keeps empty rows at the top: without it all row numbers would be shifted.
        loaded = reader.load_sheet(
            name,
            header_row=None,
            skip_rows=0,
            dtypes=kind,
            use_columns=positions,
        )
        frame: pl.DataFrame = loaded.to_polars()
    except (fastexcel.FastExcelError, ValueError):
        raise InputError(_describe_unreadable(label)) from None
    return frame


def _describe_unreadable(label: str) -> str:
    return (
        f"{label}: the file could not be read as Excel; it may be damaged or protected by a "
        "password.\n  Open it in a spreadsheet, save it as .xlsx without a password, and deliver "
        "that."
    )


def _choose_sheet(label: str, names: list[str], sheet: str | None) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    if sheet is None and len(names) == 1:
        return names[0]
    if sheet is None:
        raise InputError(
            f"{label}: the workbook has {len(names)} sheets and none was named: {listed}.\n"
            "  State `sheet =` in the mapping."
        )
    if sheet not in names:
        raise InputError(f'{label}: there is no sheet "{sheet}".\n  The workbook has: {listed}.')
    return sheet


def _drop_nameless(header: list[str], body: pl.DataFrame) -> tuple[list[int], tuple[Remark, ...]]:
    """Leave out columns with neither name nor value: formatting alone makes them appear."""
    empty = [
        position
        for position, name in enumerate(header)
        if not name.strip() and not (body.to_series(position).fill_null("") != "").any()
    ]
    named = [position for position in range(len(header)) if position not in empty]
    if not empty:
        return named, ()
    message = f"{len(empty)} columns have neither a name nor a value and were left out"
    return named, (Remark("empty_column", message),)


def _restore_numbers(
    label: str, reader: ExcelReader, name: str, text: pl.DataFrame, positions: list[int]
) -> pl.DataFrame:
    """Undo the rounding of numbers to nine decimals, which would make an MRD of 1e-10 zero."""
    is_number = pl.all().str.contains(_NUMBER)
    numeric = _find_columns(text, is_number.any())
    if not numeric:
        return text
    exact = _load(label, reader, name, "float", [positions[at] for at in numeric]).tail(text.height)
    restored = []
    for at, number in zip(numeric, exact, strict=True):
        column = text.to_series(at)
        # Text such as "5.10" is the same number and stays as it is.
        rounded = (
            column.str.contains(_NUMBER) & (column.cast(pl.Float64, strict=False) != number)
        ).fill_null(False)
        if rounded.any():
            full = number.map_elements(lambda value: f"{value:.15g}", return_dtype=pl.String)
            restored.append(full.zip_with(rounded, column).alias(column.name))
    return text.with_columns(restored)


def _restore_truths(
    label: str, reader: ExcelReader, name: str, text: pl.DataFrame, positions: list[int]
) -> pl.DataFrame:
    """Write TRUE and FALSE as the sheet shows them, but leave the word "true" alone."""
    is_word = pl.all().is_in(["true", "false"])
    found = _find_columns(text, is_word.any())
    if not found:
        return text
    truths = _load(label, reader, name, "boolean", [positions[at] for at in found])
    restored = []
    for at, truth in zip(found, truths.tail(text.height), strict=True):
        column = text.to_series(at)
        is_truth = truth.is_not_null() & column.is_in(["true", "false"]).fill_null(False)
        restored.append(column.str.to_uppercase().zip_with(is_truth, column))
    return text.with_columns(restored)


def _find_columns(text: pl.DataFrame, check: pl.Expr) -> list[int]:
    """Return the positions of the columns for which `check` is True."""
    if not text.width:
        return []
    return [at for at, found in enumerate(text.select(check).row(0)) if found]


def _shorten_times(text: pl.DataFrame) -> pl.DataFrame:
    """Leave midnight out of dates, and Excel's day zero out of times of day."""
    return text.with_columns(
        pl.all()
        .str.replace(r"^(\d{4,}-\d\d-\d\d) 00:00:00$", "${1}")
        .str.replace(r"^1899-12-3[01] (\d\d:\d\d:\d\d(?:\.\d+)?)$", "${1}")
    )
