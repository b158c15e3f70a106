"""Notice cells that a spreadsheet has changed or might run, without touching them."""

from __future__ import annotations

import polars as pl

from chorall.ingest.delivery import ROW, Remark, remark_rows

LONG_CELL = 10_000
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec"
# "+1" is a number, and "+" and "++" are results.
_FORMULA = r"^(?:[=@].|\+[^\d.,\s+])"
_MONTH_CELL = rf"(?i)^(?:\d{{1,2}}-(?:{_MONTHS})|(?:{_MONTHS})-\d{{1,2}})$"
# Wider than the two and faster than both: chooses the columns that are looked at closely.
_SUSPICIOUS = r"^(?:[=@+]|\d\d?-[A-Za-z]|[A-Za-z]{3,4}-\d\d?$)"
_DATE_CELL = (
    rf"(?i)^(?:\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}(?: 00:00:00)?"
    rf"|\d{{1,2}}[-. ](?:{_MONTHS})[-. ]\d{{2,4}}|\d\.\d+E\+\d+)$"
)
_SYMBOL = r"^[A-Z][A-Z0-9]{2,9}(?:-[A-Z0-9]{1,4})?$"
_SAMPLE = 200
_FEWEST_SYMBOLS = 3


def find_oddities(frame: pl.DataFrame) -> tuple[Remark, ...]:
    """Return remarks on long, formula-like and spreadsheet-mangled cells.

    Parameters
    ----------
    frame : polars.DataFrame, shape (n_rows, 1 + n_columns)
        A delivery's cells.

    Returns
    -------
    tuple of Remark
        ``long_cell``: more than 10,000 characters. ``formula_like``: begins as a formula does.
        ``spreadsheet_mangled``: reads like a day and month, or like a date in a column of gene
        symbols: SEPT2 and MARCH1 become such.
    """
    names = frame.columns[1:]
    if not names or not frame.height:
        return ()
    # One cheap pass over everything; only columns that show something are looked at again.
    checks = {
        "is_long": pl.col(names).str.len_bytes().max() > LONG_CELL,
        "is_suspicious": pl.col(names).str.contains(_SUSPICIOUS).any(),
        "n_symbols": _head_words(names).str.contains(_SYMBOL).sum(),
        "n_words": _head_words(names).len(),
    }
    by_check = {check: frame.select(found).row(0) for check, found in checks.items()}
    remarks: list[Remark] = []
    for at, name in enumerate(names):
        n_symbols = by_check["n_symbols"][at]
        holds_genes = n_symbols >= _FEWEST_SYMBOLS and 2 * n_symbols > by_check["n_words"][at]
        if by_check["is_long"][at]:
            remarks += _remark_long(frame, name)
        if by_check["is_suspicious"][at]:
            remarks += _remark_formulas(frame, name)
        if by_check["is_suspicious"][at] or holds_genes:
            remarks += _remark_mangled(frame, name, holds_genes=holds_genes)
    return tuple(remarks)


def _head_words(names: list[str]) -> pl.Expr:
    """Return the distinct words at the head of each column."""
    return pl.col(names).head(_SAMPLE).drop_nulls().unique()


def _remark_long(frame: pl.DataFrame, name: str) -> list[Remark]:
    found = pl.col(name).str.len_chars() > LONG_CELL
    return _remark_where(frame, found, name, "long_cell", "cells of more than 10,000 characters")


def _remark_formulas(frame: pl.DataFrame, name: str) -> list[Remark]:
    found = pl.col(name).str.contains(_FORMULA)
    message = "cells that begin like a formula; they were read as text"
    return _remark_where(frame, found, name, "formula_like", message)


def _remark_mangled(frame: pl.DataFrame, name: str, *, holds_genes: bool) -> list[Remark]:
    pattern = f"{_MONTH_CELL}|{_DATE_CELL}" if holds_genes else _MONTH_CELL
    message = (
        "cells that look like a gene name or a number that a spreadsheet turned into a date; "
        "compare with the laboratory's own list"
    )
    found = pl.col(name).str.contains(pattern)
    return _remark_where(frame, found, name, "spreadsheet_mangled", message)


def _remark_where(
    frame: pl.DataFrame, found: pl.Expr, name: str, kind: str, message: str
) -> list[Remark]:
    rows = frame.filter(found)[ROW].to_list()
    return [remark_rows(kind, message, rows, name)] if rows else []
