"""Gene symbols that a spreadsheet turned into dates: ``SEPT9`` became ``9-Sep``."""

from __future__ import annotations

import re
from typing import Final

MONTHS: Final = {
    "sep": ("SEPT",), "mar": ("MARCH", "MARC"), "dec": ("DEC",), "oct": ("OCT",), "nov": ("NOV",),
    "apr": ("APR",), "feb": ("FEB",), "mai": ("MARCH",), "mrz": ("MARCH", "MARC"), "dez": ("DEC",),
    "okt": ("OCT",),
}  # fmt: skip
"""Month in English and German, and how the symbols began that look like it."""

MONTH: Final = r"(?:sept?|mar|dec|oct|nov|apr|feb|mai|mrz|dez|okt)"
DATE_LIKE: Final = (
    rf"(?i)^(?:\d{{1,2}}[-. /]{{1,2}}{MONTH}\.?(?:[-. /]\d{{2,4}})?|{MONTH}\.?[-. /]\d{{1,2}}"
    r"|\d{4}-\d{2}-\d{2}(?: 00:00:00)?|\d{1,2}[./]\d{1,2}[./]\d{2,4})$"
)
"""What such a cell looks like: `9-Sep`, `Mar-01`, `1. Mrz`, `2006-09-09`, `09.09.2006`."""

BY_NAME: Final = re.compile(r"(\d{1,2})\D+([a-z]{3})|([a-z]{3})[a-z]?\D+(\d{1,2})", re.IGNORECASE)


def looks_like_date(text: str) -> bool:
    """Return True for a cell of a gene column that a spreadsheet turned into a date."""
    return re.match(DATE_LIKE, text.strip()) is not None


def guess_damaged_symbols(text: str) -> tuple[str, ...]:
    """Return the symbols that a date may have been, for a message; nothing is repaired.

    Parameters
    ----------
    text : str
        Such as ``9-Sep``. A date in figures (``2006-09-09``) gives none: it may be any.
    """
    match = BY_NAME.match(text.strip())
    if match is None or not looks_like_date(text):
        return ()
    number, month = match[1] or match[4], (match[2] or match[3]).lower()
    return tuple(f"{stem}{int(number)}" for stem in MONTHS.get(month, ()))
