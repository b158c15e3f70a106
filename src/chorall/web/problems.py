"""One clear answer where something cannot be done: a page for people, a document for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PROBLEM_TYPE: Final = "application/problem+json"
FOR_PROGRAMS: Final = ("/api/", "/cds-services")
LONGEST: Final = 3000


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong.

    Attributes
    ----------
    status : int
        Of HTTP.
    title : str
        In a few words.
    detail : str
        What to do.
    retry_seconds : int
        When to come again; 0 where that would not help.
    link, link_words : str
        Where to go on from the page.
    challenge : str
        What a program is told of how to come in (header `WWW-Authenticate`).
    """

    status: int
    title: str
    detail: str
    retry_seconds: int = 0
    link: str = "/"
    link_words: str = "To the first page"
    challenge: str = ""

    def to_dict(self) -> dict[str, str | int]:
        """Return the problem document (RFC 9457)."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail[:LONGEST],
        }


class ProblemError(Exception):
    """Carries a problem from anywhere in a route to its answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def is_for_programs(path: str) -> bool:
    """Return True where JSON is asked and answered, not a page."""
    return path.startswith(FOR_PROGRAMS)


async def answer_problem(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the problem in the form that the address asks for."""
    from starlette.responses import Response

    if is_for_programs(scope["path"]):
        text, kind = json.dumps(problem.to_dict(), ensure_ascii=False), PROBLEM_TYPE
    else:
        from chorall.web.pages import render_page

        text, kind = render_page("problem.html.j2", problem=problem), "text/html"
    headers = {"retry-after": str(problem.retry_seconds)} if problem.retry_seconds else {}
    if problem.challenge:
        headers["www-authenticate"] = problem.challenge
    response = Response(text, problem.status, headers=headers, media_type=kind)
    await response(scope, receive, send)
