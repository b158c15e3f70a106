"""What was filled in, as it was typed, and what a bank has seen of it, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from chorall.reports.wording import begin_sentence, name_marker
from chorall.web.doctor.answer_words import name_item
from chorall.web.doctor.course import STATES
from chorall.web.doctor.fields import MRD, UNITS
from chorall.web.doctor.karyotype import TESTED

if TYPE_CHECKING:
    from chorall.models.bank.bank import Bank
    from chorall.web.doctor.form import DoctorForm


def list_inputs(form: DoctorForm) -> list[tuple[str, str]]:
    """Return what is known, as it was typed; markers of one status stand on one line."""
    items = {name: value for name, value in form.patient.items() if value not in TESTED}
    lines = [(name_item(name), _write_input(form, name, value)) for name, value in items.items()]
    for status in TESTED:
        names = [name_marker(name) for name, value in form.patient.items() if value == status]
        if names:
            lines.append((begin_sentence(status), ", ".join(names)))
    return lines


def _write_input(form: DoctorForm, name: str, value: Any) -> str:
    if name == "course":
        return f"{STATES[value['state']]}, day {value['day']:g}, since day {value['since_day']:g}"
    if name == MRD and isinstance(value, float) and form.get("mrd_unit") != "fraction":
        return f"{100 * value:g} %"
    if isinstance(value, float):
        return f"{value:g}{UNITS.get(name, '')}"
    return str(value)


def list_seen(bank: Bank) -> list[str]:
    """Return each number that is asked, with the range of which the bank has data."""
    numbers = [one for one in bank.design.features if one.kind == "number"]
    return [
        f"{name_item(one.item)} {one.supported_low:g} to {one.supported_high:g}"
        f"{UNITS.get(one.item, '')}"
        for one in numbers
        if not math.isnan(one.supported_low)
    ]
