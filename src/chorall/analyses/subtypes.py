"""Patients with their subtype: for groups, and as a covariate."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.knowledge.taxonomy_schemes import find_scheme
from chorall.tables.store import Pool

SCHEME: Final = "ICC-2022"
"""The taxonomy by which analyses group; the other is in the table `subtype`."""
OPEN: Final = "open"


def add_subtype(pool: Pool, patients: pl.DataFrame) -> pl.DataFrame:
    """Return the patients with a column `subtype`, null where no subtype could be assigned.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    patients : DataFrame
        With the column patient_id.
    """
    found = pool.table("subtype").filter(pl.col("scheme") == SCHEME)
    return patients.join(
        found.select("patient_id", "subtype"), on="patient_id", how="left", maintain_order="left"
    )


def list_subtypes() -> list[str]:
    """Return the names of all subtypes in order of precedence, B before T, and `open` last."""
    scheme = find_scheme(SCHEME)
    names = []
    for lineage, entities in scheme.entities.items():
        names += [*(entity.name for entity in entities), scheme.rest[lineage][0]]
    return [*names, OPEN]
