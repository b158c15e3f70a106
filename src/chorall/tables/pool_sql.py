"""SQL over the tables of a pool, answered by DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from chorall.errors import InputError
from chorall.tables.schema import TABLES


@dataclass(frozen=True, slots=True)
class _ArrowStream:
    """An answer of DuckDB as Arrow and nothing else.

    Polars, given the answer itself, keeps types of DuckDB alive, and DuckDB complains of them on
    standard error when Python ends.
    """

    answer: Any

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.answer.__arrow_c_stream__()


def answer_query(folder: Path, query: str, parameters: Sequence[object]) -> pl.DataFrame:
    """Answer one query over the tables of the pool in `folder`, by their names.

    Raises
    ------
    InputError
        If DuckDB cannot run the query, or it gives no table.
    """
    with duckdb.connect() as connection:
        for name in TABLES:
            file = str(folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"create view {name} as select * from read_parquet('{file}')")
        try:
            answer = connection.sql(query, params=list(parameters) or None)
            if answer is None:
                raise InputError("the query gives no table: expected one select.")
            return pl.DataFrame(_ArrowStream(answer))
        except duckdb.Error as error:
            raise InputError(f"the query could not be run: {error}") from None
