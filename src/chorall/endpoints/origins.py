"""Where the clock of an endpoint starts for each patient, or why it does not."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.endpoints.happenings import (
    Tables,
    first_day,
    list_events,
    list_landmarks,
    list_mrd_samples,
    read_table,
)
from chorall.knowledge.endpoint_language import MRD_RESPONSE, EndpointDefinition
from chorall.tables.words import EVENT_TYPES

NEVER_IN_REMISSION: Final = "never_in_remission"
REMISSION_NOT_DATED: Final = "remission_not_dated"
NO_TRANSPLANT: Final = "no_dated_first_transplantation"
NEVER_RELAPSED: Final = "never_relapsed"
NO_LANDMARK: Final = "trial_states_no_landmark"
NO_MRD: Final = "no_dated_mrd_in_remission"
NOT_RECORDED: Final = "trial_does_not_record_it"
LEFT_BEFORE_ENTRY: Final = "left_before_entry"


def locate_origins(definition: EndpointDefinition, tables: Tables) -> pl.DataFrame:
    """Return `follow_up` with the day on which the clock starts.

    Returns
    -------
    pl.DataFrame, (n_patients, 8)
        patient_id, trial_id, entry_day, last_contact_day, cutoff_day, landmark, origin_day and
        reason, in the order of `follow_up`; where the clock never starts origin_day is null and
        reason says why.
    """
    columns = ("patient_id", "trial_id", "entry_day", "last_contact_day", "cutoff_day")
    patients = tables["follow_up"].select(columns)
    patients = _join(patients, list_landmarks(tables), "trial_id")
    patients = _start_clock(definition, patients, tables)
    if definition.by_landmark:
        patients = _need_landmark(patients, tables)
    if MRD_RESPONSE in definition.cause_of_event:
        measured = list_mrd_samples(tables)["patient_id"].unique()
        patients = _stop_clock(patients, ~pl.col("patient_id").is_in(measured.implode()), NO_MRD)
    blind = pl.col("trial_id").is_in(list(find_blind_trials(definition, tables)))
    return patients.with_columns(
        origin_day=pl.when(~blind).then(pl.col("origin_day")),
        reason=pl.when(blind).then(pl.lit(NOT_RECORDED)).otherwise(pl.col("reason")),
    )


def find_blind_trials(definition: EndpointDefinition, tables: Tables) -> list[str]:
    """Return the trials that record none of the events of a cause, or not where the clock starts.

    That nobody has an event that is not recorded would say that it never happens.
    """
    needed = [set(cause.events) for cause in definition.causes]
    if definition.origin in EVENT_TYPES:
        needed.append({definition.origin})
    if definition.by_landmark:
        needed.append({"remission"})
    return [
        trial_id
        for trial_id, recorded in list_recorded(tables).items()
        if not all(events & {*recorded, MRD_RESPONSE} for events in needed)
    ]


def list_recorded(tables: Tables) -> dict[str, set[str]]:
    """Return trial_id to the event types it records, of the trials that tell."""
    stated = read_table(tables, "trial").select("trial_id", "events_recorded").drop_nulls()
    return {trial_id: set(words.split()) for trial_id, words in stated.iter_rows()}


def _join(patients: pl.DataFrame, other: pl.DataFrame, on: str = "patient_id") -> pl.DataFrame:
    return patients.join(other, on=on, how="left", maintain_order="left")


def _start_clock(
    definition: EndpointDefinition, patients: pl.DataFrame, tables: Tables
) -> pl.DataFrame:
    if definition.origin == "time_zero":
        return patients.with_columns(origin_day=pl.lit(0, pl.Int32), reason=pl.lit(None, pl.String))
    if definition.origin == "transplant":
        return _give_reason(_join(patients, first_transplantations(tables)), NO_TRANSPLANT)
    starts = first_day(list_events(tables), definition.origin)
    started = _join(patients, starts.rename({definition.origin: "origin_day"}))
    if definition.origin == "relapse":
        return _give_reason(started, NEVER_RELAPSED)
    undated = pl.col("patient_id").is_in(_undated_remissions(tables).implode())
    word = pl.when(undated).then(pl.lit(REMISSION_NOT_DATED)).otherwise(pl.lit(NEVER_IN_REMISSION))
    return started.with_columns(reason=pl.when(pl.col("origin_day").is_null()).then(word))


def _give_reason(patients: pl.DataFrame, reason: str) -> pl.DataFrame:
    missing = pl.when(pl.col("origin_day").is_null()).then(pl.lit(reason))
    return patients.with_columns(reason=missing)


def _stop_clock(patients: pl.DataFrame, where: pl.Expr, reason: str) -> pl.DataFrame:
    """Take the origin away where `where`, unless another reason came first."""
    stopped = where & pl.col("reason").is_null()
    return patients.with_columns(
        origin_day=pl.when(~stopped).then(pl.col("origin_day")),
        reason=pl.when(stopped).then(pl.lit(reason)).otherwise(pl.col("reason")),
    )


def _need_landmark(patients: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Without a landmark, or with a remission of unknown day, nobody can tell who failed by it."""
    patients = _stop_clock(patients, pl.col("landmark").is_null(), NO_LANDMARK)
    undated = pl.col("patient_id").is_in(_undated_remissions(tables).implode())
    return _stop_clock(patients, undated, REMISSION_NOT_DATED)


def first_transplantations(tables: Tables) -> pl.DataFrame:
    """Return the day of the lowest `n`; an undated first one is not replaced by the second."""
    transplants = read_table(tables, "transplant")
    return transplants.group_by("patient_id").agg(origin_day=pl.col("day").sort_by("n").first())


def _undated_remissions(tables: Tables) -> pl.Series:
    """Return patients with a recorded remission of which no day is known."""
    assessed = read_table(tables, "response").filter(pl.col("status") == "remission")
    events = list_events(tables)
    dated = events.filter(pl.col("event_type") == "remission")["patient_id"]
    return assessed.filter(~pl.col("patient_id").is_in(dated.unique().implode()))["patient_id"]
