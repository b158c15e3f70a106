"""Routes of patients and carers: a page to read, in two languages; it takes nothing in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from chorall.web.carer.catalogue import LANGUAGES, read_catalogue
from chorall.web.pages import render_page
from chorall.web.problems import Problem, ProblemError

router = APIRouter(prefix="/patients", include_in_schema=False)


@router.get("")
def choose_language() -> RedirectResponse:
    """Send to the first language."""
    return RedirectResponse(f"/patients/{LANGUAGES[0]}")


@router.get("/{language}", response_class=HTMLResponse)
def show_text(request: Request, language: str) -> HTMLResponse:
    """Show the page."""
    if language not in LANGUAGES:
        said = f"The languages are: {', '.join(LANGUAGES)}."
        raise ProblemError(Problem(404, "There is no text in this language", said))
    other = next(one for one in LANGUAGES if one != language)
    page = render_page(
        "carer.html.j2",
        synthetic=request.app.state.settings.synthetic,
        here="/patients",
        words=read_catalogue(language),
        other=other,
    )
    return HTMLResponse(page)
