"""What may be missing: each marker, each kind of test, MRD at each time point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.marker_groups import UNKNOWN, read_marker_groups
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS


class Item(NamedTuple):
    """One thing that patients have a result of or have not; `tested` has shape (n,)."""

    name: str
    kind: str
    tested: NDArray[np.bool_]


def list_items(pool: Pool, patient_ids: pl.Series, markers: Sequence[str]) -> Iterator[Item]:
    """Return all items of n patients: kinds of tests, MRD, then the markers."""
    for name, ids in list_tests(pool):
        yield Item(f"any result of {name}", "test", find_patients(patient_ids, ids))
    for name, ids in list_timepoints(pool):
        yield Item(f"MRD at {name.replace('_', ' ')}", "mrd", find_patients(patient_ids, ids))
    groups = read_marker_groups(pool.table("marker_result"), patient_ids, markers)
    for column, marker in enumerate(markers):
        yield Item(marker, "marker", groups[:, column] != UNKNOWN)


def list_tests(pool: Pool) -> list[tuple[str, pl.Series]]:
    """Return each method with the patients it gave a result of at diagnosis."""
    runs = pool.table("assay_run").join(pool.table("assay").drop("trial_id"), on="assay_id")
    passed = runs.filter(
        pl.col("phase") == DIAGNOSIS, pl.col("performed") == "yes", pl.col("quality") == "passed"
    )
    return group_patients(passed, "method")


def list_timepoints(pool: Pool) -> list[tuple[str, pl.Series]]:
    """Return each time point with the patients whose MRD is known there."""
    known = pool.table("mrd").filter(pl.col("category").is_not_null())
    return group_patients(known, "timepoint")


def group_patients(frame: pl.DataFrame, by: str) -> list[tuple[str, pl.Series]]:
    """Return the patients of each word of a column, sorted by the words."""
    names = frame[by].drop_nulls().unique().sort().to_list()
    return [(name, frame.filter(pl.col(by) == name)["patient_id"]) for name in names]


def find_patients(patient_ids: pl.Series, ids: pl.Series) -> NDArray[np.bool_]:
    """Tell which patients are among `ids`."""
    return np.asarray(patient_ids.is_in(ids.unique().to_list()).to_numpy(), dtype=bool)
