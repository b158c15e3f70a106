"""ID tokens of sessions that are open: in memory alone, to tell the provider who signs out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable


class Hints:
    """Keeps one token for each session, until the session is over at the latest.

    None is written down: it holds names. After a new start of the server there is none, and the
    provider asks the person whether to sign out.
    """

    def __init__(self, longest_seconds: float, clock: Callable[[], float] = time.time) -> None:
        self.longest_seconds = longest_seconds
        self.clock = clock
        self.kept: dict[bytes, tuple[float, str]] = {}

    def keep(self, session_id: str, id_token: str) -> None:
        """Keep the token of a session that begins."""
        now = self.clock()
        self.kept = {one: given for one, given in self.kept.items() if given[0] > now}
        self.kept[_hash(session_id)] = (now + self.longest_seconds, id_token)

    def take(self, session_id: str) -> str:
        """Return the token of a session that ends, and forget it; empty where there is none."""
        return self.kept.pop(_hash(session_id), (0.0, ""))[1]


def _hash(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()
