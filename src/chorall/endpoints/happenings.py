"""The dated happenings that endpoints look at: events, failures by landmark, MRD responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from chorall.knowledge.endpoint_language import FAILURE, MRD_RESPONSE, EndpointDefinition
from chorall.tables.schema import TABLES
from chorall.tables.store import Pool
from chorall.tables.words import EVENT_TYPES

Tables = Mapping[str, pl.DataFrame]

COURSE_TABLES: Final = ("event", "follow_up", "trial", "transplant", "response", "mrd")
"""What endpoints and histories are derived from."""

HAPPENINGS: Final = (*EVENT_TYPES, MRD_RESPONSE)
"""What a definition may name."""

COMPLETE_RESPONSE_SENSITIVITY: Final = 1e-4
"""An assay that sees less than this proves no complete MRD response (EuroMRD)."""


def course_tables(pool: Pool) -> dict[str, pl.DataFrame]:
    """Return the tables of a pool from which endpoints and histories are derived."""
    return {name: pool.table(name) for name in COURSE_TABLES}


def read_table(tables: Tables, name: str) -> pl.DataFrame:
    """Return a pooled table, empty where it was not given."""
    return tables[name] if name in tables else TABLES[name].empty()


def list_happenings(definition: EndpointDefinition, tables: Tables) -> pl.DataFrame:
    """Return patient_id, event_type and day of everything that `definition` may look at."""
    happened = list_events(tables)
    if definition.failure_is == "no_remission_by_landmark":
        happened = _judge_failures(definition, tables, happened)
    if MRD_RESPONSE in definition.cause_of_event:
        happened = pl.concat([happened, list_mrd_responses(tables)])
    return happened.filter(pl.col("event_type").is_in(list(definition.decisive)))


def list_events(tables: Tables) -> pl.DataFrame:
    """Return patient_id, event_type and day of the recorded events."""
    return tables["event"].select(
        "patient_id", pl.col("type").cast(pl.String).alias("event_type"), "day"
    )


def list_mrd_samples(tables: Tables) -> pl.DataFrame:
    """Return the dated MRD results taken on or after the day of the first remission."""
    results = read_table(tables, "mrd").filter(
        pl.col("day").is_not_null() & pl.col("category").is_not_null()
    )
    remissions = first_day(list_events(tables), "remission")
    return results.join(remissions, on="patient_id").filter(pl.col("day") >= pl.col("remission"))


def list_mrd_responses(tables: Tables) -> pl.DataFrame:
    """Return the samples that prove a complete response; unknown sensitivity proves none."""
    sees_enough = pl.col("sensitivity") <= COMPLETE_RESPONSE_SENSITIVITY
    complete = list_mrd_samples(tables).filter((pl.col("category") == "undetected") & sees_enough)
    return complete.select("patient_id", pl.lit(MRD_RESPONSE).alias("event_type"), "day")


def first_day(happened: pl.DataFrame, event_type: str) -> pl.DataFrame:
    """Return patient_id and the first day of `event_type`, a column of that name."""
    chosen = happened.filter(pl.col("event_type") == event_type)
    return chosen.group_by("patient_id").agg(pl.col("day").min().alias(event_type))


def list_landmarks(tables: Tables) -> pl.DataFrame:
    """Return trial_id and landmark, null where the trial states none."""
    return read_table(tables, "trial").select(
        "trial_id", pl.col("remission_landmark_day").alias("landmark")
    )


def _judge_failures(
    definition: EndpointDefinition, tables: Tables, happened: pl.DataFrame
) -> pl.DataFrame:
    """Replace recorded failures: without remission by the landmark a patient has failed.

    A recorded failure stands where no remission came by then. Who died, relapsed or was last seen
    before the landmark without one is no failure; who has an event later was there at the landmark.
    """
    others = [name for name in definition.decisive if name != FAILURE]
    decisive = happened.filter(pl.col("event_type").is_in(others))
    judged = (
        tables["follow_up"]
        .join(list_landmarks(tables), on="trial_id")
        .join(first_day(happened, "remission"), on="patient_id", how="left")
        .join(decisive.group_by("patient_id").agg(earliest=pl.col("day").min()),
              on="patient_id", how="left")
        .join(happened.group_by("patient_id").agg(latest=pl.col("day").max()),
              on="patient_id", how="left")
        .filter(pl.col("remission").is_null() | (pl.col("remission") > pl.col("landmark")))
    )  # fmt: skip
    recorded = happened.filter(pl.col("event_type") == FAILURE)
    standing = recorded.join(judged, on="patient_id", how="semi")
    seen_until = pl.min_horizontal(pl.max_horizontal("last_contact_day", "latest"), "cutoff_day")
    free = pl.col("earliest").is_null() | (pl.col("earliest") > pl.col("landmark"))
    found = judged.filter(free & (seen_until >= pl.col("landmark"))).select(
        "patient_id", pl.lit(FAILURE).alias("event_type"), pl.col("landmark").alias("day")
    )
    return pl.concat([happened.filter(pl.col("event_type") != FAILURE), standing, found])
