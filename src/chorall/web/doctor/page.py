"""The page of the doctor, written where the bank is: in this process, or in one that predicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chorall.errors import UserError
from chorall.reports.icon_array import FATES, draw_key
from chorall.web.carer.catalogue import LANGUAGES, read_catalogue
from chorall.web.doctor.answer_view import AnswerView, view_answer
from chorall.web.doctor.answer_words import HARMS, say_never
from chorall.web.doctor.course import STATES
from chorall.web.doctor.fields import (
    LABELS,
    MRD_UNITS,
    STATUSES,
    TRANSPLANTS,
    WBC_UNITS,
    describe_fields,
)
from chorall.web.doctor.form import DoctorForm, name_field, read_form
from chorall.web.gate.visit import STRANGER, Visitor
from chorall.web.pages import render_page

if TYPE_CHECKING:
    from chorall.models.bank.bank import Bank

FIRST_FACTORS: Final = 8
"""Shown at once; the others are folded."""

CHOICES: Final[dict[str, Any]] = {
    "labels": LABELS,
    "name_field": name_field,
    "statuses": STATUSES,
    "states": STATES,
    "wbc_units": WBC_UNITS,
    "mrd_units": MRD_UNITS,
    "transplants": TRANSPLANTS,
    "fates": FATES,
    "harms": HARMS,
    "first_factors": FIRST_FACTORS,
    "keys": {fate: draw_key(fate) for fate in FATES},
    "summaries": {language: read_catalogue(language).summary.button for language in LANGUAGES},
    "links": {language: read_catalogue(language).summary.link_button for language in LANGUAGES},
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page says beside the patient and the answer.

    Attributes
    ----------
    bank_hash : str
        Of the bank's files.
    fewest_shown : int
        Smaller counts of patients are hidden.
    synthetic : bool
        True where anything served is simulated.
    visitor : Visitor
        Who asks.
    token : str
        What the form must bring along.
    is_part : bool
        True: the changing parts alone, where a script puts them into the page that is open.
    """

    bank_hash: str
    fewest_shown: int
    synthetic: bool
    visitor: Visitor = STRANGER
    token: str = field(default="", repr=False)
    is_part: bool = False


def write_answer(bank: Bank, sheet: Sheet, given: Mapping[str, str]) -> tuple[str, bool]:
    """Read a form, field to text, ask the bank as the command `predict` does, and write the page.

    Returns
    -------
    tuple of (str, bool)
        The page; True where it has an answer, False where something must be corrected.
    """
    from chorall.analyses.bank import predict

    form, answer = read_form(describe_fields(bank), given), None
    if not form.problems:
        try:
            found = predict(bank, form.patient, form.strategies)
            answer = view_answer(found, form.patient, bank.about, sheet.fewest_shown)
        except UserError as error:
            form.problems["form"] = str(error)
    return write_page(bank, sheet, form, answer), not form.problems


def write_page(bank: Bank, sheet: Sheet, form: DoctorForm, answer: AnswerView | None = None) -> str:
    """Write the form, filled in as it came, with its answer or its messages."""
    return render_page(
        "doctor_parts.html.j2" if sheet.is_part else "doctor.html.j2",
        synthetic=sheet.synthetic,
        here="/doctor",
        visitor=sheet.visitor,
        bank=bank,
        sheet=sheet,
        fields=describe_fields(bank),
        form=form,
        answer=answer,
        never=say_never(bank),
        whole_page=not sheet.is_part,
        token=sheet.token,
        **CHOICES,
    )
