"""Put the harmonised trials together: pooled tables, marker status, endpoints, quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import polars as pl

from chorall.consortium.deliveries import TrialDelivery
from chorall.consortium.karyotypes import KaryotypeEvidence, read_karyotypes
from chorall.consortium.unclaimed import find_unclaimed
from chorall.endpoints import derive_endpoints
from chorall.harmonise.assay_tables import describe_assays
from chorall.harmonise.doubts import spread_doubts
from chorall.harmonise.mapped_fields import mapped_fields
from chorall.harmonise.quality import check_quality
from chorall.harmonise.trial import HarmonisedTrial
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.markers import (
    compare_sources,
    derive_marker_results,
    derive_subtypes,
    marker_name_expr,
)
from chorall.tables.schema import TABLES
from chorall.tables.words import EVENT_TYPES

MAPPED_TABLES = tuple(
    name for name, table in TABLES.items() if table.mappable and name != "marker_result"
)


@dataclass(frozen=True, slots=True)
class Assembled:
    """The tables of a pool before they are written.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Every table of the data model.
    n_unclaimed : dict of str to int
        File name to the rows of a shared file that no trial claimed.
    """

    tables: dict[str, pl.DataFrame]
    n_unclaimed: dict[str, int]


def assemble_tables(
    deliveries: Sequence[TrialDelivery], harmonised: Sequence[HarmonisedTrial], *, synthetic: bool
) -> Assembled:
    """Return all tables of the pool.

    Parameters
    ----------
    deliveries, harmonised : sequences of equal length
        What each trial delivered and what became of it.
    synthetic : bool
        True where the patients are simulated.
    """
    tables = {name: pl.concat([made.tables[name] for made in harmonised]) for name in MAPPED_TABLES}
    tables |= _describe_trials(harmonised, synthetic=synthetic)
    assays = [describe_assays(made.mapping) for made in harmonised]
    tables["assay"] = pl.concat([assay for assay, _ in assays])
    karyotypes = read_karyotypes(tables["karyotype"])
    tables["karyotype"] = karyotypes.karyotypes
    tables["assay_run"] = pl.concat([tables["assay_run"], karyotypes.runs])
    tables["measurement"] = _add_measurements(tables["measurement"], karyotypes.measurements)
    declared = pl.concat([coverage for _, coverage in assays])
    tables["assay_coverage"] = _name_coverage(_lay_coverage(declared, karyotypes.coverage))
    tables["finding"] = _name_findings(pl.concat([tables["finding"], karyotypes.findings]))
    doubts = pl.concat([made.doubts for made in harmonised])
    evidence = _gather_evidence(tables, harmonised, doubts, karyotypes)
    tables["marker_result"] = derive_marker_results(**evidence)
    tables["subtype"] = derive_subtypes(tables["patient"], tables["marker_result"])
    tables["endpoint"] = derive_endpoints(tables, endpoint_definitions().values())
    unclaimed = find_unclaimed(deliveries, harmonised)
    refused = pl.concat([*(made.quarantine for made in harmonised), unclaimed.lines])
    tables["quarantine"] = refused.with_columns(pl.col("source_row").cast(pl.Int32)).select(
        TABLES["quarantine"].column_names
    )
    tables["lineage"] = pl.concat([made.lineage for made in harmonised])
    sources = {
        "account": _list_accounts(harmonised),
        "disagreement": _list_disagreements(evidence),
        "doubt": doubts,
        "impossible": _list_impossible(harmonised),
    }
    tables["quality"] = check_quality(tables | sources)
    return Assembled(tables, unclaimed.counts)


def _add_measurements(delivered: pl.DataFrame, derived: pl.DataFrame) -> pl.DataFrame:
    """Add what follows from other tables where the delivery does not say it itself."""
    new = derived.join(delivered, on=["patient_id", "item"], how="anti", maintain_order="left")
    return pl.concat([delivered, new])


class Evidence(TypedDict):
    """What marker status is derived from; see `derive_marker_results`."""

    patients: pl.DataFrame
    assays: pl.DataFrame
    coverage: pl.DataFrame
    runs: pl.DataFrame
    findings: pl.DataFrame
    asserted: pl.DataFrame


def _gather_evidence(
    tables: dict[str, pl.DataFrame],
    harmonised: Sequence[HarmonisedTrial],
    doubts: pl.DataFrame,
    karyotypes: KaryotypeEvidence,
) -> Evidence:
    """Return findings with the lesions that could not be read, as equivocal ones, beside them."""
    call = pl.col("call").cast(pl.String)
    found = tables["finding"].select("run_id", "marker", call, "hgvs_p")
    spread = spread_doubts(doubts, tables["assay_coverage"])
    unread = [one.select("run_id", "marker", "call") for one in (spread, karyotypes.doubts)]
    doubtful = pl.concat(unread).with_columns(hgvs_p=pl.lit(None, dtype=pl.String))
    return Evidence(
        patients=tables["patient"].select("patient_id", "trial_id"),
        assays=tables["assay"],
        coverage=tables["assay_coverage"],
        runs=tables["assay_run"],
        findings=pl.concat([found, doubtful.select(found.columns)]),
        asserted=pl.concat([made.asserted for made in harmonised]),
    )


def _lay_coverage(declared: pl.DataFrame, karyotypes: pl.DataFrame) -> pl.DataFrame:
    """Return all coverage; what a reader saw text by text goes before what is known of a method."""
    key = ["assay_id", "target", "alteration_class"]
    others = declared.join(karyotypes, on=key, how="anti", maintain_order="left")
    return pl.concat([others, karyotypes])


def _name_coverage(coverage: pl.DataFrame) -> pl.DataFrame:
    return coverage.with_columns(
        marker_name_expr(gene="target", partner=None).alias("marker")
    ).select(TABLES["assay_coverage"].schema.keys())


def _name_findings(findings: pl.DataFrame) -> pl.DataFrame:
    named = findings.with_columns(marker_name_expr().alias("marker"))
    return named.select(TABLES["finding"].schema.keys())


def _describe_trials(
    harmonised: Sequence[HarmonisedTrial], *, synthetic: bool
) -> dict[str, pl.DataFrame]:
    trials = []
    arms = []
    for made in harmonised:
        # The date of the cut-off became days: no calendar date enters the pool.
        stated = made.mapping.trial.model_dump(exclude={"data_cutoff"})
        mapped = mapped_fields(made.mapping)
        recorded = " ".join(name for name in EVENT_TYPES if f"event.{name}" in mapped)
        stated |= {"events_recorded": recorded, "synthetic": synthetic}
        trials.append(_with_reasons("trial", stated))
        for arm in made.mapping.arms:
            row = arm.model_dump() | {"trial_id": made.mapping.trial_id}
            arms.append(_with_reasons("arm", row))
    return {
        "trial": pl.DataFrame(trials, schema=TABLES["trial"].schema),
        "arm": pl.DataFrame(arms, schema=TABLES["arm"].schema),
    }


def _with_reasons(table: str, row: dict[str, object]) -> dict[str, object]:
    reasons = {
        column.missing_name: "not_reported" if row[column.name] is None else None
        for column in TABLES[table].columns
        if column.may_be_missing
    }
    return row | reasons


def _list_accounts(harmonised: Sequence[HarmonisedTrial]) -> pl.DataFrame:
    rows = [
        {
            "trial_id": made.mapping.trial_id,
            "n_rows": account.n_pooled + account.n_quarantined,
            "n_quarantined": account.n_quarantined,
        }
        for made in harmonised
        for account in made.accounts
    ]
    schema = {"trial_id": pl.String, "n_rows": pl.Int64, "n_quarantined": pl.Int64}
    return pl.DataFrame(rows, schema=schema)


def _list_impossible(harmonised: Sequence[HarmonisedTrial]) -> pl.DataFrame:
    rows = [
        (made.mapping.trial_id, field)
        for made in harmonised
        for part in made.mapping.impossible
        for field in part.fields
    ]
    return pl.DataFrame(rows, schema={"trial_id": pl.String, "field": pl.String}, orient="row")


def _list_disagreements(evidence: Evidence) -> pl.DataFrame:
    """Return a bad row where measured and asserted status differ, a good one per trial."""
    asserted = evidence["asserted"]
    good = asserted.select("trial_id").unique(maintain_order=True).with_columns(bad=pl.lit(False))
    assays = evidence["assays"].select("assay_id", "trial_id")
    covered = evidence["coverage"].join(assays, on="assay_id").select("trial_id", "marker")
    runs = evidence["runs"].select("run_id", "trial_id")
    found = evidence["findings"].join(runs, on="run_id").select("trial_id", "marker")
    measurable = pl.concat([covered, found]).unique()
    comparable = asserted.join(
        measurable, on=["trial_id", "marker"], how="semi", maintain_order="left"
    )
    if comparable.is_empty():
        return good
    compared = compare_sources(**(evidence | {"asserted": comparable}))
    return pl.concat([compared.select("trial_id", pl.lit(True).alias("bad")), good])
