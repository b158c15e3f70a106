"""Where every row of a source went: set aside, pooled or quarantined; the three add up."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.harmonise.prepare import PreparedSource, SourceRows
from chorall.harmonise.rules import ROW, quarantine_rows


@dataclass(frozen=True, slots=True)
class Account:
    """Where the rows of one source of one trial went; the four numbers always add up.

    Attributes
    ----------
    source, file, sha256 : str
        Name in the mapping, name of the file, hash of its bytes.
    n_rows : int
        Rows in the file.
    n_set_aside : int
        Rows that `keep` leaves out or that a shared file leaves to other trials.
    n_pooled : int
        Rows that gave at least one row to the pool.
    n_quarantined : int
        Rows that gave none, each with a reason in the quarantine.
    """

    source: str
    file: str
    sha256: str
    n_rows: int
    n_set_aside: int
    n_pooled: int
    n_quarantined: int


@dataclass(frozen=True, slots=True)
class AccountedSource:
    """One source, added up.

    Attributes
    ----------
    account : Account
        The sums.
    lines : DataFrame
        `QUARANTINE_SCHEMA`; every row that gave nothing has a line with `whole_row` True.
    claimed : DataFrame
        `__row__` of the rows that were pooled or quarantined.
    """

    account: Account
    lines: pl.DataFrame
    claimed: pl.DataFrame


def account_for(
    name: str,
    source: SourceRows,
    prepared: PreparedSource,
    made: list[pl.DataFrame],
    parts: list[pl.DataFrame],
) -> AccountedSource:
    """Add up one source; rows that gave nothing and have no reason yet get one.

    Parameters
    ----------
    name : str
        Of the source.
    source, prepared : SourceRows, PreparedSource
        As delivered and as the rules saw it.
    made : list of DataFrame
        What each rule that reads the source made, with `__row__`.
    parts : list of DataFrame
        Quarantine lines, `QUARANTINE_SCHEMA`.
    """
    none = pl.DataFrame(schema={ROW: pl.UInt32})
    pooled = pl.concat([none, *(rows.select(ROW) for rows in made)]).unique()
    lines = _keep_refusals_of(pl.concat(parts), pooled)
    refused = lines.filter("whole_row").select(pl.col("source_row").alias(ROW)).unique()
    settled = pl.concat([pooled, refused])
    rest = prepared.frame.select(ROW).join(settled, on=ROW, how="anti", maintain_order="left")
    detail = "no rule of the mapping makes anything of this row"
    account = Account(
        name,
        source.file,
        source.sha256,
        prepared.n_rows,
        prepared.n_set_aside,
        pooled.height,
        refused.height + rest.height,
    )
    parts_sum = account.n_set_aside + account.n_pooled + account.n_quarantined
    assert account.n_rows == parts_sum, f"rows lost: {account}"
    return AccountedSource(
        account,
        pl.concat([lines, quarantine_rows(rest[ROW], "no_rule_matched", detail)]),
        pl.concat([settled, rest]),
    )


def _keep_refusals_of(lines: pl.DataFrame, pooled: pl.DataFrame) -> pl.DataFrame:
    """Mark a row that one rule refused and another used as pooled; the refusal stays on record."""
    if lines.is_empty():
        return lines
    gave = pooled.select(pl.col(ROW).alias("source_row"), pl.lit(True).alias("gave"))
    marked = lines.join(gave, on="source_row", how="left", maintain_order="left")
    return marked.with_columns(pl.col("whole_row") & pl.col("gave").is_null()).drop("gave")
