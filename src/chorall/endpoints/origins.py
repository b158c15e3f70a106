"""Where the clock of an endpoint starts for each patient, or why it does not."""

from __future__ import annotations

import polars as pl

from chorall.knowledge.endpoint_definitions import EndpointDefinition

NO_ORIGIN = {
    "time_zero": "",
    "remission": "never_in_remission",
    "transplant": "no_dated_first_transplantation",
}
"""Reason why a patient without origin is not in an endpoint."""


def locate_origins(
    definition: EndpointDefinition,
    event: pl.DataFrame,
    follow_up: pl.DataFrame,
    transplant: pl.DataFrame,
) -> pl.DataFrame:
    """Return `follow_up` with the day on which the clock starts.

    Returns
    -------
    pl.DataFrame, (n_patients, 5)
        patient_id, trial_id, entry_day, last_contact_day and origin_day, in the order of
        `follow_up`; origin_day is null where the clock never starts.
    """
    patients = follow_up.select("patient_id", "trial_id", "entry_day", "last_contact_day")
    if definition.origin == "time_zero":
        return patients.with_columns(origin_day=pl.lit(0, pl.Int32))
    origins = (
        _first_remissions(event)
        if definition.origin == "remission"
        else _first_transplantations(transplant)
    )
    return patients.join(origins, on="patient_id", how="left", maintain_order="left")


def _first_remissions(event: pl.DataFrame) -> pl.DataFrame:
    remissions = event.filter(pl.col("type") == "remission")
    return remissions.group_by("patient_id").agg(origin_day=pl.col("day").min())


def _first_transplantations(transplant: pl.DataFrame) -> pl.DataFrame:
    """Return the day of the lowest `n`; an undated first one is not replaced by the second."""
    return transplant.group_by("patient_id").agg(origin_day=pl.col("day").sort_by("n").first())
