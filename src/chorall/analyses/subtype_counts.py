"""How many patients have which subtype, by each taxonomy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.result import AnalysisResult, label_pool
from chorall.analyses.subtypes import OPEN
from chorall.knowledge.taxonomy_schemes import taxonomy_schemes
from chorall.tables.store import Pool

PRECEDENCE = (
    "The order of precedence and the names in each taxonomy are from memory: unverified "
    "(docs/subtypes.md)."
)


@dataclass(frozen=True, kw_only=True)
class SubtypeCounts(AnalysisResult):
    """Subtypes of the patients of a pool.

    Attributes
    ----------
    rows : DataFrame
        One line per taxonomy and subtype that somebody has, in the order of precedence: scheme,
        subtype (`open` where none could be assigned), label, confidence (null for the rest and for
        `open`), n_patients.
    """


def subtypes(
    pool: Pool, *, schemes: Sequence[str] | None = None, include_unverified: bool = True
) -> SubtypeCounts:
    """Count the patients of each subtype.

    The counts are no frequencies: an open subtype may be any that no test has excluded.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    schemes : sequence of str or None
        Taxonomies (`ICC-2022`, `WHO-HAEM5`); None counts by each.
    include_unverified : bool
        False counts patients as open whose subtype is defined from memory.

    Returns
    -------
    SubtypeCounts
        One line per taxonomy and subtype.

    Raises
    ------
    InputError
        If there is no such taxonomy.
    """
    known = tuple(taxonomy_schemes())
    asked = known if schemes is None else check_choices(schemes, known, what="taxonomy")
    found = pool.table("subtype").filter(pl.col("scheme").is_in(asked))
    confidence = pl.col("confidence").cast(pl.String)
    found = found.select("scheme", "subtype", "label", confidence)
    unverified = found.filter(confidence == "unverified")
    if not include_unverified:
        known_only = pl.when(confidence.fill_null("") != "unverified")
        columns = ("subtype", "label", "confidence")
        found = found.with_columns(known_only.then(pl.col(name)).alias(name) for name in columns)
    return SubtypeCounts(
        analysis="subtypes",
        pool=label_pool(pool),
        rows=_count(found, asked),
        warnings=(PRECEDENCE, *_warn(unverified, include_unverified)),
    )


def _count(found: pl.DataFrame, schemes: Sequence[str]) -> pl.DataFrame:
    order = [(scheme, name) for scheme in schemes for name in [*_list_names(scheme), OPEN]]
    places = pl.DataFrame(order, schema=["scheme", "subtype"], orient="row").with_row_index("place")
    counted = found.with_columns(pl.col("subtype").fill_null(OPEN))
    counted = counted.group_by("scheme", "subtype", "label", "confidence").len("n_patients")
    joined = counted.join(places, on=["scheme", "subtype"], how="left").sort("place")
    return joined.select("scheme", "subtype", "label", "confidence", "n_patients")


def _list_names(scheme: str) -> list[str]:
    listed = taxonomy_schemes()[scheme]
    names = []
    for lineage, entities in listed.entities.items():
        names += [*(entity.name for entity in entities), listed.rest[lineage][0]]
    return names


def _warn(unverified: pl.DataFrame, included: bool) -> list[str]:
    if unverified.is_empty():
        return []
    names = ", ".join(sorted(set(unverified["subtype"].to_list())))
    if included:
        return [f"Unverified, defined from memory: {names}."]
    n = max(unverified.group_by("scheme").len()["len"].to_list())
    return [f"Left out, defined from memory: {names}; {n} patients of them are counted as open."]
