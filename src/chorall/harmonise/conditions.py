"""Conditions of a mapping as Polars expressions over the text of a source."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from chorall.harmonise.mapping import ConditionPart


def strip_cell(column: str) -> pl.Expr:
    """Return a cell without surrounding white space; a cell of white space only is blank (null)."""
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text)


def meets_all(conditions: Sequence[ConditionPart]) -> pl.Expr:
    """Return the expression that is True where a row meets every condition (True without any).

    A blank cell is in no list: `in` is False and `not_in` is True for it.
    """
    met = pl.lit(True)
    for condition in conditions:
        met = met & _meets(condition)
    return met


def _meets(condition: ConditionPart) -> pl.Expr:
    cell = strip_cell(condition.column)
    if condition.blank is not None:
        return cell.is_null() if condition.blank else cell.is_not_null()
    if condition.is_in is not None:
        return cell.is_in(list(condition.is_in)).fill_null(False)
    return cell.is_in(list(condition.not_in or ())).not_().fill_null(True)
