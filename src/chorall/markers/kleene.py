"""Kleene's logic over marker statuses: what is not known stays unknown, it never becomes false."""

from __future__ import annotations

import polars as pl


def read_truth(status: str | pl.Expr) -> pl.Expr:
    """Return True for present, False for absent and null for the other four statuses.

    Parameters
    ----------
    status : str or pl.Expr
        Name of a column, or expression, of marker statuses.
    """
    word = (pl.col(status) if isinstance(status, str) else status).cast(pl.String)
    return pl.when(word == "present").then(True).when(word == "absent").then(False)


def kleene_and(*truths: pl.Expr) -> pl.Expr:
    """Return False if any truth is False, else null if any is null, else True."""
    return pl.all_horizontal(*truths)


def kleene_or(*truths: pl.Expr) -> pl.Expr:
    """Return True if any truth is True, else null if any is null, else False."""
    return pl.any_horizontal(*truths)


def kleene_not(truth: pl.Expr) -> pl.Expr:
    """Return the opposite; null stays null."""
    return truth.not_()
