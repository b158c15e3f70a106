"""The tables assay and assay_coverage, as a mapping declares them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from chorall.harmonise.mapping import AssayPart, CoverPart, Mapping
from chorall.knowledge.assay_catalogue import AssayCover, known_assays
from chorall.knowledge.fusion_notation import read_fusion
from chorall.knowledge.gene_names import gene_symbols
from chorall.tables.schema import TABLES

NOT_GENES = ("fusion", "karyotype", "expression")
"""Classes of alteration whose targets are not single genes."""

Cover = AssayCover | CoverPart


def describe_assays(mapping: Mapping) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of the tables assay and assay_coverage (without marker names)."""
    assays = [_describe_assay(mapping, assay) for assay in mapping.assays]
    covers = [row for assay in mapping.assays for row in _describe_covers(mapping, assay)]
    coverage = TABLES["assay_coverage"].empty().drop("marker")
    return (
        pl.DataFrame(assays, schema=TABLES["assay"].schema),
        pl.DataFrame(covers, schema=coverage.schema),
    )


def name_target(target: str, alteration_class: str) -> str:
    """Return the HGNC symbol of a gene target and the name of a fusion, however they are written.

    A karyotype target, and a fusion that is not clear, keep their name.
    """
    if alteration_class == "fusion":
        fusion = read_fusion(target)
        return target if fusion is None or fusion.partner is None else fusion.name
    if alteration_class in NOT_GENES:
        return target
    return gene_symbols().get(target.upper(), target)


def list_covers(assay: AssayPart) -> Iterator[tuple[Cover, str]]:
    """Yield what an assay covers: each part with a target of its own, named by its symbol.

    What the mapping spells out goes before what knowledge/assays says of the assay it names.
    """
    listed = known_assays()[assay.assay].cover(assay.genes) if assay.assay else ()
    seen: set[tuple[str, str]] = set()
    parts: tuple[Cover, ...] = (*assay.covers, *listed)
    for cover in parts:
        for target in cover.targets:
            named = (name_target(target, cover.alteration_class), cover.alteration_class)
            if named not in seen:
                yield cover, named[0]
            seen.add(named)


def _describe_covers(mapping: Mapping, assay: AssayPart) -> Iterator[dict[str, str | bool]]:
    for cover, target in list_covers(assay):
        yield {
            "assay_id": mapping.assay_id(assay.id),
            "target": target,
            "alteration_class": cover.alteration_class,
            "scope": cover.scope,
            "negative_capable": cover.negative_capable,
        }


def _describe_assay(mapping: Mapping, assay: AssayPart) -> dict[str, str]:
    method = assay.method or known_assays()[str(assay.assay)].method
    return {
        "assay_id": mapping.assay_id(assay.id),
        "trial_id": mapping.trial_id,
        "method": method,
        "version": assay.version,
        "no_run": assay.no_run,
    }
