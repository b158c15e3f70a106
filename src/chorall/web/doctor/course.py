"""Numbers of the form, and those that depend on where the patient is today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorall.models.bank.asking import say_late_induction
from chorall.reports.wording import begin_sentence
from chorall.web.doctor.fields import MRD, MRD_UNITS, DoctorFields
from chorall.web.doctor.numbers import (
    doubt_mrd,
    is_grouped,
    judge_range,
    judge_support,
    read_number,
    scale_number,
)

if TYPE_CHECKING:
    from chorall.web.doctor.form import DoctorForm

GROUPED: Final = "Write it without a separator of thousands, such as 150000."
DAY: Final = "day"
SINCE: Final = "since_day"
STATE: Final = "state"
STATES: Final = {"induction": "at diagnosis or in induction", "remission": "in first remission"}


def read_quantity(
    form: DoctorForm, fields: DoctorFields, name: str, dimension: str, unit: str
) -> None:
    """Read a number in its unit; where it cannot be, or is unusual, say so at its field."""
    text = form.get(name)
    if not text:
        return
    if dimension == "cell_count" and unit == "/uL" and is_grouped(text):
        form.problems[name] = GROUPED
        return
    number = read_number(text)
    if number is None:
        form.problems[name] = "Write a number, or leave it empty where it is not known."
        return
    value = scale_number(number, dimension, unit)
    wrong = judge_range(fields.numbers[name], value)
    if wrong:
        form.problems[name] = wrong
        return
    form.patient[name] = value
    form.hints[name] = judge_support(fields.numbers[name], value)


def read_course(form: DoctorForm, fields: DoctorFields) -> None:
    """Read where the patient is today; nothing filled in is the day of diagnosis."""
    state = form.get(STATE) or "induction"
    if state not in STATES:
        form.problems[STATE] = "Choose where the patient is today."
        return
    days = {name: read_number(form.get(name) or "0") for name in (DAY, SINCE)}
    day, since = days[DAY], days[SINCE]
    if day is None or since is None:
        form.problems[DAY] = "Write days from diagnosis as numbers."
    elif state == "remission" and not form.get(SINCE):
        form.problems[DAY] = "Write on which day remission was reached."
    elif not 0 <= since <= day or day > 3650:
        form.problems[DAY] = "Today must not lie before remission, nor more than 3650 days on."
    elif state == "induction" and day >= fields.last_induction_day:
        said = begin_sentence(say_late_induction(fields.last_induction_day))
        form.problems[DAY] = f"{said}."
    elif state == "induction" and not day:
        return
    else:
        start = since if state == "remission" else 0.0
        form.patient["course"] = {"state": state, "day": day, "since_day": start}


def read_mrd(form: DoctorForm, fields: DoctorFields) -> None:
    """Read the residual disease, which nobody has before remission."""
    text, unit = form.get(MRD), form.get("mrd_unit") or MRD_UNITS[0]
    undetected = form.get("mrd_undetected") == "yes"
    if not (text or undetected):
        return
    if text and undetected:
        form.problems[MRD] = "Give a number or `not detected`, not both."
    elif form.patient.get("course", {}).get("state") != "remission":
        form.problems[MRD] = "Say above that the patient is in remission, and since when."
    elif unit not in MRD_UNITS:
        form.problems[MRD] = "Choose one of the units."
    elif undetected:
        form.patient[MRD] = "undetected"
    else:
        read_quantity(form, fields, MRD, "fraction", unit)
        if MRD in form.patient:
            form.hints[MRD] = doubt_mrd(form.patient[MRD], unit)
