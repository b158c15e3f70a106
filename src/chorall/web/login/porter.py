"""The porter: knows who asks by session or token, and lets in by the table of access alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chorall.web.gate.access import ACCESS, NOBODY, find_roles
from chorall.web.gate.tokens import is_token, make_token
from chorall.web.gate.visit import STRANGER, Visit, Visitor
from chorall.web.login.attempt import Attempts
from chorall.web.login.hints import Hints
from chorall.web.login.keys import Keys
from chorall.web.login.programs import CHALLENGE, FORBIDDEN, RefusedError, open_programs
from chorall.web.login.provider import Provider
from chorall.web.login.sessions import open_sessions
from chorall.web.login.state import LoginState, open_state, read_secret
from chorall.web.login.used import UsedTokens
from chorall.web.problems import Problem, is_for_programs

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

    from chorall.web.login.provider import SignedIn

SESSION_COOKIE: Final = "__Host-chorall_session"
ATTEMPT_COOKIE: Final = "__Host-chorall_login"
LANDINGS: Final = ("/doctor", "/analyst", "/patients", "/")
"""Pages with which one may go on after signing in; nothing else is ever an address to go to."""


class Porter:
    """Holds what coming in needs: provider, sessions, sign-ins on their way, programs."""

    def __init__(
        self, state: LoginState, provider: Provider, clock: Callable[[], float] = time.time
    ) -> None:
        self.state = state
        self.house = state.definition.house
        self.provider = provider
        self.attempts = Attempts(clock)
        self.clock = clock
        self.provider_keys = Keys("the provider", provider.load_keys, clock)
        self.heard = UsedTokens(clock)
        self.hints = Hints(3600.0 * state.definition.longest_hours, clock)
        self.programs = open_programs(
            state.file.parent, state.definition, self.provider_keys, provider.transport, clock
        )
        self.sessions = open_sessions(state, clock)

    def begin(self, visitor: Visitor, signed_in: SignedIn) -> str:
        """Begin the session of somebody who has signed in, and return its id."""
        session = signed_in.claims.get("sid")
        name = self.state.name_provider_session(session) if isinstance(session, str) else ""
        made = self.sessions.begin(visitor.person, visitor.roles, name)
        self.hints.keep(made, signed_in.id_token)
        return made

    async def admit(self, visit: Visit, scope: Scope, headers: dict[str, str]) -> Problem | None:
        """Find which program asks, if one does, and refuse whom no role lets in."""
        if self.programs.bring_token(scope, headers):
            try:
                visit.visitor = await self.programs.recognise(scope, headers)
            except RefusedError as refused:
                visit.reason = refused.reason
                return refused.problem
        return self.find_problem(visit, scope["path"])

    def recognise(self, headers: dict[str, str]) -> Visitor:
        """Return who asks: the person of a session that has not ended, or a stranger."""
        session_id = read_cookie(headers, SESSION_COOKIE)
        session = self.sessions.find(session_id) if session_id else None
        if session is None:
            return STRANGER
        return Visitor(session.person, session.roles, make_token(self.attempts.key, session_id))

    def is_own(self, session_id: str, token: str | None) -> bool:
        """Return True where a form with this token comes from a page of this session."""
        return is_token(self.attempts.key, session_id, token)

    def find_problem(self, visit: Visit, path: str) -> Problem | None:
        """Refuse whoever has no role that opens the route; without a line nobody has one."""
        stranger = visit.visitor.roles == {NOBODY}
        if visit.entry is not None and find_roles(visit.entry, visit.visitor.roles):
            return None
        if stranger:
            link = f"/login?to={find_landing(path)}"
            said = "This page is for those who have signed in."
            challenge = CHALLENGE if self.programs.are_known and is_for_programs(path) else ""
            return Problem(401, "Please sign in", said, 0, link, "Sign in", challenge)
        if visit.entry is None:
            return Problem(404, "There is nothing here", "Start at the first page.")
        open_to = ", ".join(sorted(ACCESS[visit.entry]))
        said = f"It is open to: {open_to}. Ask the person who runs this server for that role."
        challenge = FORBIDDEN if visit.visitor.program else ""
        return Problem(403, "This is not open to you", said, challenge=challenge)


def find_landing(path: str) -> str:
    """Return the page of ours under which a path lies."""
    return next(one for one in LANDINGS if path == one or path.startswith(one + "/") or one == "/")


def read_cookie(headers: dict[str, str], name: str) -> str:
    """Return the value of a cookie; empty where there is none."""
    from starlette.requests import cookie_parser

    return cookie_parser(headers.get("cookie", "")).get(name, "")


def place_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Give the browser a cookie that no script and no other host gets, or take it away."""
    response.set_cookie(
        name,
        value,
        max_age=seconds if value else 0,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",  # the browser comes back from the provider, which is another site
    )


def open_porter(path: Path, transport: Any = None) -> Porter:
    """Open what a login file describes.

    Raises
    ------
    InputError
        If a file is missing, the secret is not where the file says, or others may enter the folder.
    DefinitionError
        If the file is not sound.
    """
    state = open_state(path)
    secret = read_secret(path, state.definition)
    return Porter(state, Provider(state.definition, secret, transport))
