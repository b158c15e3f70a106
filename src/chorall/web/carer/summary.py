"""Route of the summary for a patient: made from the doctor's form, to print; it is kept nowhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from chorall.web.carer.catalogue import LANGUAGES, read_catalogue
from chorall.web.carer.summary_view import view_summary
from chorall.web.doctor.routes import ask_bank, find_bank, read_posted, show_doctor
from chorall.web.pages import render_page
from chorall.web.problems import Problem, ProblemError

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

LANGUAGE: Final = "summary"
"""Field of the form that says in which language."""


@router.post("/doctor/summary")
async def show_summary(request: Request) -> HTMLResponse:
    """Answer a form as a page for the patient: what is open is told, nothing is asked."""
    settings, fields, form = await read_posted(request)
    language = form.get(LANGUAGE)
    if language not in LANGUAGES:
        said = f"The languages are: {', '.join(LANGUAGES)}."
        raise ProblemError(Problem(404, "There is no summary in this language", said))
    found = await ask_bank(request, settings, form)
    if found is None:
        return show_doctor(request, settings, fields, form)
    bank, words = find_bank(settings), read_catalogue(language)
    page = render_page(
        "summary.html.j2",
        synthetic=settings.synthetic,
        words=words,
        own=words.summary,
        view=view_summary(found, form.patient, bank, words.summary, settings.fewest_shown),
        made=words.summary.date.format(
            date=datetime.now(UTC).strftime("%Y-%m-%d"),
            bank=settings.bank_hash,
            trials=len(bank.about.get("trials", [])),
            n=bank.about.get("n_patients", "?"),
        ),
    )
    return HTMLResponse(page)
