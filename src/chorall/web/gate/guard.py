"""Stands before every route: host, origin, who asks, pace, body, headers, quiet errors, audit."""

from __future__ import annotations

import logging
import re
import secrets
import time
import traceback
from typing import TYPE_CHECKING, Final

from chorall.web.gate.access import BACK, NOBODY, find_entry, find_roles
from chorall.web.gate.body import find_kinds, find_most_bytes, judge_body, read_body, replay_body
from chorall.web.gate.headers import complete_headers
from chorall.web.gate.house import House
from chorall.web.gate.pace import Pace
from chorall.web.gate.visit import LOCAL, STRANGER, VISIT, Visit
from chorall.web.problems import Problem, answer_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from chorall.web.gate.audit import AuditLog
    from chorall.web.login.porter import Porter

METHODS: Final = ("GET", "HEAD", "POST")
OTHER_METHOD: Final = "(other)"
"""In logs: a method may be any word of whoever asks."""
SAME_SITE: Final = ("same-origin", "none")
HOST: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{0,5})?", re.ASCII)
MOST_PACES: Final = 1000
"""With more, those who asked nothing in the last minute are forgotten."""


log = logging.getLogger("chorall.web")


class Guard:
    """Refuses what no route should see; writes one line per request without any value."""

    def __init__(
        self, app: ASGIApp, porter: Porter | None = None, audit: AuditLog | None = None
    ) -> None:
        self.app = app
        self.porter = porter
        self.house = porter.house if porter else House()
        self.audit = audit
        self.paces: dict[str, Pace] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or answer it with a problem."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        begun = time.monotonic()
        said: dict[str, int] = {}
        visitor = STRANGER if self.porter else LOCAL
        visit = Visit(secrets.token_hex(4), find_entry(scope["path"]), visitor)
        VISIT.set(visit)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._record(visit, scope["method"], message["status"])
                said["status"] = message["status"]
                headers = complete_headers(list(message["headers"]), self.house.secure)
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._let_through(visit, scope, receive, send_guarded)
        except Exception as error:
            # the message of the error, and its traceback's locals, may hold a patient's value
            last = traceback.extract_tb(error.__traceback__)[-1]
            log.error("bug: %s in %s line %s", type(error).__name__, last.name, last.lineno)
            if not said:
                problem = Problem(500, "This is a mistake of ours", "Nothing was kept.")
                await answer_problem(problem, scope, receive, send_guarded)
        _log(visit, scope, said.get("status", 0), time.monotonic() - begun)

    async def _let_through(
        self, visit: Visit, scope: Scope, receive: Receive, send: Send
    ) -> None:  # fmt: skip
        headers = {name.decode("latin-1").lower(): value.decode("latin-1")
                   for name, value in scope["headers"]}  # fmt: skip
        problem = find_problem(scope, headers, self.house)
        if self.porter:
            visit.visitor = self.porter.recognise(headers)
            problem = problem or await self.porter.admit(visit, scope, headers)
        if problem is None and _is_counted(visit, scope):
            problem = self._find_haste(visit, scope)
        if problem is None and scope["method"] == "POST":
            body, problem = await read_body(receive, find_most_bytes(scope["path"]))
            problem = problem or judge_body(body, headers)
            receive = replay_body(body, receive)
        if problem is not None:
            visit.event, visit.reason = "refused", visit.reason or problem.title
            await answer_problem(problem, scope, receive, send)
            return
        if visit.entry is not None and not find_roles(visit.entry, frozenset({NOBODY})):
            visit.event = "question"
        await self.app(scope, receive, send)

    def _find_haste(self, visit: Visit, scope: Scope) -> Problem | None:
        """Count one question of this visitor, or say after how many seconds to come again.

        Strangers are told apart by where they come from: one of them keeps nobody else out.
        """
        who = visit.visitor.name or (scope.get("client") or ("",))[0]
        if len(self.paces) >= MOST_PACES:
            self.paces = {one: pace for one, pace in self.paces.items() if not pace.is_over()}
        if who not in self.paces:
            self.paces[who] = Pace()
        wait = self.paces[who].find_wait()
        return Problem(429, "Too many questions", f"Wait {wait} seconds.", wait) if wait else None

    def _record(self, visit: Visit, method: str, status: int) -> None:
        """Write the line of the audit log, before the answer goes out."""
        if self.audit is None or not visit.event:
            return
        roles = visit.visitor.roles if visit.entry is None else find_roles(
            visit.entry, visit.visitor.roles
        )  # fmt: skip
        write = self.audit.write if visit.visitor.name else self.audit.write_of_stranger
        event, visit.event = visit.event, ""  # where this fails, the word about it must pass
        write(
            event,
            request=visit.number,
            route=f"{name_method(method)} {visit.entry or '(none)'}",
            person=visit.visitor.person,
            program=visit.visitor.program,
            role="+".join(sorted(roles)),
            status=status,
            reason=visit.reason,
        )


def _is_counted(visit: Visit, scope: Scope) -> bool:
    """Return True for questions, sign-ins, and all that programs ask."""
    return bool(scope["method"] == "POST" or scope["path"] == BACK or visit.visitor.program)


def find_problem(scope: Scope, headers: dict[str, str], house: House) -> Problem | None:
    """Judge host, encryption, method, origin and announced body."""
    host = headers.get("host", "")
    problem = house.find_problem(name_host(host), scope["scheme"])
    if problem is not None:
        return problem
    if "transfer-encoding" in headers and "content-length" in headers:
        said = "Two lengths of one body were announced: a proxy may take the other."
        return Problem(400, "This cannot be read", said)
    if scope["method"] not in METHODS:
        return Problem(405, "This is not possible here", "Only GET and POST are answered.")
    if scope["method"] != "POST":
        return None
    if not is_own_origin(headers, house.address or f"{scope['scheme']}://{host}"):
        return Problem(403, "This came from another page", "Use the form of this page.")
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    wanted = find_kinds(scope["path"])
    if kind not in wanted:
        said = f"The content type must be {' or '.join(wanted)}."
        return Problem(415, "This cannot be read", said)
    return None


def name_host(host: str) -> str:
    """Return the host of a Host header without its port; empty where it is none."""
    found = HOST.fullmatch(host)
    return (found[1] or found[2]) if found else ""


def name_method(method: str) -> str:
    """Return a method as logs may hold it."""
    return method if method in METHODS else OTHER_METHOD


def is_own_origin(headers: dict[str, str], own: str) -> bool:
    """Return True where the request comes from our own page, or from no browser at all."""
    if headers.get("sec-fetch-site", "none") not in SAME_SITE:
        return False
    return headers.get("origin", own) == own


def _log(visit: Visit, scope: Scope, status: int, seconds: float) -> None:
    """Write the route, never the address: what a person types into an address is not ours."""
    route = getattr(scope.get("route"), "path", "(none)")
    method, spent = name_method(scope["method"]), 1000 * seconds
    log.info("%s %s %s %d %.0f ms", visit.number, method, route, status, spent)
