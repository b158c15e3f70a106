"""Stands before every route: host, origin, size and form of the body, headers, quiet errors."""

from __future__ import annotations

import json
import logging
import secrets
import time
import traceback
from typing import TYPE_CHECKING, Final

import anyio

from chorall.web.headers import complete_headers
from chorall.web.pace import Pace
from chorall.web.problems import Problem, answer_problem
from chorall.web.settings import LOOPBACK

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 64 * 1024
BODY_SECONDS: Final = 10.0
METHODS: Final = ("GET", "HEAD", "POST")
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
SAME_SITE: Final = ("same-origin", "none")

log = logging.getLogger("chorall.web")


class Guard:
    """Refuses what no route should see; writes one line per request without any value."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.pace = Pace()

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

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said["status"] = message["status"]
                message = {**message, "headers": complete_headers(list(message["headers"]))}
            await send(message)

        try:
            await self._let_through(scope, receive, send_guarded)
        except Exception as error:
            # the message of the error, and its traceback's locals, may hold a patient's value
            last = traceback.extract_tb(error.__traceback__)[-1]
            log.error("bug: %s in %s line %s", type(error).__name__, last.name, last.lineno)
            if not said:
                problem = Problem(500, "This is a mistake of ours", "Nothing was kept.")
                await answer_problem(problem, scope, receive, send_guarded)
        _log(scope, said.get("status", 0), time.monotonic() - begun)

    async def _let_through(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1")
                   for name, value in scope["headers"]}  # fmt: skip
        problem = find_problem(scope, headers)
        if problem is None and scope["method"] == "POST":
            wait = self.pace.find_wait()
            if wait:
                problem = Problem(429, "Too many questions", f"Wait {wait} seconds.", wait)
        if problem is None and scope["method"] == "POST":
            body, problem = await read_body(receive)
            problem = problem or judge_body(body, headers)
            receive = _replay(body)
        if problem is not None:
            await answer_problem(problem, scope, receive, send)
            return
        await self.app(scope, receive, send)


def find_problem(scope: Scope, headers: dict[str, str]) -> Problem | None:
    """Judge host, method, origin and announced body."""
    host = headers.get("host", "")
    if name_host(host) not in LOOPBACK:
        return Problem(400, "This address is not served", "Open http://127.0.0.1 with its port.")
    if scope["method"] not in METHODS:
        return Problem(405, "This is not possible here", "Only GET and POST are answered.")
    if scope["method"] != "POST":
        return None
    if not is_own_origin(headers, f"{scope['scheme']}://{host}"):
        return Problem(403, "This came from another page", "Use the form of this page.")
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    wanted = JSON if scope["path"].startswith("/api/") else FORM
    if kind != wanted:
        return Problem(415, "This cannot be read", f"The content type must be {wanted}.")
    return None


def name_host(host: str) -> str:
    """Return the host of a Host header without its port."""
    if host.startswith("["):
        return host[1:].split("]")[0]
    return host.rsplit(":", 1)[0] if ":" in host else host


def is_own_origin(headers: dict[str, str], own: str) -> bool:
    """Return True where the request comes from our own page, or from no browser at all."""
    if headers.get("sec-fetch-site", "none") not in SAME_SITE:
        return False
    return headers.get("origin", own) == own


async def read_body(receive: Receive) -> tuple[bytes, Problem | None]:
    """Read the body, up to the limits of size and time."""
    body = bytearray()
    with anyio.move_on_after(BODY_SECONDS) as limit:
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > MOST_BYTES:
                said = f"At most {MOST_BYTES // 1024} kB are read."
                return b"", Problem(413, "This is too large", said)
            if not message.get("more_body", False):
                break
    if limit.cancelled_caught:
        return b"", Problem(408, "This came too slowly", "Send it again.")
    return bytes(body), None


def judge_body(body: bytes, headers: dict[str, str]) -> Problem | None:
    """Refuse a body that is no UTF-8, and JSON that other readers would not take."""
    try:
        text = body.decode()
        if headers.get("content-type", "").startswith(JSON):
            read = json.loads(text, parse_constant=_refuse_constant)
            json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return Problem(400, "This cannot be read", "Valid JSON in UTF-8 without NaN was expected.")
    return None


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _replay(body: bytes) -> Receive:
    sent: list[bool] = []

    async def receive() -> Message:
        if sent:
            await anyio.sleep_forever()
        sent.append(True)
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _log(scope: Scope, status: int, seconds: float) -> None:
    """Write the route, never the address: what a person types into an address is not ours."""
    route = getattr(scope.get("route"), "path", "(none)")
    number = secrets.token_hex(4)
    log.info("%s %s %s %d %.0f ms", number, scope["method"], route, status, 1000 * seconds)
