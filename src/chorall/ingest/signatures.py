"""Recognise a file by its first bytes, to meet one whose content is not what its ending says."""

from __future__ import annotations

from chorall.errors import InputError

# First bytes -> what it is, and the formats of `read_delivery` that may begin so.
_SIGNATURES: tuple[tuple[bytes, str, frozenset[str]], ...] = (
    (b"PK\x03\x04", "an Excel workbook (.xlsx) or another zip archive", frozenset({"excel"})),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Office file (.xls, .doc) or protected workbook",
        frozenset({"excel"}),
    ),
    (b"$FL2", "an SPSS file (.sav)", frozenset({"spss"})),
    (b"$FL3", "a compressed SPSS file (.zsav)", frozenset({"spss"})),
    (b"<stata_dta>", "a Stata file (.dta)", frozenset({"stata"})),
    (b"HEADER RECORD*******LIB", "a SAS transport file (.xpt)", frozenset({"sas_xport"})),
    (b"\0" * 12 + b"\xc2\xea\x81\x60", "a SAS file (.sas7bdat)", frozenset({"sas7bdat"})),
    (b"%PDF", "a PDF document", frozenset()),
    (b"\x1f\x8b", "a gzip archive", frozenset()),
    (b"PAR1", "a Parquet file", frozenset()),
    (b"<!DOCTYPE", "a web page", frozenset()),
    (b"<html", "a web page", frozenset()),
    (b"<table", "a web page", frozenset()),
    (b"<?xml", "an XML document", frozenset()),
)


_STATA_END = b"</stata_dta>"
_SAS_TRANSPORT_LINE = 80


def check_content(label: str, data: bytes, kind: str) -> None:
    """Raise if the first bytes say another format than the file's ending.

    Parameters
    ----------
    label : str
        The file, for messages.
    data : bytes
        The whole file.
    kind : str
        The format its ending states.

    Raises
    ------
    InputError
        If the file is empty, begins as a file of another kind does, or was cut off.
    """
    if not data:
        raise InputError(f"{label}: the file is empty.\n  Ask the trial group to send it again.")
    for signature, found, kinds in _SIGNATURES:
        if data.startswith(signature) and kind not in kinds:
            raise InputError(
                f"{label}: the file's ending says {kind}, but it holds {found}.\n"
                "  Give it the right ending, or export it again."
            )
    if _is_cut(data, kind):
        raise InputError(
            f"{label}: the file was cut off: its end is missing.\n"
            "  Ask the trial group to send it again."
        )


def _is_cut(data: bytes, kind: str) -> bool:
    """Tell whether a file lacks an end that its reader would not miss."""
    if kind == "stata" and data.startswith(b"<stata_dta>"):
        return not data.rstrip(b"\0\r\n").endswith(_STATA_END)
    if kind == "sas_xport" and data.startswith(b"HEADER RECORD"):
        return len(data) % _SAS_TRANSPORT_LINE != 0
    return False
