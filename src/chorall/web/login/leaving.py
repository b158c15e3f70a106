"""Routes of signing out: here, at the provider, and where the provider says so."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from chorall.web.doctor.form import parse_form
from chorall.web.gate.access import SIGNED_OUT
from chorall.web.gate.tokens import FIELD
from chorall.web.gate.visit import STRANGER, Visitor
from chorall.web.login.attempt import ATTEMPT_SECONDS
from chorall.web.login.keys import NoKeysError
from chorall.web.login.logout_token import SignedOut, judge_logout
from chorall.web.login.porter import SESSION_COOKIE, place_cookie
from chorall.web.login.signed import TokenError, read_token
from chorall.web.login.steps import find_porter, find_visit, refuse
from chorall.web.pages import render_page
from chorall.web.problems import Problem

if TYPE_CHECKING:
    from chorall.web.login.porter import Porter

router = APIRouter(include_in_schema=False)

LOGOUT_COOKIE: Final = "__Host-chorall_logout"
LOGOUT_FIELD: Final = "logout_token"
NOT_OURS: Final = Problem(403, "This form is not ours", "Open the page again.")
NOT_BEGUN: Final = Problem(
    400,
    "This browser did not sign out here",
    "What came back from the sign-in service does not fit. Open the first page to see whether you "
    "are signed in.",
)


@router.post("/logout")
async def leave(request: Request) -> Response:
    """End this session, or all of this person, and say where to sign out at the provider."""
    porter, visit = find_porter(request), find_visit()
    given = parse_form(await request.body())
    session_id = request.cookies.get(SESSION_COOKIE, "")
    if not porter.is_own(session_id, given.get(FIELD)):
        refuse("token", NOT_OURS)
    visit.event = "sign-out"
    hint = porter.hints.take(session_id)
    if given.get("everywhere"):
        porter.sessions.end_person(visit.visitor.person)
    else:
        porter.sessions.end(session_id)
    state = secrets.token_urlsafe(16)
    further = await porter.provider.find_logout(hint, state)
    response = _show(further=further)
    place_cookie(response, SESSION_COOKIE, "")
    if further:
        place_cookie(response, LOGOUT_COOKIE, state, ATTEMPT_SECONDS)
    return response


@router.get(SIGNED_OUT)
def come_back(request: Request, state: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Take the browser back from the provider, where it has signed out."""
    begun = request.cookies.get(LOGOUT_COOKIE, "")
    if not begun or not secrets.compare_digest(begun.encode(), state.encode()):
        refuse("state", NOT_BEGUN)
    response = _show(at_provider=True)
    place_cookie(response, LOGOUT_COOKIE, "")
    return response


def _show(*, further: str = "", at_provider: bool = False) -> HTMLResponse:
    page = render_page(
        "signed_out.html.j2", visitor=STRANGER, further=further, at_provider=at_provider
    )
    return HTMLResponse(page)


@router.post("/logout/back-channel")
async def hear_provider(request: Request) -> Response:
    """End what the provider says has ended: 200, or 400 where its token does not hold."""
    porter, visit = find_porter(request), find_visit()
    given = parse_form(await request.body())
    try:
        token = read_token(given.get(LOGOUT_FIELD, ""))
        found = await judge_logout(
            token, porter.state.definition, porter.provider_keys, porter.heard, porter.clock()
        )
    except (TokenError, NoKeysError) as error:
        visit.event, visit.reason = "refused", f"logout token: {error}"
        return JSONResponse({"error": "invalid_request"}, 400)
    visit.event, visit.reason = "sign-out", "provider"
    visit.visitor = Visitor(_end(porter, found), frozenset())
    return Response(status_code=200)


def _end(porter: Porter, found: SignedOut) -> str:
    """End the sessions of who has signed out, and return how the person is called here."""
    person = porter.state.name_person(found.subject) if found.subject else ""
    if not found.session:
        porter.sessions.end_person(person)
        return person
    session = porter.state.name_provider_session(found.session)
    return porter.sessions.end_provider_session(session, person) or person
