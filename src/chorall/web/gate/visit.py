"""One request: who asks, for which line of the table of access, and what it was."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from chorall.web.gate.access import NOBODY, ROLES


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks.

    Attributes
    ----------
    person : str
        A keyed hash of the subject at the provider; empty where nobody has signed in.
    roles : frozenset of str
        Of `access.ROLES`, or `RECORD` alone, or `NOBODY` alone.
    token : str
        What a form that ends the session must bring along.
    program : str
        The name of a program that asks; empty where a person does, or nobody known.
    """

    person: str = ""
    roles: frozenset[str] = frozenset({NOBODY})
    token: str = field(default="", repr=False)
    program: str = ""

    @property
    def name(self) -> str:
        """Under which questions are counted; empty for strangers."""
        return self.person or (f"program {self.program}" if self.program else "")


STRANGER: Final = Visitor()
LOCAL: Final = Visitor("local", frozenset(ROLES))
"""The one person of an app that listens to this machine only."""


@dataclass(slots=True)
class Visit:
    """What the guard, a route and the audit log tell one another about one request.

    Attributes
    ----------
    number : str
        Stands in the log and in the audit log.
    entry : str or None
        Line of the table of access.
    visitor : Visitor
        Who asks; a route that signs in or out says who it was.
    event : str
        Kind of line in the audit log; empty: none is written.
    reason : str
        Why something was refused, in a word of ours.
    """

    number: str
    entry: str | None = None
    visitor: Visitor = STRANGER
    event: str = ""
    reason: str = ""


VISIT: ContextVar[Visit | None] = ContextVar("visit", default=None)
