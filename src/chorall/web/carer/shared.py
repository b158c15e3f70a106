"""Routes of a summary shared by a link: its inputs come after `#`, and are kept nowhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from chorall.web.carer.catalogue import read_catalogue
from chorall.web.carer.summary import find_language, render_summary
from chorall.web.doctor.routes import ask_bank, find_bank, read_posted
from chorall.web.gate.tokens import make_token, make_visit, place_visit, read_visit
from chorall.web.pages import render_page

if TYPE_CHECKING:
    from chorall.web.doctor.fields import DoctorFields
    from chorall.web.doctor.form import DoctorForm
    from chorall.web.settings import Settings

router = APIRouter(prefix="/patients", include_in_schema=False, default_response_class=HTMLResponse)

UNDER: Final = "/patients"
BANK: Final = "bank"
MADE: Final = "made"
"""Beside the inputs a link says of which bank the doctor's answer was, and of which day."""


@router.get("/{language}/summary")
def show_link(request: Request, language: str) -> HTMLResponse:
    """Show the page that opens a link: its script posts what stands after `#`."""
    settings: Settings = request.app.state.settings
    find_bank(settings)
    visit = read_visit(request) or make_visit()
    page = _render_link(settings, find_language(language), make_token(settings.key, visit))
    response = HTMLResponse(page)
    place_visit(request, response, visit, UNDER)
    return response


@router.post("/{language}/summary")
async def open_link(request: Request, language: str) -> HTMLResponse:
    """Answer the inputs of a link as the summary; what does not fit is told, nothing is asked."""
    settings, fields, form = await read_posted(request)
    language = find_language(language)
    found = None if _is_of_other_fields(form, fields) else await ask_bank(request, settings, form)
    if found is None:
        return HTMLResponse(_render_link(settings, language, ""), 422)
    return render_summary(
        settings, found, form, language,
        made=_read_day(form.get(MADE)), is_other_bank=form.get(BANK) != settings.bank_hash,
    )  # fmt: skip


def _is_of_other_fields(form: DoctorForm, fields: DoctorFields) -> bool:
    """Return True where a marker was marked that this bank does not know: it would be left out."""
    return any(name.removeprefix("m:") not in fields.markers for name in form.given
               if name.startswith("m:"))  # fmt: skip


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day <= datetime.now(UTC).date() else None


def _render_link(settings: Settings, language: str, token: str) -> str:
    words = read_catalogue(language)
    return render_page(
        "shared.html.j2", synthetic=settings.synthetic, words=words, own=words.summary, token=token
    )
