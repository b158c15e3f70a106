"""Multi-state histories: induction, remission, transplantation, relapse, death, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from chorall.endpoints.happenings import Tables, list_events, read_table
from chorall.endpoints.history_states import (
    STATES,
    Happening,
    Stay,
    follow_course,
    observe_stays,
)
from chorall.endpoints.origins import LEFT_BEFORE_ENTRY, NOT_RECORDED, list_recorded

HISTORY_SCHEMA: Final = {
    "patient_id": pl.String(),
    "trial_id": pl.String(),
    "stay": pl.Int32(),
    "from_state": pl.Enum(list(STATES)),
    "to_state": pl.Enum(list(STATES)),
    "entry_day": pl.Int32(),
    "exit_day": pl.Int32(),
}

TRANSPLANT_NOT_DATED: Final = "transplant_not_dated"


def derive_histories(tables: Tables) -> pl.DataFrame:
    """Cut the course of every patient into stays in one state.

    A stay ends where the next state is entered, or is censored at the last contact (at the data
    cut-off where one is stated). Happenings on one day follow each other in the order induction
    failure, remission, relapse, transplantation, death; the states between them last no day.
    A second remission does not leave `relapse`, a remission after transplantation does not leave
    the transplantation's state, and a second malignancy is no state. What happened before
    observation began says in which state a patient comes under observation.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Pooled tables by name: event and follow_up, and where there are any transplant and trial.

    Returns
    -------
    pl.DataFrame, (n_stays, 7)
        patient_id, trial_id, stay (1, 2, ... of the patient), from_state, to_state (null:
        censored), entry_day and exit_day (days from time zero, exit_day >= entry_day); patients in
        the order of `follow_up`. The states are those of `history_states.STATES`.

    See Also
    --------
    explain_missing_histories : who has no history, and why.
    history_arrays : times and codes for ``chorall.stats.transition_probabilities``.
    """
    rows = [
        (patient["patient_id"], patient["trial_id"], number, *stay)
        for patient, happened in _list_courses(tables)
        for number, stay in enumerate(_observe(patient, happened), start=1)
    ]
    return pl.DataFrame(rows, schema=HISTORY_SCHEMA, orient="row")


def explain_missing_histories(tables: Tables) -> pl.DataFrame:
    """Say who has no row in `derive_histories`, and why.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As in `derive_histories`.

    Returns
    -------
    pl.DataFrame, (n_patients without history, 3)
        patient_id, trial_id, reason: `transplant_not_dated` (the course cannot be told without its
        day), `trial_does_not_record_it` (no remissions, and day 0 is not transplantation; or no
        relapses or deaths) or `left_before_entry`.
    """
    rows = [
        (
            patient["patient_id"],
            patient["trial_id"],
            patient["obstacle"] or LEFT_BEFORE_ENTRY,
        )
        for patient, happened in _list_courses(tables)
        if not _observe(patient, happened)
    ]
    names = ("patient_id", "trial_id", "reason")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _list_courses(tables: Tables) -> Iterator[tuple[dict[str, Any], list[Happening]]]:
    """Yield every patient of `follow_up` with the dated happenings up to the cut-off."""
    happened: defaultdict[str, list[Happening]] = defaultdict(list)
    for name, what, day in list_events(tables).iter_rows():
        happened[name].append(Happening(day, what))
    transplants = read_table(tables, "transplant").select(
        "patient_id", "day", pl.col("remission_status").cast(pl.String)
    )
    undated = set(transplants.filter(pl.col("day").is_null())["patient_id"])
    for name, day, status in transplants.drop_nulls("day").iter_rows():
        happened[name].append(Happening(day, "transplant", status))
    zero = read_table(tables, "trial").select("trial_id", pl.col("time_zero").cast(pl.String))
    from_transplant = set(zero.filter(pl.col("time_zero") == "transplant")["trial_id"])
    blind = {
        trial_id
        for trial_id, recorded in list_recorded(tables).items()
        if not _needed_events(trial_id in from_transplant) <= recorded
    }
    for patient in tables["follow_up"].iter_rows(named=True):
        cutoff = patient["cutoff_day"]
        course = happened[patient["patient_id"]]
        yield (
            patient
            | {
                "obstacle": _find_obstacle(patient, undated, blind),
                "from_transplant": patient["trial_id"] in from_transplant,
            },
            [each for each in course if cutoff is None or each.day <= cutoff],
        )


def _needed_events(from_transplant: bool) -> set[str]:
    return {"relapse", "death"} if from_transplant else {"remission", "relapse", "death"}


def _find_obstacle(patient: dict[str, Any], undated: set[str], blind: set[str]) -> str:
    """Return why the course cannot be told, or an empty text."""
    if patient["trial_id"] in blind:
        return NOT_RECORDED
    return TRANSPLANT_NOT_DATED if patient["patient_id"] in undated else ""


def _observe(patient: dict[str, Any], happened: list[Happening]) -> list[Stay]:
    """Return the stays under observation; none where the patient cannot be followed."""
    if patient["obstacle"]:
        return []
    last, cutoff = patient["last_contact_day"], patient["cutoff_day"]
    stays = follow_course(happened, last if cutoff is None else min(last, cutoff))
    entry_day = max(0, patient["entry_day"])
    return observe_stays(stays, entry_day, from_transplant=patient["from_transplant"])
