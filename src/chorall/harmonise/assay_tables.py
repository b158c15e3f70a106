"""The tables assay and assay_coverage, as a mapping declares them."""

from __future__ import annotations

import polars as pl

from chorall.harmonise.mapping import AssayPart, Mapping
from chorall.knowledge.gene_names import gene_symbols
from chorall.tables.schema import TABLES

NOT_GENES = ("fusion", "karyotype")
"""Classes of alteration whose targets are not single genes."""


def describe_assays(mapping: Mapping) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of the tables assay and assay_coverage (without marker names)."""
    assays = [_describe_assay(mapping, assay) for assay in mapping.assays]
    covers = [
        {
            "assay_id": mapping.assay_id(assay.id),
            "target": name_target(target, cover.alteration_class),
            "alteration_class": cover.alteration_class,
            "scope": cover.scope,
            "negative_capable": cover.negative_capable,
        }
        for assay in mapping.assays
        for cover in assay.covers
        for target in cover.targets
    ]
    coverage = TABLES["assay_coverage"].empty().drop("marker")
    return (
        pl.DataFrame(assays, schema=TABLES["assay"].schema),
        pl.DataFrame(covers, schema=coverage.schema),
    )


def name_target(target: str, alteration_class: str) -> str:
    """Return the HGNC symbol of a gene target; fusions and karyotype targets keep their name."""
    if alteration_class in NOT_GENES:
        return target
    return gene_symbols().get(target.upper(), target)


def _describe_assay(mapping: Mapping, assay: AssayPart) -> dict[str, str]:
    return {
        "assay_id": mapping.assay_id(assay.id),
        "trial_id": mapping.trial_id,
        "method": assay.method,
        "version": assay.version,
        "no_run": assay.no_run,
    }
