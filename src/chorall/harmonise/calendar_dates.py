"""Calendar dates as delivered: read, checked, turned into days elsewhere, never pooled."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

ZERO_DATE: Final = "__zero_date__"
"""Column of a prepared source with the calendar date of the patient's time zero."""

EARLIEST_DATE: Final = date(1850, 1, 1)
LATEST_DATE: Final = date(2100, 12, 31)
"""Dates outside are no dates of patients: a year of two digits, or a date that means "unknown"."""


def read_date(text: pl.Expr, date_format: str) -> pl.Expr:
    """Return the calendar date of a text; null where it is not exactly of this form."""
    found = text.str.to_date(date_format, strict=False, exact=True)
    return pl.when(found.is_between(EARLIEST_DATE, LATEST_DATE)).then(found)


def can_read_dates(date_format: str) -> bool:
    """Return True where a date written in this form is read back as the same date."""
    example = date(1987, 11, 23)
    try:
        text = pl.lit(example.strftime(date_format))
        return bool(pl.select(read_date(text, date_format)).item() == example)
    except (ValueError, pl.exceptions.PolarsError):
        return False
