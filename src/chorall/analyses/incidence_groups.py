"""The groups in which incidence is counted: one label per patient, or per patient and marker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.subtypes import OPEN, add_subtype, list_subtypes
from chorall.knowledge.age_bands import age_bands
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS, LINEAGES, SEXES

TRIAL: Final = "trial"
OVERALL: Final = "overall"
GROUPINGS: Final = (OVERALL, "age_band", "lineage", TRIAL)
FURTHER_GROUPINGS: Final = ("sex", "ph_status", "subtype", "ascertainment", "assay")
"""Those that are counted only where they are asked for: they make many small cells."""
WITHIN: Final = "+"
"""Joins groupings to strata, e.g. lineage+age_band."""
ALL_PATIENTS: Final = "all"
UNKNOWN: Final = "unknown"
PH_MARKER: Final = "BCR::ABL1"
PH_WORDS: Final = ("present", "absent", UNKNOWN)


def read_groupings(by: Sequence[str]) -> tuple[str, ...]:
    """Return what was asked for, each once, or raise InputError with what exists."""
    asked = tuple(dict.fromkeys([by] if isinstance(by, str) else by))
    parts = [part for one in asked for part in one.split(WITHIN)]
    check_choices(parts, (*GROUPINGS, *FURTHER_GROUPINGS), what="grouping")
    return asked


def list_strata(groupings: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groupings of each stratum: `()` is all patients; the trial is none of them."""
    found = dict.fromkeys(
        tuple(part for part in one.split(WITHIN) if part not in (OVERALL, TRIAL))
        for one in groupings
    )
    return tuple(found)


def name_strata(parts: Sequence[str]) -> str:
    """Return the name of a stratification, as in the column `by`."""
    return WITHIN.join(parts) or OVERALL


def label_groups(pool: Pool, asked: Iterable[str] = ()) -> pl.DataFrame:
    """Return patient_id, trial and the patient's group in each grouping, as ordered words.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    asked : iterable of str
        Groupings that are wanted; those of FURTHER_GROUPINGS are there only then.
    """
    wanted = set(asked)
    patients = pool.table("patient")
    further = {}
    if "subtype" in wanted:
        patients = add_subtype(pool, patients)
        further["subtype"] = pl.col("subtype").fill_null(OPEN).cast(pl.Enum(list_subtypes()))
    if "ph_status" in wanted:
        patients = _add_ph_status(pool, patients)
        further["ph_status"] = pl.col("ph_status").fill_null(UNKNOWN).cast(pl.Enum(PH_WORDS))
    if "sex" in wanted:
        further["sex"] = _word("sex", SEXES)
    return patients.select(
        "patient_id",
        pl.col("trial_id").cast(pl.Enum(list(pool.trials))).alias(TRIAL),
        age_band=assign_age_band(pl.col("age_years")),
        lineage=_word("lineage", LINEAGES),
        **further,
    )


def _word(column: str, words: Sequence[str]) -> pl.Expr:
    return pl.col(column).cast(pl.String).fill_null(UNKNOWN).cast(pl.Enum([*words, UNKNOWN]))


def _add_ph_status(pool: Pool, patients: pl.DataFrame) -> pl.DataFrame:
    """Add BCR::ABL1 at diagnosis as it was tested; only present and absent are known."""
    found = pool.table("marker_result").filter(
        pl.col("marker") == PH_MARKER,
        pl.col("phase") == DIAGNOSIS,
        pl.col("status").is_in(PH_WORDS[:2]),
    )
    status = found.select("patient_id", ph_status=pl.col("status").cast(pl.String))
    return patients.join(status, on="patient_id", how="left", maintain_order="left")


def assign_age_band(age_years: pl.Expr) -> pl.Expr:
    """Return the label of the age band; a missing age is `unknown`."""
    bands = age_bands()
    labels = pl.Enum([*(band.label for band in bands), UNKNOWN])
    inside = [
        pl.when((age_years >= band.lower) & (age_years < band.upper)).then(pl.lit(band.label))
        for band in bands
    ]
    return pl.coalesce(*inside, pl.lit(UNKNOWN)).cast(labels)
