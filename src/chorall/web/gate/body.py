"""The body of a request: read up to limits of size and time, judged, and handed on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import anyio

from chorall.knowledge.json_names import take_names_once
from chorall.web.problems import Problem, is_for_programs

if TYPE_CHECKING:
    from starlette.types import Message, Receive

MOST_BYTES: Final = 64 * 1024
MOST_RECORD_BYTES: Final = 1024 * 1024
RECORD_PATHS: Final = ("/cds-services/", "/api/v1/fhir/")
"""Where a health record sends resources, which are many times as long as a form."""

BODY_SECONDS: Final = 10.0
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
FHIR_JSON: Final = "application/fhir+json"
CUT: Final = Problem(400, "This did not come whole", "Send it again.")


def find_most_bytes(path: str) -> int:
    """Return how large a body may be."""
    return MOST_RECORD_BYTES if path.startswith(RECORD_PATHS) else MOST_BYTES


def find_kinds(path: str) -> tuple[str, ...]:
    """Return the content types that a body may have; none is one that a form of another page has.

    The form of our own pages has its token instead.
    """
    if path.startswith(RECORD_PATHS):
        return JSON, FHIR_JSON
    return (JSON,) if is_for_programs(path) else (FORM,)


async def read_body(receive: Receive, most: int = MOST_BYTES) -> tuple[bytes, Problem | None]:
    """Read the body, up to the limits of size and time; what was cut off is none."""
    body = bytearray()
    with anyio.move_on_after(BODY_SECONDS) as limit:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"", CUT
            body += message.get("body", b"")
            if len(body) > most:
                said = f"At most {most // 1024} kB are read."
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
        if headers.get("content-type", "").lower().startswith((JSON, FHIR_JSON)):
            read = json.loads(
                text, parse_constant=_refuse_constant, object_pairs_hook=take_names_once
            )
            json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        said = "Valid JSON in UTF-8 was expected, without NaN, no name twice in an object."
        return Problem(400, "This cannot be read", said)
    return None


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def replay_body(body: bytes, receive: Receive) -> Receive:
    """Return what hands on a body that has been read, and after it what comes of `receive`."""
    sent: list[bool] = []

    async def replay() -> Message:
        if sent:
            return await receive()
        sent.append(True)
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
