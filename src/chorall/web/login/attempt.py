"""A sign-in on its way: kept by the browser that began it, sealed, for a few minutes, used once."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from chorall.web.gate.tokens import is_token, make_token

if TYPE_CHECKING:
    from chorall.web.login.provider import Begun

ATTEMPT_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Attempt:
    """What must still hold when the browser comes back from the provider.

    Attributes
    ----------
    state, nonce, verifier : str
        Of the request to the provider.
    landing : str
        Page of ours to go on with.
    until : float
        Seconds since 1970.
    """

    state: str
    nonce: str
    verifier: str
    landing: str
    until: float


class Attempts:
    """Seals attempts for browsers and opens each of them once.

    The seal holds until the server is started again. The verifier is no secret before the browser
    that began; it keeps others from using a code that they have got hold of.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.key = secrets.token_bytes(32)
        self.used: dict[str, float] = {}

    def seal(self, begun: Begun, landing: str) -> str:
        """Return the text that the browser keeps."""
        until = self.clock() + ATTEMPT_SECONDS
        attempt = Attempt(begun.state, begun.nonce, begun.verifier, landing, until)
        text = base64.urlsafe_b64encode(json.dumps(asdict(attempt)).encode()).decode()
        return f"{text}.{make_token(self.key, text)}"

    def open(self, sealed: str | None, state: str | None) -> Attempt | None:
        """Return an attempt of this browser with this state, unless it is over or was used."""
        text, _, seal = (sealed or "").partition(".")
        if not is_token(self.key, text, seal):
            return None
        now, attempt = self.clock(), Attempt(**json.loads(base64.urlsafe_b64decode(text)))
        self.used = {one: until for one, until in self.used.items() if until > now}
        same = state is not None and secrets.compare_digest(state.encode(), attempt.state.encode())
        if not same or now >= attempt.until or attempt.state in self.used:
            return None
        self.used[attempt.state] = attempt.until
        return attempt
