"""Where the rows of a trial came from: table and patient -> rule -> file and source row."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from chorall.harmonise.mapping import Mapping, RulePart
from chorall.harmonise.pooled_rows import PooledRows
from chorall.harmonise.prepare import SourceRows
from chorall.harmonise.rules import ROW
from chorall.tables.schema import LINEAGE

ITEM_COLUMNS: Final = {
    "event": "type",
    "marker_result": "marker",
    "finding": "gene",
    "measurement": "item",
    "allocation": "question",
    "assay_run": "assay_id",
    "karyotype": "assay_id",
}
"""What tells the rows of one patient in a table apart; `item` of the table lineage."""


def trace_rows(
    mapping: Mapping, sources: MappingOf[str, SourceRows], pooled: PooledRows
) -> pl.DataFrame:
    """Return the table lineage of one trial.

    Parameters
    ----------
    mapping : Mapping
        The trial's mapping.
    sources : mapping of str to SourceRows
        For the names of the files.
    pooled : PooledRows
        What each rule gave.
    """
    traced = [LINEAGE.empty()]
    for rule in mapping.rules:
        rows = pooled.by_rule[rule.id].rows
        if rule.markers:
            rows = rows.unique(ROW, keep="first", maintain_order=True)
        traced.append(
            rows.select(
                pl.lit(mapping.trial_id).alias("trial_id"),
                pl.lit(rule.to).alias("table"),
                "patient_id",
                _item(rule).alias("item"),
                pl.lit(rule.id).alias("rule_id"),
                pl.lit(sources[rule.source].file).alias("file"),
                pl.col(ROW).cast(pl.Int32).alias("source_row"),
            )
        )
    return pl.concat(traced)


def _item(rule: RulePart) -> pl.Expr:
    """Return the item; a row of a wide rule is about all markers of the rule."""
    if rule.markers or rule.to not in ITEM_COLUMNS:
        return pl.lit("")
    return pl.col(ITEM_COLUMNS[rule.to]).cast(pl.String)
