"""Routes of the doctor: the form, its answer, a page to print, the model card."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from chorall.errors import UserError
from chorall.knowledge.naming import name_treatment
from chorall.models.bank.model_card import list_support
from chorall.models.bank.restriction import say_hardly_given
from chorall.reports.numbers import count_of
from chorall.web.bedside import NO_BANK, ask_bedside, work_at_bedside
from chorall.web.doctor.answer_view import view_answer
from chorall.web.doctor.answer_words import QUANTITIES, name_item, say_never
from chorall.web.doctor.fields import DoctorFields, describe_fields
from chorall.web.doctor.form import DoctorForm, parse_form, read_form
from chorall.web.doctor.inputs import list_inputs, list_seen
from chorall.web.doctor.page import CHOICES, Sheet, write_answer, write_page
from chorall.web.gate.tokens import FIELD, is_token, make_token, make_visit, place_visit, read_visit
from chorall.web.gate.visit import STRANGER, VISIT
from chorall.web.pages import render_page
from chorall.web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from chorall.models.bank.bank import Bank
    from chorall.models.bank.prediction import BankPrediction
    from chorall.web.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/doctor")
def show_form(request: Request) -> HTMLResponse:
    """Show the empty form."""
    settings: Settings = request.app.state.settings
    fields = describe_fields(find_bank(settings))
    return show_doctor(request, settings, DoctorForm(given=_preset(fields)))


@router.post("/doctor")
async def answer_form(request: Request) -> HTMLResponse:
    """Answer a form: the whole page, or its changing parts where htmx asks."""
    settings, given = await _read_given(request)
    visit = read_visit(request) or make_visit()
    is_part = request.headers.get("hx-request") == "true"
    sheet = _lay_sheet(settings, visit, is_part=is_part)
    page, is_answer = await work_at_bedside(request, write_answer, sheet, given)
    return _place(request, HTMLResponse(page, 200 if is_answer else 422), visit)


@router.post("/doctor/print")
async def print_answer(request: Request) -> HTMLResponse:
    """Answer a form as one page to print, with date, hash and inputs."""
    settings, _, form = await read_posted(request)
    found = await ask_bank(request, settings, form)
    if found is None:
        return show_doctor(request, settings, form)
    bank = find_bank(settings)
    answer = view_answer(found, form.patient, bank.about, settings.fewest_shown)
    page = render_page(
        "print.html.j2",
        synthetic=settings.synthetic,
        answer=answer,
        sheet=_lay_sheet(settings),
        about=bank.about,
        count_of=count_of,
        never=say_never(bank),
        inputs=list_inputs(form),
        doubts=form.doubts,
        **CHOICES,
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
    )
    return HTMLResponse(page)


@router.get("/doctor/card")
def show_card(request: Request) -> HTMLResponse:
    """Show the model card of the bank."""
    settings: Settings = request.app.state.settings
    bank = find_bank(settings)
    page = render_page(
        "card.html.j2",
        synthetic=settings.synthetic,
        here="/doctor",
        bank=bank,
        settings=settings,
        items=[name_item(one.item) for one in bank.design.features],
        seen=list_seen(bank),
        outcomes=QUANTITIES.values(),
        never=say_never(bank),
        name_treatment=name_treatment,
        support=list_support(bank),
        hardly_given=say_hardly_given(bank),
    )
    return HTMLResponse(page)


def find_bank(settings: Settings) -> Bank:
    """Return the bank that is served.

    Raises
    ------
    ProblemError
        404 where there is none.
    """
    if settings.bank is None:
        raise ProblemError(NO_BANK)
    return settings.bank


def _preset(fields: DoctorFields) -> dict[str, str]:
    """Fill in a first comparison; nothing of a patient."""
    pair = fields.pairs[0] if fields.pairs else ("as_observed", "")
    return {"a_treatment": pair[0], "b_treatment": pair[1]}


async def read_posted(request: Request) -> tuple[Settings, DoctorFields, DoctorForm]:
    """Read the posted form of a page that this server gave to this browser.

    Raises
    ------
    ProblemError
        403 where it did not.
    """
    settings, given = await _read_given(request)
    fields = describe_fields(find_bank(settings))
    return settings, fields, read_form(fields, given)


async def _read_given(request: Request) -> tuple[Settings, dict[str, str]]:
    """Return field to text of such a form."""
    settings: Settings = request.app.state.settings
    find_bank(settings)
    given = parse_form(await request.body())
    if not is_token(settings.key, read_visit(request), given.pop(FIELD, None)):
        said = "This page has expired. Open it again and fill in the form."
        raise ProblemError(Problem(403, "This form is not ours", said))
    return settings, given


async def ask_bank(request: Request, settings: Settings, form: DoctorForm) -> BankPrediction | None:
    """Ask the bank as the command `predict` does; None where something must be corrected."""
    if form.problems:
        return None
    try:
        return await ask_bedside(request, form.patient, form.strategies)
    except UserError as error:
        form.problems["form"] = str(error)
        return None


def show_doctor(request: Request, settings: Settings, form: DoctorForm) -> HTMLResponse:
    """Show the form without an answer, filled in as it came, with its messages."""
    visit = read_visit(request) or make_visit()
    page = write_page(find_bank(settings), _lay_sheet(settings, visit), form)
    return _place(request, HTMLResponse(page, 422 if form.problems else 200), visit)


def _lay_sheet(settings: Settings, visit: str = "", *, is_part: bool = False) -> Sheet:
    """Return what a page says beside the answer; without a visit it has no form."""
    now = VISIT.get()
    return Sheet(
        settings.bank_hash, settings.fewest_shown, settings.synthetic,
        now.visitor if now else STRANGER, make_token(settings.key, visit) if visit else "", is_part,
    )  # fmt: skip


def _place(request: Request, response: HTMLResponse, visit: str) -> HTMLResponse:
    place_visit(request, response, visit)
    return response
