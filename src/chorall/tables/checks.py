"""Check that a frame keeps the data model: columns, types, reasons for missing values, keys."""

from __future__ import annotations

import polars as pl

from chorall.errors import DataError
from chorall.tables.columns import Table


def check_table(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` in the exact schema of `table`.

    Parameters
    ----------
    table : Table
        The definition.
    frame : DataFrame
        Columns in any order, types castable without loss.

    Raises
    ------
    DataError
        If a column is missing or unknown, a value has no reason for being missing (or a value and
        a reason), or a key is not unique. Ranges are the mapping's affair.
    """
    unknown = [name for name in frame.columns if name not in table.schema]
    lacking = [name for name in table.schema if name not in frame.columns]
    if unknown or lacking:
        raise DataError(
            f"table `{table.name}` does not have the columns of the data model.\n"
            f"  lacking: {', '.join(lacking) or 'none'}; unknown: {', '.join(unknown) or 'none'}"
        )
    typed = _cast_all(table, frame)
    problems = _find_problems(table, typed)
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise DataError(f"table `{table.name}` breaks the data model:\n{listed}")
    return typed


def _cast_all(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    try:
        return frame.select(pl.col(name).cast(dtype) for name, dtype in table.schema.items())
    except pl.exceptions.PolarsError:
        wrong = [name for name, dtype in table.schema.items() if not _can_cast(frame[name], dtype)]
    raise DataError(
        f"table `{table.name}` has values that its columns cannot hold: {', '.join(wrong)}."
    )


def _can_cast(series: pl.Series, dtype: pl.DataType) -> bool:
    return series.cast(dtype, strict=False).null_count() == series.null_count()


def _find_problems(table: Table, frame: pl.DataFrame) -> list[str]:
    counts = frame.select(_count_breaks(table)).row(0, named=True) if frame.height else {}
    problems = [
        f"`{name}`: {count} rows {_rule(table, name)}" for name, count in counts.items() if count
    ]
    if table.key and frame.height and (doubled := _count_doubled(table, frame)):
        problems.append(f"key ({', '.join(table.key)}): {doubled} rows repeat an earlier one")
    return problems


def _count_doubled(table: Table, frame: pl.DataFrame) -> int:
    """Return how many rows repeat the key of an earlier one."""
    key = frame.select(table.key)
    if key.width == 1:
        return key.height - key.to_series().n_unique()
    # Equal keys have equal hashes: only where hashes repeat are the keys themselves compared.
    hashes = key.select(pl.struct(pl.all()).hash()).to_series()
    return key.height - (key.height if hashes.n_unique() == key.height else key.n_unique())


def _count_breaks(table: Table) -> list[pl.Expr]:
    return [
        (pl.col(c.name).is_null() == pl.col(c.missing_name).is_null()).sum().alias(c.name)
        if c.may_be_missing
        else pl.col(c.name).null_count().alias(c.name)
        for c in table.columns
    ]


def _rule(table: Table, name: str) -> str:
    if table.column(name).may_be_missing:
        return f"need either a value or a reason in `{name}_missing`"
    return "have no value"
