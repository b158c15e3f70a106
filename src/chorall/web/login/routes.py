"""Routes of signing in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from chorall.web.gate.access import BACK
from chorall.web.gate.guard import SAME_SITE
from chorall.web.gate.visit import Visitor
from chorall.web.login.attempt import ATTEMPT_SECONDS, Attempt
from chorall.web.login.porter import ATTEMPT_COOKIE, LANDINGS, SESSION_COOKIE, place_cookie
from chorall.web.login.provider import ProviderError
from chorall.web.login.steps import find_porter, find_visit, refuse
from chorall.web.problems import Problem

if TYPE_CHECKING:
    from chorall.web.login.porter import Porter
    from chorall.web.login.provider import SignedIn

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
    porter = find_porter(request)
    if request.headers.get("sec-fetch-site", "none") not in SAME_SITE:
        said = "Another page sent you here. Go on if that is what you want."
        refuse(
            "another page",
            Problem(403, "Please sign in", said, link="/login", link_words="Sign in"),
        )
    try:
        begun = await porter.provider.begin()
    except ProviderError as error:
        log.error("provider: %s", error)
        said = "Ask again in half a minute. If that does not help, tell who runs this server."
        refuse(f"provider: {error}", Problem(503, "The sign-in service is not there", said, 30))
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
    porter = find_porter(request)
    attempt = porter.attempts.open(request.cookies.get(ATTEMPT_COOKIE), state)
    if attempt is None:
        refuse("state", NOT_SIGNED_IN)
    if error is not None or not code or iss not in (None, porter.state.definition.issuer):
        refuse("answer of the provider", NOT_SIGNED_IN)
    signed_in, visitor = await _identify(porter, attempt, code)
    visit = find_visit()
    visit.event, visit.visitor = "sign-in", visitor
    old = request.cookies.get(SESSION_COOKIE)
    if old:
        porter.sessions.end(old)
    response = RedirectResponse(attempt.landing, 303)
    place_cookie(response, SESSION_COOKIE, porter.begin(visitor, signed_in))
    place_cookie(response, ATTEMPT_COOKIE, "")
    return response


async def _identify(porter: Porter, attempt: Attempt, code: str) -> tuple[SignedIn, Visitor]:
    try:
        found = await porter.provider.finish(code, nonce=attempt.nonce, verifier=attempt.verifier)
    except ProviderError as error:
        refuse(str(error), NOT_SIGNED_IN)
    person = porter.state.name_person(str(found.claims["sub"]))
    roles = porter.state.definition.find_roles(found.claims)
    if not roles:
        find_visit().visitor = Visitor(person, frozenset())
        said = "Ask the person who runs this server. You are known there as " + person + "."
        refuse("no role", Problem(403, "You have no role here", said))
    return found, Visitor(person, roles)
