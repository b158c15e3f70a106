"""Findings that could not be read: the clean results beside them rule nothing out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.harmonise.mapping import Mapping
from chorall.harmonise.pooled_rows import identify_rows
from chorall.harmonise.rules import ROW, RuleOutcome

DOUBTS_SCHEMA: Final = {
    "trial_id": pl.String,
    "run_id": pl.String,
    "assay_id": pl.String,
    "gene": pl.String,
}

PARTNER_JOIN: Final = "::"


def list_doubts(mapping: Mapping, outcomes: Sequence[RuleOutcome], key: bytes) -> pl.DataFrame:
    """Return the runs in which a lesion was delivered that could not be read.

    Without this a patient whose finding is in quarantine would count as absent: there is a run
    that could rule the lesion out, and no finding.

    Parameters
    ----------
    mapping : Mapping
        The trial's mapping.
    outcomes : sequence of RuleOutcome
        One for each rule; those to `finding` are looked at.
    key : bytes
        Key of the pseudonyms.

    Returns
    -------
    DataFrame
        `DOUBTS_SCHEMA`; gene is null where it may be any gene. A well-formed symbol that
        knowledge/genes does not have is none of the genes that an assay can list: no doubt.
    """
    found = [pl.DataFrame(schema=DOUBTS_SCHEMA)]
    for outcome in outcomes:
        if outcome.rule.to != "finding":
            continue
        foreign = _list_foreign(outcome)
        read = identify_rows(mapping, outcome.rule, _leave_out(outcome.rows, foreign), key)
        lost = identify_rows(mapping, outcome.rule, _leave_out(outcome.refused, foreign), key)
        doubts = pl.concat([lost.select("run_id", "gene"), _list_lost_partners(read)])
        assay_id = pl.lit(mapping.assay_id(str(outcome.rule.assay)))
        stated = doubts.with_columns(trial_id=pl.lit(mapping.trial_id), assay_id=assay_id)
        found.append(stated.select(DOUBTS_SCHEMA.keys()))
    return pl.concat(found).unique(maintain_order=True)


def _list_foreign(outcome: RuleOutcome) -> pl.DataFrame:
    """Return the rows with a gene, or a partner, that is certainly none of the assay's."""
    foreign = outcome.quarantine.filter(pl.col("reason") == "unknown_gene")
    return foreign.select(pl.col("source_row").alias(ROW)).unique()


def _leave_out(rows: pl.DataFrame, foreign: pl.DataFrame) -> pl.DataFrame:
    return rows.join(foreign, on=ROW, how="anti", maintain_order="left")


def _list_lost_partners(rows: pl.DataFrame) -> pl.DataFrame:
    """Return fusions whose partner is not known: each fusion of the gene may be the one."""
    alone = ~pl.col("gene").str.contains(PARTNER_JOIN, literal=True)
    if "partner" in rows.columns:
        alone = alone & pl.col("partner").is_null()
    is_fusion = pl.col("alteration_class").cast(pl.String) == "fusion"
    return rows.filter(is_fusion, alone).select("run_id", "gene")


def spread_doubts(doubts: pl.DataFrame, coverage: pl.DataFrame) -> pl.DataFrame:
    """Return run_id, marker and call (equivocal) of every marker that is in doubt.

    Parameters
    ----------
    doubts : DataFrame
        As `list_doubts` returns them.
    coverage : DataFrame
        The pooled table assay_coverage.
    """
    partners = coverage.select(
        "assay_id", "marker", pl.col("target").str.split(PARTNER_JOIN).alias("covered")
    ).explode("covered")
    met = doubts.join(partners, on="assay_id").filter(
        pl.col("gene").is_null() | (pl.col("gene") == pl.col("covered"))
    )
    spread = met.select("run_id", "marker").unique().sort("run_id", "marker")
    return spread.with_columns(call=pl.lit("equivocal"))
