"""The day of diagnosis and the lineage from the Conditions of a health record."""

from __future__ import annotations

from datetime import date
from typing import Final

from chorall.knowledge.fhir_codes import fhir_codes
from chorall.web.health_record.known import (
    CONTRADICTION,
    DAY_OF_LATER_STATE,
    DIAGNOSIS,
    LINEAGE,
    NO_DIAGNOSIS_DAY,
    NOT_THERE,
    FhirRecord,
)
from chorall.web.health_record.parts import (
    Resource,
    list_codings,
    name_resource,
    part,
    read_date,
    read_text,
)
from chorall.web.health_record.settling import find_states

NOT_CONFIRMED: Final = (
    "unconfirmed", "provisional", "differential", "refuted", "entered-in-error",
)  # fmt: skip


def read_diagnosis(conditions: list[Resource], record: FhirRecord) -> date | None:
    """Return the day of the first diagnosis of ALL."""
    facts = fhir_codes()
    found: list[Resource] = []
    lineages: set[str] = set()
    for one in conditions:
        codings = list_codings(part(one, "code"))
        status = {code for _, code in list_codings(part(one, "verificationStatus"))}
        if facts.find_meanings("diagnosis", codings) and not status & set(NOT_CONFIRMED):
            record.has_leukaemia = True
            found.append(one)
            lineages |= facts.find_meanings("lineage", codings)
    if len(lineages) == 1:
        record.patient[LINEAGE] = next(iter(lineages))
    elif lineages:
        record.open_items[LINEAGE] = CONTRADICTION
    dated = [(day, one) for one in found if (day := _read_onset(one)) is not None]
    days = _leave_out_later_states(dated, [one for one in found if _read_onset(one) is None])
    if not days:
        why = DAY_OF_LATER_STATE if dated else NO_DIAGNOSIS_DAY
        record.open_items[DIAGNOSIS] = why if found else NOT_THERE
        return None
    day, first = min(days, key=lambda pair: pair[0])
    record.use(first)
    record.condition = name_resource(first)
    return day


def _leave_out_later_states(
    dated: list[tuple[date, Resource]], undated: list[Resource]
) -> list[tuple[date, Resource]]:
    """Return the days that can be those of diagnosis.

    Beside a Condition without a day, one that says relapse or remission, or that begins after the
    year or month of the other, may have begun long after the diagnosis.
    """
    if not undated:
        return dated
    rough = [text for one in undated if (text := _read_onset_text(one))]
    return [
        (day, one)
        for day, one in dated
        if not find_states([one]) and not any(day.isoformat()[: len(text)] > text for text in rough)
    ]


def _read_onset_text(condition: Resource) -> str:
    return read_text(condition, "onsetDateTime") or read_text(condition, "onsetPeriod", "start")


def _read_onset(condition: Resource) -> date | None:
    """Return the day on which a Condition began, where it is given to the day."""
    return read_date(condition, "onsetDateTime") or read_date(condition, "onsetPeriod", "start")
