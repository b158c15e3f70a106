"""Read one delivered file, whatever its format."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import get_close_matches
from pathlib import Path

from chorall.errors import InputError
from chorall.ingest.delivery import Content, Delivery
from chorall.ingest.excel import read_excel
from chorall.ingest.headers import FIRST_FILLED_ROW, HeaderPlace, check_header_place
from chorall.ingest.oddities import find_oddities
from chorall.ingest.signatures import check_content
from chorall.ingest.statistical import read_statistical
from chorall.ingest.text import read_text

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
    ".sav": "spss",
    ".zsav": "spss",
    ".dta": "stata",
    ".xpt": "sas_xport",
    ".sas7bdat": "sas7bdat",
}


def read_delivery(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    columns: Sequence[str] | None = None,
    header: HeaderPlace = FIRST_FILLED_ROW,
) -> Delivery:
    """Read one delivered file as it is: every cell as text, with row numbers and the file's hash.

    Parameters
    ----------
    path : str or Path
        The file; its ending states the format.
    sheet : str or None
        Sheet of a workbook; may be None where there is only one.
    encoding : str or None
        Of a text file, or of an old SPSS, Stata or SAS file; None: found, and told.
    delimiter : str or None
        Of a text file; None: found, and told.
    columns : sequence of str or None
        Columns to keep; None: all.
    header : HeaderPlace
        Where the header of a text file or sheet stands.

    Returns
    -------
    Delivery
        The cells, where they come from and what was noticed. An empty cell is null; wholly empty
        rows are left out and remarked on; nothing else is changed.

    Raises
    ------
    InputError
        If the file is missing, of an unknown kind, damaged, empty or not what its ending says.
    DataError
        If rows do not fit the header, or columns are nameless, double or missing.

    See Also
    --------
    chorall.errors : What the errors mean for the command line.
    """
    path = Path(path)
    label = path.as_posix()
    kind = _find_format(path, label)
    _check_options(label, kind, sheet=sheet, encoding=encoding, delimiter=delimiter)
    check_header_place(label, kind, header)
    data = _read_bytes(path, label)
    check_content(label, data, kind)
    with ThreadPoolExecutor(max_workers=1) as pool:
        # Hashing releases the interpreter, so it costs nothing beside the reading.
        digest = pool.submit(hashlib.sha256, data)
        content = _read_content(
            label,
            data,
            kind,
            sheet=sheet,
            encoding=encoding,
            delimiter=delimiter,
            columns=columns,
            header=header,
        )
    return Delivery(
        path=path,
        name=path.name if sheet is None else f"{path.name}#{sheet}",
        sha256=digest.result().hexdigest(),
        n_bytes=len(data),
        format=kind,
        encoding=content.encoding,
        has_bom=content.has_bom,
        delimiter=content.delimiter,
        line_ends=content.line_ends,
        frame=content.frame,
        remarks=content.remarks + find_oddities(content.frame),
        value_labels=content.value_labels,
        column_labels=content.column_labels,
    )


def _read_content(
    label: str,
    data: bytes,
    kind: str,
    *,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    columns: Sequence[str] | None,
    header: HeaderPlace,
) -> Content:
    if kind == "csv":
        return read_text(
            label, data, encoding=encoding, delimiter=delimiter, columns=columns, header=header
        )
    if kind == "excel":
        return read_excel(label, data, sheet=sheet, columns=columns, header=header)
    return read_statistical(label, data, kind, encoding=encoding, columns=columns)


def _find_format(path: Path, label: str) -> str:
    ending = path.suffix.lower()
    if ending == ".por":
        raise InputError(
            f"{label}: SPSS portable files cannot be read without losing their user-missing "
            'values ("not done" would become empty).\n  Save the file as .sav in SPSS.'
        )
    if ending not in FORMATS:
        raise InputError(
            f'{label}: files ending in "{path.suffix}" cannot be read.\n'
            f"  Known endings: {', '.join(FORMATS)}."
        )
    return FORMATS[ending]


def _check_options(
    label: str, kind: str, *, sheet: str | None, encoding: str | None, delimiter: str | None
) -> None:
    wrong = []
    if sheet is not None and kind != "excel":
        wrong.append("`sheet`")
    if delimiter is not None and kind != "csv":
        wrong.append("`delimiter`")
    if encoding is not None and kind == "excel":
        wrong.append("`encoding`")
    if wrong:
        raise InputError(
            f"{label}: {' and '.join(wrong)} cannot be stated for this kind of file ({kind}).\n"
            "  Remove it from the mapping, or correct the file's name."
        )


def _read_bytes(path: Path, label: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(_describe_missing(path, label)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{label}: the file cannot be opened ({reason}).") from None


def _describe_missing(path: Path, label: str) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"{label}: there is no such file, nor the folder {folder.as_posix()}."
    known = {entry.name.lower(): entry.name for entry in sorted(folder.iterdir())}
    close = [known[match] for match in get_close_matches(path.name.lower(), known, n=3)]
    advice = f"Did you mean {' or '.join(close)}?" if close else "Nothing there has a similar name."
    return f"{label}: there is no such file in {folder.as_posix()}.\n  {advice}"
