"""The items of classifiers from the tables of a pool; what a pool does not hold is not known."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.classify_own_items import align, encode_words, read_own_items
from chorall.analyses.marker_groups import read_marker_groups
from chorall.knowledge.classifier_items import classifier_items
from chorall.markers.classifiers.columns import (
    ABSENT,
    PRESENT,
    UNKNOWN,
    Column,
    MarkerColumn,
    MrdColumn,
    NumberColumn,
)
from chorall.markers.classifiers.implied import complete_items
from chorall.tables.mrd_result import MrdResult
from chorall.tables.store import Pool

PATIENT_NUMBERS: Final = ("age_years", "wbc_10e9_per_l")
PATIENT_WORDS: Final = ("sex", "lineage", "cns_status")
REMISSION_TIMES: Final = ("end_of_induction", "end_of_consolidation")
MRD_NUMBERS: Final = ("mrd_fraction", "limit_fraction", "sensitivity")
SUBTYPE_SCHEME: Final = "ICC-2022"
"""The taxonomy with the most entities; its ids are those of the rules."""
EVENT_ITEMS: Final = {"first_relapse": "relapse", "induction_failure": "induction_failure"}


def read_items(pool: Pool, extra: pl.DataFrame | None = None) -> dict[str, Column]:
    """Lay out what a pool knows of every patient, in the order of the table patient.

    Parameters
    ----------
    pool : Pool
        Markers are those at diagnosis; MRD, laboratory values and response those of the table; the
        subtype is that of the ICC.
    extra : DataFrame or None
        patient_id and one column per item: numbers, words, or marker statuses (or true and false);
        null means that the pool decides, any other value goes before the pool.

    Returns
    -------
    dict of str to Column
        Items with what follows from them. Of several MRD results of one time point the most
        sensitive counts, then the earliest; of several laboratory values the earliest. A relapse or
        induction failure is absent only in trials that report such events.

    Raises
    ------
    InputError
        If `extra` has a column that is no item, or no patient_id.
    """
    patients = pool.table("patient")
    ids = patients["patient_id"]
    columns: dict[str, Column] = {}
    for name in PATIENT_NUMBERS:
        columns[name] = NumberColumn(patients[name].cast(pl.Float64).fill_null(np.nan).to_numpy())
    for name in PATIENT_WORDS:
        columns[name] = encode_words(patients[name])
    columns["down_syndrome"] = _encode_flags(patients["down_syndrome"])
    columns["subtype"] = encode_words(_read_subtypes(pool, ids))
    columns |= _read_measurements(pool, ids)
    columns |= _read_markers(pool, ids)
    columns |= _read_mrd(pool, ids)
    columns |= _read_remission(pool, ids)
    columns |= _read_events(pool, patients)
    if extra is not None:
        columns |= read_own_items(extra, ids, columns)
    return complete_items(columns, len(ids))


def _encode_flags(flags: pl.Series) -> MarkerColumn:
    codes = flags.cast(pl.Int8).fill_null(UNKNOWN)
    return MarkerColumn(codes.to_numpy())


def _read_subtypes(pool: Pool, ids: pl.Series) -> pl.Series:
    """Return the entity of each patient, null where it is open."""
    rows = pool.table("subtype").filter(pl.col("scheme") == SUBTYPE_SCHEME)
    return align(rows.select("patient_id", "subtype"), ids)["subtype"]


def _read_measurements(pool: Pool, ids: pl.Series) -> dict[str, Column]:
    numbers = [item.name for item in classifier_items().values() if item.kind == "number"]
    found = pool.table("measurement").filter(
        pl.col("item").is_in([name for name in numbers if name not in PATIENT_NUMBERS])
    )
    columns: dict[str, Column] = {}
    for (name,), rows in found.group_by("item", maintain_order=True):
        first = rows.sort("day", nulls_last=True, maintain_order=True).unique(
            "patient_id", keep="first", maintain_order=True
        )
        values = align(first.select("patient_id", "value"), ids)["value"].cast(pl.Float64)
        columns[str(name)] = NumberColumn(values.fill_null(np.nan).to_numpy())
    return columns


def _read_markers(pool: Pool, ids: pl.Series) -> dict[str, Column]:
    results = pool.table("marker_result")
    aliases = {alias for item in classifier_items().values() for alias in item.same_as}
    markers = [
        marker
        for marker in results["marker"].unique().sort().to_list()
        if marker in classifier_items() or marker in aliases or "::" in marker
    ]
    groups = read_marker_groups(results, ids, markers)
    return {marker: MarkerColumn(groups[:, place]) for place, marker in enumerate(markers)}


def _read_mrd(pool: Pool, ids: pl.Series) -> dict[str, Column]:
    names = {item.name for item in classifier_items().values() if item.kind == "mrd"}
    columns: dict[str, Column] = {}
    known = pool.table("mrd").filter(pl.col("category").is_not_null())
    for (time,), rows in known.group_by("timepoint", maintain_order=True):
        if f"mrd_{time}" not in names:
            continue
        best = rows.sort("sensitivity", "day", nulls_last=True, maintain_order=True).unique(
            "patient_id", keep="first", maintain_order=True
        )
        columns[f"mrd_{time}"] = _encode_reports(align(best, ids))
    return columns


def _encode_reports(rows: pl.DataFrame) -> MrdColumn:
    keys = rows.select(
        pl.col("category", "method").cast(pl.String),
        *(pl.when(pl.col(name) > 0).then(pl.col(name)).alias(name) for name in MRD_NUMBERS),
    )
    distinct = keys.filter(pl.col("category").is_not_null()).unique(maintain_order=True)
    places = keys.join(
        distinct.with_row_index("place"),
        on=keys.columns,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )["place"]
    codes = places.cast(pl.Int64).fill_null(-1).to_numpy()
    return MrdColumn(codes, tuple(MrdResult(**row) for row in distinct.iter_rows(named=True)))


def _read_remission(pool: Pool, ids: pl.Series) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for time in REMISSION_TIMES:
        rows = pool.table("response").filter(pl.col("timepoint") == time)
        last = rows.sort("day", nulls_last=True, maintain_order=True).unique(
            "patient_id", keep="last", maintain_order=True
        )
        status = align(last.select("patient_id", "status"), ids)["status"].cast(pl.String)
        codes = status.replace_strict(
            {"remission": PRESENT, "no_remission": ABSENT}, default=UNKNOWN, return_dtype=pl.Int8
        )
        columns[f"complete_remission_{time}"] = MarkerColumn(codes.fill_null(UNKNOWN).to_numpy())
    return columns


def _read_events(pool: Pool, patients: pl.DataFrame) -> dict[str, Column]:
    events = pool.table("event").with_columns(pl.col("type").cast(pl.String))
    columns: dict[str, Column] = {}
    for item, kind in EVENT_ITEMS.items():
        found = events.filter(pl.col("type") == kind)
        has_event = patients["patient_id"].is_in(found["patient_id"].unique().to_list())
        is_reported = patients["trial_id"].is_in(found["trial_id"].unique().to_list())
        codes = np.where(has_event, PRESENT, np.where(is_reported, ABSENT, UNKNOWN))
        columns[item] = MarkerColumn(codes.astype(np.int8))
    return columns
