"""FHIR R4 resources of one patient -> a patient file, and what is open with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from chorall.errors import InputError
from chorall.models.bank.bank import DAYS_PER_YEAR, Bank
from chorall.models.bank.features import Feature, find_problem
from chorall.web.health_record.diagnosis import read_diagnosis
from chorall.web.health_record.known import (
    AGE,
    CONTRADICTION,
    COURSE,
    IMPOSSIBLE,
    LINEAGE,
    NO_BIRTH_DATE,
    NO_DIAGNOSIS_DAY,
    NO_REMISSION_DAY,
    NO_SEX,
    NOT_THERE,
    SEX,
    TO_COME,
    FhirRecord,
)
from chorall.web.health_record.observations import REMISSION, read_observation
from chorall.web.health_record.parts import (
    Resource,
    part,
    read_date,
    read_text,
)
from chorall.web.health_record.settling import read_course, settle

OWN_FEATURES: Final = {
    LINEAGE: Feature(LINEAGE, "word", "", words=("B", "T", "MPAL")),
    REMISSION: Feature(REMISSION, "marker", ""),
}
"""Read beside what the bank uses."""
PATIENT_REFERENCE: Final = re.compile(r"Patient/([A-Za-z0-9.-]{1,64})")
SEXES: Final = ("female", "male")


def read_record(resources: Sequence[Resource], bank: Bank, today: date) -> FhirRecord:
    """Read the resources of one patient.

    Parameters
    ----------
    resources : sequence of mapping
        Patient, Condition and Observation; others are not read.
    bank : Bank
        Whose items are looked for.
    today : date
        From which the answer counts.

    Returns
    -------
    FhirRecord
        An Observation without a result, without a coded answer, not final, or not of the time of
        diagnosis leaves its item open; none makes it absent.

    Raises
    ------
    InputError
        If there are resources of more than one patient.
    """
    by_kind = {
        kind: [one for one in resources if one.get("resourceType") == kind]
        for kind in ("Patient", "Condition", "Observation")
    }
    record = FhirRecord()
    _check_one_patient(by_kind, record)
    diagnosis = read_diagnosis(by_kind["Condition"], record)
    _read_person(by_kind["Patient"], diagnosis, record)
    features = {feature.item: feature for feature in bank.design.features}
    asked = OWN_FEATURES | features
    sayings = [said for one in by_kind["Observation"] for said in read_observation(one, asked)]
    read_course(by_kind["Condition"], sayings, diagnosis, today, record)
    for item in asked:
        if item not in (*record.patient, *record.open_items, AGE, SEX, REMISSION):
            settle(item, [said for said in sayings if said.item == item], diagnosis, record)
    told = {said.value for said in sayings if said.item == LINEAGE} - {None}
    if told - {record.patient.get(LINEAGE)}:
        record.open_items[LINEAGE] = CONTRADICTION
    _open_what_cannot_be(features, record)
    return record


def _open_what_cannot_be(features: Mapping[str, Feature], record: FhirRecord) -> None:
    """Take out what the bank would refuse: impossible values, and MRD without a remission."""
    state = record.patient.get(COURSE, {}).get("state")
    for item, value in list(record.patient.items()):
        feature = features.get(item)
        if feature is None:
            continue
        if find_problem(feature, value):
            record.open_items[item] = IMPOSSIBLE
        elif feature.kind == "mrd" and state != "remission":
            record.open_items[item] = NO_REMISSION_DAY
    if state != "remission" and COURSE not in record.open_items:
        for item, why in record.open_items.items():
            if features.get(item, OWN_FEATURES[REMISSION]).kind == "mrd" and why == NOT_THERE:
                record.open_items[item] = TO_COME
    for item in record.open_items:
        record.patient.pop(item, None)


def _check_one_patient(by_kind: dict[str, list[Resource]], record: FhirRecord) -> None:
    people = {read_text(one, "id") for one in by_kind["Patient"]} - {""}
    told = {
        read_text(one, "subject", "reference")
        for kind in ("Condition", "Observation")
        for one in by_kind[kind]
    } - {""}
    by_id = {found[1] for one in told if (found := PATIENT_REFERENCE.search(one))}
    others = {one for one in told if not PATIENT_REFERENCE.search(one)}
    people |= by_id
    if len(people) > 1 or len(by_kind["Patient"]) > 1 or len(others) + len(by_id) > 1:
        raise InputError(
            "the resources are of more than one patient.\n"
            "  Send those of one: Patient, Condition and Observation with the same subject."
        )
    record.subject = f"Patient/{next(iter(people))}" if people else ""


def _read_person(people: list[Resource], diagnosis: date | None, record: FhirRecord) -> None:
    person: Resource = people[0] if people else {}
    record.has_died = part(person, "deceasedBoolean") is True or bool(
        read_text(person, "deceasedDateTime")
    )
    born = read_date(person, "birthDate")
    if diagnosis is None:
        record.open_items[AGE] = NO_DIAGNOSIS_DAY
    elif born is None or born > diagnosis:
        record.open_items[AGE] = NO_BIRTH_DATE
    else:
        record.patient[AGE] = round((diagnosis - born).days / DAYS_PER_YEAR, 2)
        record.use(person)
    sex = read_text(person, "gender")
    if sex in SEXES:
        record.patient[SEX] = sex
        record.use(person)
    else:
        record.open_items[SEX] = NO_SEX if sex else NOT_THERE
