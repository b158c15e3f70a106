"""Typed columns and tables: what a column is called, holds, means and may range over."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import polars as pl

from chorall.errors import InputError
from chorall.tables.words import MISSING_REASONS

Kind = Literal["text", "word", "integer", "number", "boolean"]

MISSING_SUFFIX = "_missing"
MissingReason = pl.Enum(list(MISSING_REASONS))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a pooled table.

    Attributes
    ----------
    name : str
        With the unit as suffix where it has one.
    kind : {"text", "word", "integer", "number", "boolean"}
        `word` is one of `words`; days and counts are `integer`.
    meaning : str
        One sentence for the data dictionary.
    words : tuple of str
        The vocabulary of a `word` column.
    minimum, maximum : float or None
        Inclusive plausible range. A delivered value outside goes to quarantine, never clipped.
    may_be_missing : bool
        True: the table has a companion column `<name>_missing` that says why a value is not there;
        exactly one of the two is set. False: every row has a value.
    dimension : str
        The physical dimension in `knowledge/units.csv`, or empty where units do not apply.
    holds_fusions : bool
        True where a rule delivers whole fusions (``BCR-ABL1``) in a column of genes.
    """

    name: str
    kind: Kind
    meaning: str
    words: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    may_be_missing: bool = False
    dimension: str = ""
    holds_fusions: bool = False

    @property
    def missing_name(self) -> str:
        """Name of the companion column with the reason."""
        return self.name + MISSING_SUFFIX

    @property
    def dtype(self) -> pl.DataType:
        """The Polars type of the column in the pool."""
        types: dict[str, pl.DataType] = {
            "text": pl.String(),
            "integer": pl.Int32(),
            "number": pl.Float64(),
            "boolean": pl.Boolean(),
        }
        return pl.Enum(list(self.words)) if self.kind == "word" else types[self.kind]


@dataclass(frozen=True, slots=True)
class Table:
    """One pooled table.

    Attributes
    ----------
    name : str
        Also the name of its Parquet file.
    meaning : str
        What one row is.
    columns : tuple of Column
        In file order, without the `_missing` companions.
    key : tuple of str
        Columns that together name a row once; empty where a row has no natural key.
    mappable : bool
        True where a trial's mapping may write rows; False for tables that Chorall derives.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    mappable: bool = True
    _schema: dict[str, pl.DataType] = field(init=False, repr=False, compare=False)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, without companions."""
        return tuple(column.name for column in self.columns)

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """File order with companions: name to Polars type."""
        return dict(self._schema)

    def __post_init__(self) -> None:
        schema: dict[str, pl.DataType] = {}
        for column in self.columns:
            schema[column.name] = column.dtype
            if column.may_be_missing:
                schema[column.missing_name] = MissingReason
        object.__setattr__(self, "_schema", schema)

    def column(self, name: str) -> Column:
        """Return the column called `name`.

        Raises
        ------
        InputError
            If there is none; the message lists the known ones.
        """
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(self.column_names)
        raise InputError(f"table `{self.name}` has no column `{name}`.\n  It has: {known}")

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return _make_empty(self)


@cache
def _make_empty(table: Table) -> pl.DataFrame:
    return pl.DataFrame(schema=table.schema)
