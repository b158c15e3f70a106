"""Routes of signing in and out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chorall.web.doctor.form import parse_form
from chorall.web.gate.access import BACK
from chorall.web.gate.guard import SAME_SITE
from chorall.web.gate.tokens import FIELD
from chorall.web.gate.visit import STRANGER, VISIT, Visit, Visitor
from chorall.web.login.attempt import ATTEMPT_SECONDS, Attempt
from chorall.web.login.porter import ATTEMPT_COOKIE, LANDINGS, SESSION_COOKIE, place_cookie
from chorall.web.login.provider import ProviderError
from chorall.web.pages import render_page
from chorall.web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from chorall.web.login.porter import Porter

log = logging.getLogger("chorall.web")
router = APIRouter(include_in_schema=False)

LONGEST: Final = 2000
NOT_SIGNED_IN: Final = Problem(
    403,
    "You were not signed in",
    "What came back from the sign-in service does not fit what this browser asked for, or came "
    "too late. Start again.",
    link="/login",
    link_words="Sign in",
)
Word = Annotated[str | None, Query(max_length=LONGEST)]


@router.get("/login")
async def start(request: Request, to: str = "/") -> Response:
    """Send the browser to the provider, where a person asked for it and no other page."""
    porter = _porter(request)
    if request.headers.get("sec-fetch-site", "none") not in SAME_SITE:
        said = "Another page sent you here. Go on if that is what you want."
        _refuse(
            "another page",
            Problem(403, "Please sign in", said, link="/login", link_words="Sign in"),
        )
    try:
        begun = await porter.provider.begin()
    except ProviderError as error:
        log.error("provider: %s", error)
        said = "Ask again in half a minute. If that does not help, tell who runs this server."
        _refuse(f"provider: {error}", Problem(503, "The sign-in service is not there", said, 30))
    response = RedirectResponse(begun.url, 303)
    sealed = porter.attempts.seal(begun, to if to in LANDINGS else "/")
    place_cookie(response, ATTEMPT_COOKIE, sealed, ATTEMPT_SECONDS)
    return response


@router.get(BACK)
async def come_back(
    request: Request,
    code: Word = None,
    state: Word = None,
    error: Word = None,
    iss: Word = None,
) -> Response:
    """Take the browser back from the provider: check, and begin a new session."""
    porter = _porter(request)
    attempt = porter.attempts.open(request.cookies.get(ATTEMPT_COOKIE), state)
    if attempt is None:
        _refuse("state")
    if error is not None or not code or iss not in (None, porter.state.definition.issuer):
        _refuse("answer of the provider")
    visitor = await _identify(porter, attempt, code)
    visit = _visit()
    visit.event, visit.visitor = "sign-in", visitor
    old = request.cookies.get(SESSION_COOKIE)
    if old:
        porter.sessions.end(old)
    response = RedirectResponse(attempt.landing, 303)
    place_cookie(response, SESSION_COOKIE, porter.sessions.begin(visitor.person, visitor.roles))
    place_cookie(response, ATTEMPT_COOKIE, "")
    return response


async def _identify(porter: Porter, attempt: Attempt, code: str) -> Visitor:
    try:
        claims = await porter.provider.finish(code, nonce=attempt.nonce, verifier=attempt.verifier)
    except ProviderError as error:
        _refuse(str(error))
    person = porter.state.name_person(str(claims["sub"]))
    roles = porter.state.definition.find_roles(claims)
    if not roles:
        _visit().visitor = Visitor(person, frozenset())
        said = "Ask the person who runs this server. You are known there as " + person + "."
        _refuse("no role", Problem(403, "You have no role here", said))
    return Visitor(person, roles)


@router.post("/logout")
async def leave(request: Request) -> Response:
    """End this session, or all of this person."""
    porter, visit = _porter(request), _visit()
    given = parse_form(await request.body())
    session_id = request.cookies.get(SESSION_COOKIE, "")
    if not porter.is_own(session_id, given.get(FIELD)):
        _refuse("token", Problem(403, "This form is not ours", "Open the page again."))
    visit.event = "sign-out"
    if given.get("everywhere"):
        porter.sessions.end_person(visit.visitor.person)
    else:
        porter.sessions.end(session_id)
    response = HTMLResponse(render_page("signed_out.html.j2", visitor=STRANGER))
    place_cookie(response, SESSION_COOKIE, "")
    return response


def _refuse(reason: str, problem: Problem = NOT_SIGNED_IN) -> NoReturn:
    visit = _visit()
    visit.event, visit.reason = "refused", reason
    raise ProblemError(problem)


def _porter(request: Request) -> Porter:
    porter: Porter = request.app.state.porter
    return porter


def _visit() -> Visit:
    visit = VISIT.get()
    assert visit is not None  # the guard stands before every route
    return visit
