"""Entry, exit and cause of every patient for every endpoint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from chorall.endpoints.happenings import HAPPENINGS, Tables, list_happenings
from chorall.endpoints.origins import LEFT_BEFORE_ENTRY, locate_origins
from chorall.errors import DefinitionError, raise_gathered
from chorall.knowledge.endpoint_language import FAILURE, EndpointDefinition
from chorall.tables.schema import ENDPOINT

CENSORED: Final = "censored"


def derive_endpoints(tables: Tables, definitions: Iterable[EndpointDefinition]) -> pl.DataFrame:
    """Derive the table `endpoint`.

    The first happening that counts on or after the day the clock starts decides; several on one
    day are settled by `same_day_order`. Without one a patient leaves at the last contact. An event
    later than the last contact counts: follow-up evidently went on (a quality check tells it). An
    event later than a stated data cut-off does not count; the patient leaves there. Who is never
    at risk under observation has no row.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Pooled tables by name: event and follow_up, and where there are any trial, transplant,
        response and mrd. Days count from time zero.
    definitions : iterable of EndpointDefinition
        The endpoints, in the order of the result.

    Returns
    -------
    pl.DataFrame, (n_endpoints * n_patients or fewer, 8)
        The table `endpoint`, endpoint by endpoint, patients in the order of `follow_up`.

    Raises
    ------
    DefinitionError
        If a definition names a happening that the pool does not have.

    See Also
    --------
    explain_exclusions : who has no row, and why.
    endpoint_times : times from the origin for the kernels.
    """
    chosen = _check_happenings(definitions)
    frames = [_keep_at_risk(_derive_one(definition, tables)) for definition in chosen]
    return pl.concat([ENDPOINT.empty(), *frames]).rechunk()


def explain_exclusions(tables: Tables, definitions: Iterable[EndpointDefinition]) -> pl.DataFrame:
    """Say who has no row in the table `endpoint`, and why.

    Parameters
    ----------
    tables, definitions
        As in `derive_endpoints`.

    Returns
    -------
    pl.DataFrame, (n_exclusions, 4)
        patient_id, trial_id, endpoint and reason: `never_in_remission`, `remission_not_dated` (the
        table response tells of one), `never_relapsed`, `no_dated_first_transplantation`,
        `no_dated_mrd_in_remission`, `trial_states_no_landmark`, `trial_does_not_record_it` (none
        of the events of a cause, or not those that start the clock), or `left_before_entry` (the
        exit lies before the first day under observation).
    """
    frames = [_explain_one(_derive_one(each, tables)) for each in _check_happenings(definitions)]
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


def _check_happenings(definitions: Iterable[EndpointDefinition]) -> list[EndpointDefinition]:
    chosen = list(definitions)
    problems = [
        f"{definition.short_name}: `{event}`"
        for definition in chosen
        for event in definition.decisive
        if event not in HAPPENINGS
    ]
    advice = f"The pool has: {', '.join(HAPPENINGS)}."
    raise_gathered(DefinitionError, "endpoints name unknown event types", problems, advice)
    return chosen


def _derive_one(definition: EndpointDefinition, tables: Tables) -> pl.DataFrame:
    """Return the table `endpoint` with reason, still with patients who are not at risk."""
    patients = locate_origins(definition, tables)
    first = _find_first(definition, list_happenings(definition, tables), patients)
    left = patients.join(first, on="patient_id", how="left", maintain_order="left")
    return left.with_columns(
        endpoint=pl.lit(definition.short_name),
        entry_day=pl.max_horizontal("origin_day", "entry_day"),
        exit_day=pl.coalesce("event_day", pl.min_horizontal("last_contact_day", "cutoff_day")),
        cause=pl.col("cause").fill_null(0),
        event_type=pl.col("event_type").fill_null(CENSORED),
    ).select(*ENDPOINT.column_names, "reason")


def _find_first(
    definition: EndpointDefinition, happened: pl.DataFrame, patients: pl.DataFrame
) -> pl.DataFrame:
    """Return patient_id, event_day, event_type and cause of the happening that decides."""
    ranks = {name: rank for rank, name in enumerate(definition.same_day_order)}
    clocks = patients.select("patient_id", "origin_day", "cutoff_day", "landmark")
    before_cutoff = pl.col("cutoff_day").is_null() | (pl.col("day") <= pl.col("cutoff_day"))
    counted = (
        happened.join(clocks, on="patient_id", how="inner")
        .with_columns(event_day=_day_that_counts(definition))
        .filter((pl.col("event_day") >= pl.col("origin_day")) & before_cutoff)
    )
    return (
        counted.with_columns(
            rank=pl.col("event_type").replace_strict(ranks, return_dtype=pl.Int32),
            cause=pl.col("event_type").replace_strict(definition.decisive, return_dtype=pl.Int32),
        )
        .sort("patient_id", "event_day", "rank")
        .group_by("patient_id", maintain_order=True)
        .first()
        .select("patient_id", "event_day", "event_type", "cause")
    )


def _day_that_counts(definition: EndpointDefinition) -> pl.Expr:
    placed = {
        "origin_day": pl.col("origin_day"),
        "day_one": pl.col("origin_day") + 1,
        "landmark_day": pl.col("landmark"),
    }.get(str(definition.induction_failure))
    if placed is None:
        return pl.col("day")
    return pl.when(pl.col("event_type") == FAILURE).then(placed).otherwise(pl.col("day"))


def _keep_at_risk(derived: pl.DataFrame) -> pl.DataFrame:
    at_risk = pl.col("origin_day").is_not_null() & (pl.col("exit_day") >= pl.col("entry_day"))
    return derived.filter(at_risk).drop("reason")


def _explain_one(derived: pl.DataFrame) -> pl.DataFrame:
    late = pl.when(pl.col("exit_day") < pl.col("entry_day")).then(pl.lit(LEFT_BEFORE_ENTRY))
    excluded = derived.with_columns(reason=pl.coalesce("reason", late)).drop_nulls("reason")
    return excluded.select("patient_id", "trial_id", "endpoint", "reason")
