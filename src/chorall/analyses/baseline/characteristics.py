"""What is known of each patient at baseline, and why something is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from chorall.analyses.incidence_groups import assign_age_band
from chorall.analyses.subtypes import OPEN, add_subtype, list_subtypes
from chorall.knowledge.age_bands import age_bands
from chorall.knowledge.measurements import measurement_items
from chorall.tables.schema import PATIENT
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS, MARKER_STATUSES, MISSING_REASONS, TESTED_STATUSES

Kind = Literal["number", "word", "marker"]
VARIABLES: Final = (
    "age_years", "age_band", "sex", "lineage", "wbc_10e9_per_l", "cns_status", "down_syndrome",
    "subtype",
)  # fmt: skip
FURTHER_VARIABLES: Final = ("year_band",)
POSITIVE_ONLY: Final = "positive_only"
LATEST_BASELINE_DAY: Final = 7
"""A sample of a later day says nothing of the patient before treatment."""
NOT_IN_POOL: Final = "not_reported"
"""Of a measurement without a row: the trial has sent nothing."""
REASONS: Final[dict[Kind, tuple[str, ...]]] = {
    "number": MISSING_REASONS,
    "word": (*MISSING_REASONS, OPEN),
    "marker": (*(word for word in MARKER_STATUSES if word not in TESTED_STATUSES), POSITIVE_ONLY),
}


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One characteristic of n patients.

    Attributes
    ----------
    name : str
        Of a column, an item of the table measurement, or a marker.
    kind : {"number", "word", "marker"}
        A number is summarised by quartiles, the others by counts.
    values : Series of float or str, length n
        Null where not known.
    reasons : Series of str, length n
        Why; null where the value is known.
    levels : tuple of str
        Of words and markers, in order; those nobody has are among them.
    """

    name: str
    kind: Kind
    values: pl.Series
    reasons: pl.Series
    levels: tuple[str, ...] = ()


def list_variables(pool: Pool) -> list[str]:
    """Return the variables a table can have besides markers: of the patient, and measured."""
    there = set(pool.table("measurement")["item"].unique())
    items = [item for item in measurement_items() if item in there]
    return [*VARIABLES, *FURTHER_VARIABLES, *items]


def read_characteristics(
    pool: Pool, patient_ids: pl.Series, variables: Sequence[str], markers: Sequence[str]
) -> Iterator[Characteristic]:
    """Yield variables, then markers, each for the patients as they stand.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    patient_ids : Series of str, length n
        Of the table.
    variables : sequence of str
        Of `list_variables`.
    markers : sequence of str
        Of the table marker_result, at diagnosis.
    """
    ids = pl.DataFrame({"patient_id": patient_ids})
    patients = ids.join(pool.table("patient"), on="patient_id", how="left", maintain_order="left")
    patients = _add_derived(pool, patients)
    for name in variables:
        if name in measurement_items():
            yield _read_measurement(pool, ids, name)
        else:
            yield _read_column(patients, name)
    results = (
        pool.table("marker_result")
        .filter(pl.col("phase") == DIAGNOSIS, pl.col("marker").is_in(list(markers)))
        .select("patient_id", "marker", "status", "rules_out")
    )
    parts = {
        str(key): part for (key,), part in results.partition_by("marker", as_dict=True).items()
    }
    for marker in markers:
        yield _read_marker(parts.get(marker, results.clear()), ids, marker)


def _add_derived(pool: Pool, patients: pl.DataFrame) -> pl.DataFrame:
    """Add age band and subtype; a subtype that no test has settled is not known: `open`."""
    age = pl.col("age_years")
    band = pl.when(age.is_not_null()).then(assign_age_band(age).cast(pl.String))
    return add_subtype(pool, patients).with_columns(
        pl.col("subtype").cast(pl.String),
        subtype_missing=pl.when(pl.col("subtype").is_null()).then(pl.lit(OPEN)),
        age_band=band,
        age_band_missing=pl.col("age_years_missing"),
    )


def _read_column(patients: pl.DataFrame, name: str) -> Characteristic:
    values, reasons = patients[name], patients[f"{name}_missing"].cast(pl.String)
    if values.dtype == pl.Float64:
        return Characteristic(name, "number", values, reasons)
    if values.dtype == pl.Boolean:
        values = values.replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
        return Characteristic(name, "word", values, reasons, ("yes", "no"))
    values = values.cast(pl.String)
    levels = _list_levels(name, values)
    return Characteristic(name, "word", values, reasons, levels)


def _list_levels(name: str, values: pl.Series) -> tuple[str, ...]:
    if name == "age_band":
        return tuple(band.label for band in age_bands())
    if name == "subtype":
        return tuple(level for level in list_subtypes() if level in set(values.unique()))
    words = PATIENT.column(name).words
    return words or tuple(values.drop_nulls().unique().sort())


def _read_measurement(pool: Pool, ids: pl.DataFrame, item: str) -> Characteristic:
    """Take the value nearest to day 0; one without a day counts as of day 0."""
    distance = pl.col("day").fill_null(0).abs()
    nearest = (
        pool.table("measurement")
        .filter(pl.col("item") == item, pl.col("day").fill_null(0) <= LATEST_BASELINE_DAY)
        .sort("patient_id", distance, "value", maintain_order=True)
        .unique("patient_id", keep="first", maintain_order=True)
        .select("patient_id", "value")
    )
    joined = ids.join(nearest, on="patient_id", how="left", maintain_order="left")
    without = pl.when(pl.col("value").is_null()).then(pl.lit(NOT_IN_POOL))
    reasons = joined.select(without.alias("reason"))["reason"]
    return Characteristic(item, "number", joined["value"], reasons)


def _read_marker(results: pl.DataFrame, ids: pl.DataFrame, marker: str) -> Characteristic:
    status = pl.col("status").cast(pl.String)
    is_tested = status.is_in(list(TESTED_STATUSES)) & pl.col("rules_out")
    positive_only = (status == "present") & ~pl.col("rules_out")
    found = results.select(
        "patient_id",
        value=pl.when(is_tested).then(status),
        reason=pl.when(positive_only).then(pl.lit(POSITIVE_ONLY)).when(~is_tested).then(status),
    )
    joined = ids.join(found, on="patient_id", how="left", maintain_order="left")
    nothing = joined["value"].is_null() & joined["reason"].is_null()
    reasons = joined.with_columns(
        pl.when(nothing).then(pl.lit(NOT_IN_POOL)).otherwise("reason").alias("reason")
    )["reason"]
    return Characteristic(marker, "marker", joined["value"], reasons, TESTED_STATUSES)
