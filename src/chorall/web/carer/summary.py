"""The summary for a patient: made from the doctor's form, to print; it is kept nowhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from chorall.web.carer.catalogue import LANGUAGES, read_catalogue
from chorall.web.carer.summary_view import view_summary
from chorall.web.doctor.routes import ask_bank, find_bank, read_posted, show_doctor
from chorall.web.pages import render_page
from chorall.web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from chorall.models.bank.prediction import BankPrediction
    from chorall.web.doctor.form import DoctorForm
    from chorall.web.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

LANGUAGE: Final = "summary"
"""Field of the form that says in which language."""


@router.post("/doctor/summary")
async def show_summary(request: Request) -> HTMLResponse:
    """Answer a form as a page for the patient: what is open is told, nothing is asked."""
    settings, _, form = await read_posted(request)
    language = find_language(form.get(LANGUAGE))
    found = await ask_bank(request, settings, form)
    if found is None:
        return show_doctor(request, settings, form)
    return render_summary(settings, found, form, language)


def find_language(language: str) -> str:
    """Return a language in which there is a summary.

    Raises
    ------
    ProblemError
        404 where there is none in this language.
    """
    if language not in LANGUAGES:
        said = f"The languages are: {', '.join(LANGUAGES)}."
        raise ProblemError(Problem(404, "There is no summary in this language", said))
    return language


def render_summary(
    settings: Settings,
    found: BankPrediction,
    form: DoctorForm,
    language: str,
    *,
    made: date | None = None,
    is_other_bank: bool = False,
) -> HTMLResponse:
    """Return the page for the patient.

    Parameters
    ----------
    settings : Settings
        With the bank that answered.
    found : BankPrediction
        Its answer.
    form : DoctorForm
        What was asked.
    language : str
        One of the catalogues.
    made : date, optional
        The day on which the doctor asked; today where it is not known.
    is_other_bank : bool
        True where the doctor saw the answer of another bank.
    """
    bank, words = find_bank(settings), read_catalogue(language)
    page = render_page(
        "summary.html.j2",
        synthetic=settings.synthetic,
        words=words,
        own=words.summary,
        view=view_summary(found, form.patient, bank, words.summary, settings.fewest_shown),
        is_other_bank=is_other_bank,
        made=words.summary.date.format(
            date=made or datetime.now(UTC).date(),
            bank=settings.bank_hash,
            trials=len(bank.about.get("trials", [])),
            n=bank.about.get("n_patients", "?"),
        ),
    )
    return HTMLResponse(page)
