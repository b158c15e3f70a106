"""Columns that many tables share, and short ways to define the usual kinds."""

from __future__ import annotations

from typing import Final

from chorall.tables.columns import Column

EARLIEST_DAY: Final = -3650.0
LATEST_DAY: Final = 36525.0
HIGHEST_COUNT: Final = 2**31 - 1
EARLIEST_YEAR: Final = 1950
LATEST_YEAR: Final = 2100


def day_column(name: str, meaning: str, *, may_be_missing: bool = False) -> Column:
    """Return a column of whole days from the trial's time zero."""
    return Column(
        name,
        "integer",
        meaning,
        minimum=EARLIEST_DAY,
        maximum=LATEST_DAY,
        may_be_missing=may_be_missing,
        dimension="time",
    )


def text_column(name: str, meaning: str, *, may_be_missing: bool = False) -> Column:
    """Return a column of free text."""
    return Column(name, "text", meaning, may_be_missing=may_be_missing)


def word_column(
    name: str, meaning: str, vocabulary: tuple[str, ...], *, may_be_missing: bool = False
) -> Column:
    """Return a column of words of a closed vocabulary."""
    return Column(name, "word", meaning, words=vocabulary, may_be_missing=may_be_missing)


def year_column(name: str, meaning: str) -> Column:
    """Return a column of calendar years of a trial."""
    return Column(
        name,
        "integer",
        meaning,
        minimum=EARLIEST_YEAR,
        maximum=LATEST_YEAR,
        may_be_missing=True,
    )


def count_column(name: str, meaning: str, *, minimum: int = 0) -> Column:
    """Return a column of counts or row numbers."""
    return Column(name, "integer", meaning, minimum=minimum, maximum=HIGHEST_COUNT)


def fraction_column(name: str, meaning: str, *, minimum: float = 0.0) -> Column:
    """Return a column of fractions of 1."""
    return Column(
        name,
        "number",
        meaning,
        minimum=minimum,
        maximum=1,
        may_be_missing=True,
        dimension="fraction",
    )


TRIAL_ID: Final = text_column("trial_id", "The trial the row comes from.")
PATIENT_ID: Final = text_column(
    "patient_id", "Keyed pseudonym of the patient; the key is not in the pool."
)
