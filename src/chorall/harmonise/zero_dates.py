"""The calendar date of each patient's day 0: read once, used to count days, never pooled."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

import polars as pl

from chorall.harmonise.calendar_dates import ZERO_DATE, read_date
from chorall.harmonise.conditions import strip_cell
from chorall.harmonise.mapping import Mapping
from chorall.harmonise.rules import PATIENT, QUARANTINE_SCHEMA, ROW


@dataclass(frozen=True, slots=True)
class ZeroDates:
    """Day 0 of the patients of a trial.

    Attributes
    ----------
    source, column, date_format : str
        Where and how the dates stand.
    dates : DataFrame
        `__patient__`, once each, and `__zero_date__`; who has none or several has no row.
    unread : DataFrame
        `__row__` of the cells that hold no date of this form.
    """

    source: str
    column: str
    date_format: str
    dates: pl.DataFrame
    unread: pl.DataFrame

    def list_unread(self, source: str, usable: pl.DataFrame) -> pl.DataFrame:
        """Return the quarantine lines of the usable rows of `source` whose date was not read."""
        if source != self.source:
            return pl.DataFrame(schema=QUARANTINE_SCHEMA)
        rows = usable.join(self.unread, on=ROW, how="semi", maintain_order="left")
        return rows.select(
            pl.col(ROW).alias("source_row"),
            pl.lit("").alias("rule_id"),
            pl.lit(self.column).alias("column"),
            pl.lit("bad_date").alias("reason"),
            pl.lit(f"day 0: expected a date as {self.date_format}").alias("detail"),
            pl.lit(False).alias("whole_row"),
        )


def find_zero_dates(mapping: Mapping, named: MappingOf[str, pl.DataFrame]) -> ZeroDates | None:
    """Return day 0 of every patient, or None where the trial delivers days.

    Parameters
    ----------
    mapping : Mapping
        The trial's mapping.
    named : mapping of str to DataFrame
        Source name to its rows with `__row__` and `__patient__`.
    """
    if mapping.time_zero is None:
        return None
    zero = mapping.time_zero
    source = mapping.sources[zero.source]
    date_format = source.date_format or ""
    text = strip_cell(zero.column)
    is_code = text.is_in(list(source.missing_codes)).fill_null(False)
    read = named[zero.source].select(
        ROW,
        PATIENT,
        read_date(text, date_format).alias(ZERO_DATE),
        (text.is_not_null() & ~is_code).alias("given"),
    )
    dates = read.select(PATIENT, ZERO_DATE).drop_nulls().unique(maintain_order=True)
    return ZeroDates(
        zero.source,
        zero.column,
        date_format,
        dates.unique(PATIENT, keep="none", maintain_order=True),
        read.filter(pl.col(ZERO_DATE).is_null() & pl.col("given")).select(ROW),
    )
