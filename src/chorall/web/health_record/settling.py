"""Where the patient is today, and each item from all that is said of it: one answer, or open."""

from __future__ import annotations

from datetime import date
from typing import Final

from chorall.knowledge.fhir_codes import fhir_codes
from chorall.knowledge.mrd_timepoints import mrd_timepoints
from chorall.models.bank.bank import DAYS_PER_YEAR, LONGEST_YEARS
from chorall.web.health_record.known import (
    CONTRADICTION,
    COURSE,
    DAYS_CONTRADICT,
    IN_RELAPSE,
    NO_DAY,
    NO_DIAGNOSIS_DAY,
    NO_REMISSION_DAY,
    NOT_IN_TIME,
    NOT_THERE,
    TOO_LONG_AGO,
    FhirRecord,
)
from chorall.web.health_record.observations import REMISSION, UNREAD_KIND, WBC, Saying
from chorall.web.health_record.parts import Resource, list_codings, part

MRD_PREFIX: Final = "mrd_"


def read_course(
    conditions: list[Resource],
    sayings: list[Saying],
    diagnosis: date | None,
    today: date,
    record: FhirRecord,
) -> None:
    """Say where the patient is today: in induction soon after diagnosis, or in dated remission."""
    states = find_states(conditions)
    told = [(place, said) for place, said in enumerate(sayings) if said.item == REMISSION]
    reached = sorted(
        (said.day, place) for place, said in told if said.value == "present" and said.day
    )
    if diagnosis is None:
        record.open_items[COURSE] = IN_RELAPSE if "relapse" in states else NO_DIAGNOSIS_DAY
        return
    day = (today - diagnosis).days
    if day < 0 or (reached and not diagnosis <= reached[0][0] <= today):
        record.open_items[COURSE] = DAYS_CONTRADICT
    elif "relapse" in states:
        record.open_items[COURSE] = IN_RELAPSE
    elif reached and any(
        said.value == "absent" and not (said.day and said.day < reached[0][0]) for _, said in told
    ):
        record.open_items[COURSE] = CONTRADICTION
    elif reached:
        since = (reached[0][0] - diagnosis).days
        if day - since > LONGEST_YEARS * DAYS_PER_YEAR:
            record.open_items[COURSE] = TOO_LONG_AGO
            return
        record.patient[COURSE] = {"state": "remission", "day": day, "since_day": since}
        record.use(sayings[reached[0][1]].resource)
    elif (
        "remission" in states
        or any(said.value == "present" for _, said in told)
        or day > fhir_codes().windows.induction_to_day
    ):
        record.open_items[COURSE] = NO_REMISSION_DAY
    elif day:
        record.patient[COURSE] = {"state": "induction", "day": day, "since_day": 0}


def find_states(conditions: list[Resource]) -> set[str]:
    """Return remission and relapse where a Condition of ALL says so, by its code or its status."""
    facts, states = fhir_codes(), set()
    for one in conditions:
        codings = list_codings(part(one, "code"))
        if facts.find_meanings("diagnosis", codings):
            codings = [*codings, *list_codings(part(one, "clinicalStatus"))]
        states |= facts.find_meanings("state", codings)
    return states


def settle(item: str, sayings: list[Saying], diagnosis: date | None, record: FhirRecord) -> None:
    """Take an item from what was said of it; without one clear saying it stays open."""
    speaking = [said for said in sayings if said.value is not None]
    in_time = [said for said in speaking if _is_in_time(said, diagnosis)]
    values = {str(said.value): said for said in in_time}
    if item == WBC and in_time and diagnosis:
        nearest = min(abs((said.day - diagnosis).days) for said in in_time if said.day)
        values = {
            str(said.value): said
            for said in in_time
            if said.day and abs((said.day - diagnosis).days) == nearest
        }
    if set(values) == {"absent"} and any(_may_be_found(said, diagnosis) for said in sayings):
        record.open_items[item] = UNREAD_KIND
    elif len(values) == 1:
        said = next(iter(values.values()))
        record.patient[item] = said.value
        record.use(said.resource)
    elif values:
        record.open_items[item] = CONTRADICTION
    elif speaking:
        record.open_items[item] = NOT_IN_TIME if all(s.day for s in speaking) else NO_DAY
    else:
        record.open_items[item] = sayings[0].why if sayings else NOT_THERE


def _may_be_found(said: Saying, diagnosis: date | None) -> bool:
    """Return True where a change of an unread kind may be the one that was looked for."""
    return said.why == UNREAD_KIND and (said.day is None or _is_in_time(said, diagnosis))


def _is_in_time(said: Saying, diagnosis: date | None) -> bool:
    """Return True where a result is one of the time of diagnosis, MRD of its time point."""
    if said.day is None or diagnosis is None:
        return False
    windows, day = fhir_codes().windows, (said.day - diagnosis).days
    if said.item.startswith(MRD_PREFIX):
        window = mrd_timepoints().timepoints[said.item.removeprefix(MRD_PREFIX)]
        return window.from_day <= day <= window.to_day
    if said.item == WBC:
        return windows.wbc_from_day <= day <= windows.wbc_to_day
    if said.value == "absent":  # treatment clears what was there
        return windows.marker_from_day <= day <= windows.absent_to_day
    return windows.marker_from_day <= day <= windows.marker_to_day
