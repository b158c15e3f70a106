"""A number as laboratories write it, to a fraction of 1: `5x10-3`, `1.2E-04`, `0,01 %`."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

from chorall.tables.course_tables import LOWEST_MRD

PLAIN: Final = r"\d+(?:\.\d+)?|\.\d+"
NUMBER: Final = (
    rf"(?:(?:(?P<mantissa>{PLAIN})\s*x\s*)?10\s*(?P<mark>\^|e)?\s*\(?(?P<power>-\d{{1,2}})\)?"
    rf"|(?P<plain>{PLAIN})(?:e(?P<exponent>[-+]?\d{{1,2}}))?)"
    r"(?:\s*(?P<percent>%|percent|prozent|pct))?"
)
"""One number; a hand-written power of ten, or a plain number with or without an exponent."""


class UnreadableMrd(ValueError):
    """A text that is not read; its argument is the reason in one word."""


def write_plainly(text: str) -> str:
    """Return the text in small letters with one sign for each of minus, times and decimal mark."""
    plain = unicodedata.normalize("NFKC", text).lower().strip()
    plain = re.sub("[\u2010-\u2015\u2212]", "-", plain)
    plain = re.sub("(?<=[\\d\\s])[\u00d7\u00b7\u22c5\u2219*](?=[\\d\\s])", "x", plain)
    return re.sub(r"(?<=\d),(?=\d)", ".", plain)


def read_fraction(found: re.Match[str], unit: str | None, *, by_hand: bool) -> float:
    """Return the fraction that a match of NUMBER means.

    Parameters
    ----------
    found : re.Match
        Of a pattern that holds NUMBER.
    unit : {"fraction", "percent"} or None
        What the mapping says of numbers without a sign.
    by_hand : bool
        True where a person wrote the number (behind `<` or `sens`): an exponent is then no
        habit of a spreadsheet, and the number is a fraction.

    Raises
    ------
    UnreadableMrd
        ambiguous_number: `10E-4` is 0.001 to a computer and 0.0001 to most people.
        no_unit, ambiguous_unit: fraction or percent, nobody knows.
        out_of_range: more than all cells, or fewer than any assay sees.
    """
    part = found.groupdict()
    alone = part["power"] is not None and part["mantissa"] is None
    if alone and part["mark"] == "e":
        raise UnreadableMrd("ambiguous_number")
    if part["power"] is not None:
        value = Decimal(f"{part['mantissa'] or 1}e{part['power']}")
    else:
        value = Decimal(f"{part['plain']}e{part['exponent'] or 0}")
    if part["percent"] or _is_percent(part, value, unit, by_hand=by_hand):
        value /= 100
    if value != 0 and not Decimal(str(LOWEST_MRD)) <= value <= 1:
        raise UnreadableMrd("out_of_range")
    return float(value)


def _is_percent(
    part: dict[str, str | None], value: Decimal, unit: str | None, *, by_hand: bool
) -> bool:
    """Return True where a number without a sign is a percentage."""
    hand_written = part["power"] is not None or (by_hand and part["exponent"] is not None)
    if value == 0:
        return False
    if hand_written:
        if unit == "percent":
            raise UnreadableMrd("ambiguous_unit")
        return False
    if unit is None:
        raise UnreadableMrd("no_unit")
    return unit == "percent"
