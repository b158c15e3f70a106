"""How one pooled column is computed from a source, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

Expressions = tuple[pl.Expr, ...]


@dataclass(frozen=True, slots=True)
class ValueSteps:
    """How one pooled column is computed; each step reads the columns of those before it.

    Attributes
    ----------
    texts : tuple of Expr
        From the cells: the text, what it is mapped to, and the reason of a missing code.
    skip : Expr or None
        From the texts: True where a blank means that the row is not made.
    reads, values, problems, results : tuple of Expr
        What the text was read as; its value; one word where it cannot be used; and at last the
        column of the pool, null with a reason where there is no usable value.
    """

    texts: Expressions = ()
    skip: pl.Expr | None = None
    reads: Expressions = ()
    values: Expressions = ()
    problems: Expressions = ()
    results: Expressions = ()
