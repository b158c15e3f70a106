"""The groups in which incidence is counted, and the counting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.analyses.subtypes import OPEN, add_subtype, list_subtypes
from chorall.knowledge.age_bands import age_bands
from chorall.tables.store import Pool
from chorall.tables.words import LINEAGES, MARKER_STATUSES

GROUPINGS: Final = ("overall", "age_band", "lineage", "trial")
FURTHER_GROUPINGS: Final = ("subtype",)
"""Those that are counted only where they are asked for: they make many small cells."""
ALL_PATIENTS: Final = "all"
UNKNOWN: Final = "unknown"
POSITIVE_ONLY: Final = "n_positive_only"
COUNTS: Final = (*(f"n_{status}" for status in MARKER_STATUSES), POSITIVE_ONLY)


def label_groups(pool: Pool, asked: Sequence[str] = ()) -> pl.DataFrame:
    """Return patient_id and the patient's group in each grouping, as ordered words.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    asked : sequence of str
        Groupings that are wanted; those of FURTHER_GROUPINGS are there only then.
    """
    lineages = pl.Enum([*LINEAGES, UNKNOWN])
    patients = pool.table("patient")
    further = {}
    if "subtype" in asked:
        patients = add_subtype(pool, patients)
        further["subtype"] = pl.col("subtype").fill_null(OPEN).cast(pl.Enum(list_subtypes()))
    return patients.select(
        "patient_id",
        overall=pl.lit(ALL_PATIENTS, dtype=pl.Enum([ALL_PATIENTS])),
        age_band=assign_age_band(pl.col("age_years")),
        lineage=pl.col("lineage").cast(pl.String).fill_null(UNKNOWN).cast(lineages),
        trial=pl.col("trial_id").cast(pl.Enum(list(pool.trials))),
        **further,
    )


def assign_age_band(age_years: pl.Expr) -> pl.Expr:
    """Return the label of the age band; a missing age is `unknown`."""
    bands = age_bands()
    labels = pl.Enum([*(band.label for band in bands), UNKNOWN])
    inside = [
        pl.when((age_years >= band.lower) & (age_years < band.upper)).then(pl.lit(band.label))
        for band in bands
    ]
    return pl.coalesce(*inside, pl.lit(UNKNOWN)).cast(labels)


def count_statuses(
    results: pl.DataFrame, groups: pl.DataFrame, markers: Sequence[str], phase: str
) -> pl.DataFrame:
    """Count the words of status in the finest cells: marker x age band x lineage x trial (...).

    A lesion found by an assay that can only find it (a partial panel, a list of positives) is
    counted apart as `n_positive_only`: beside negatives that such an assay cannot give, it would
    make a frequency of 100 %.

    Parameters
    ----------
    results : DataFrame
        The table marker_result.
    groups : DataFrame
        What `label_groups` returns.
    markers : sequence of str
        Those to count.
    phase : str
        The phase to count.

    Returns
    -------
    DataFrame
        marker, one column per grouping, `n_present` ... `n_not_reported` and `n_positive_only`;
        cells without a patient have no row.
    """
    chosen = results.filter(pl.col("phase") == phase, pl.col("marker").is_in(list(markers)))
    is_present = pl.col("status") == "present"
    positive_only = is_present & ~pl.col("rules_out")
    counts = [
        ((pl.col("status") == status) & ~positive_only).sum().alias(f"n_{status}")
        for status in MARKER_STATUSES
    ]
    counts.append(positive_only.sum().alias(POSITIVE_ONLY))
    return (
        chosen.select("patient_id", "marker", "status", "rules_out")
        .join(groups, on="patient_id", how="left")
        .group_by("marker", *(name for name in groups.columns if name != "patient_id"))
        .agg(counts)
    )
