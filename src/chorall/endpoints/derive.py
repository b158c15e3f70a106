"""Entry, exit and cause of every patient for every endpoint."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from chorall.endpoints.origins import NO_ORIGIN, locate_origins
from chorall.errors import DefinitionError, raise_gathered
from chorall.knowledge.endpoint_definitions import EndpointDefinition
from chorall.tables.schema import ENDPOINT
from chorall.tables.words import EVENT_TYPES

CENSORED = "censored"


def derive_endpoints(
    event: pl.DataFrame,
    follow_up: pl.DataFrame,
    transplant: pl.DataFrame,
    definitions: Iterable[EndpointDefinition],
) -> pl.DataFrame:
    """Derive the table `endpoint`.

    The first event that counts on or after the day the clock starts decides; several on one day
    are settled by `same_day_order`. Without such an event a patient leaves at the last contact.
    An event later than the last contact counts: follow-up evidently went on. Who is never at risk
    under observation has no row.

    Parameters
    ----------
    event, follow_up, transplant : pl.DataFrame
        Pooled tables of that name; days count from time zero.
    definitions : iterable of EndpointDefinition
        The endpoints, in the order of the result.

    Returns
    -------
    pl.DataFrame, (n_endpoints * n_patients or fewer, 8)
        The table `endpoint`, endpoint by endpoint, patients in the order of `follow_up`.

    Raises
    ------
    DefinitionError
        If a definition names an event type that the pool does not have.

    See Also
    --------
    explain_exclusions : who has no row, and why.
    endpoint_times : times from the origin for the kernels.
    """
    chosen = _check_event_types(definitions)
    frames = [
        _keep_at_risk(_derive_one(definition, event, follow_up, transplant))
        for definition in chosen
    ]
    return pl.concat([ENDPOINT.empty(), *frames]).rechunk()


def explain_exclusions(
    event: pl.DataFrame,
    follow_up: pl.DataFrame,
    transplant: pl.DataFrame,
    definitions: Iterable[EndpointDefinition],
) -> pl.DataFrame:
    """Say who has no row in the table `endpoint`, and why.

    Parameters
    ----------
    event, follow_up, transplant, definitions
        As in `derive_endpoints`.

    Returns
    -------
    pl.DataFrame, (n_exclusions, 4)
        patient_id, trial_id, endpoint and reason: `never_in_remission`,
        `no_dated_first_transplantation`, or `left_before_entry` (the exit lies before the first
        day under observation).
    """
    frames = [
        _explain_one(definition, _derive_one(definition, event, follow_up, transplant))
        for definition in _check_event_types(definitions)
    ]
    names = ("patient_id", "trial_id", "endpoint", "reason")
    return pl.concat([pl.DataFrame(schema=dict.fromkeys(names, pl.String)), *frames]).rechunk()


def endpoint_times(endpoint: pl.DataFrame) -> pl.DataFrame:
    """Add the times from the origin that kernels take.

    Parameters
    ----------
    endpoint : pl.DataFrame
        The table `endpoint` or some of its rows.

    Returns
    -------
    pl.DataFrame
        With `time` (days from origin to exit) and `entry_time` (days from origin to entry;
        0 unless entry was delayed) as further columns.
    """
    return endpoint.with_columns(
        time=pl.col("exit_day") - pl.col("origin_day"),
        entry_time=pl.col("entry_day") - pl.col("origin_day"),
    )


def _check_event_types(definitions: Iterable[EndpointDefinition]) -> list[EndpointDefinition]:
    chosen = list(definitions)
    problems = [
        f"{definition.short_name}: `{event}`"
        for definition in chosen
        for event in definition.cause_of_event
        if event not in EVENT_TYPES
    ]
    advice = f"The pool has: {', '.join(EVENT_TYPES)}."
    raise_gathered(DefinitionError, "endpoints name unknown event types", problems, advice)
    return chosen


def _derive_one(
    definition: EndpointDefinition,
    event: pl.DataFrame,
    follow_up: pl.DataFrame,
    transplant: pl.DataFrame,
) -> pl.DataFrame:
    """Return the table `endpoint` for one definition, still with patients who are not at risk."""
    patients = locate_origins(definition, event, follow_up, transplant)
    first = _find_first_events(definition, event, patients)
    return (
        patients.join(first, on="patient_id", how="left", maintain_order="left")
        .with_columns(
            endpoint=pl.lit(definition.short_name),
            entry_day=pl.max_horizontal("origin_day", "entry_day"),
            exit_day=pl.coalesce("event_day", "last_contact_day"),
            cause=pl.col("cause").fill_null(0),
            event_type=pl.col("event_type").fill_null(CENSORED),
        )
        .select(ENDPOINT.column_names)
    )


def _find_first_events(
    definition: EndpointDefinition, event: pl.DataFrame, patients: pl.DataFrame
) -> pl.DataFrame:
    """Return patient_id, event_day, event_type and cause of the event that decides."""
    causes = definition.cause_of_event
    ranks = {name: rank for rank, name in enumerate(definition.same_day_order)}
    counted = (
        event.select("patient_id", pl.col("type").cast(pl.String).alias("event_type"), "day")
        .filter(pl.col("event_type").is_in(list(causes)))
        .join(patients.select("patient_id", "origin_day"), on="patient_id", how="inner")
        .with_columns(event_day=_day_that_counts(definition))
        .filter(pl.col("event_day") >= pl.col("origin_day"))
    )
    return (
        counted.with_columns(
            rank=pl.col("event_type").replace_strict(ranks, return_dtype=pl.Int32),
            cause=pl.col("event_type").replace_strict(causes, return_dtype=pl.Int32),
        )
        .sort("patient_id", "event_day", "rank")
        .group_by("patient_id", maintain_order=True)
        .first()
        .select("patient_id", "event_day", "event_type", "cause")
    )


def _day_that_counts(definition: EndpointDefinition) -> pl.Expr:
    if definition.induction_failure != "origin_day":
        return pl.col("day")
    failed = pl.col("event_type") == "induction_failure"
    return pl.when(failed).then(pl.col("origin_day")).otherwise(pl.col("day"))


def _keep_at_risk(derived: pl.DataFrame) -> pl.DataFrame:
    at_risk = pl.col("origin_day").is_not_null() & (pl.col("exit_day") >= pl.col("entry_day"))
    return derived.filter(at_risk)


def _explain_one(definition: EndpointDefinition, derived: pl.DataFrame) -> pl.DataFrame:
    reason = (
        pl.when(pl.col("origin_day").is_null())
        .then(pl.lit(NO_ORIGIN[definition.origin]))
        .when(pl.col("exit_day") < pl.col("entry_day"))
        .then(pl.lit("left_before_entry"))
    )
    excluded = derived.with_columns(reason=reason).filter(pl.col("reason").is_not_null())
    return excluded.select("patient_id", "trial_id", "endpoint", "reason")
