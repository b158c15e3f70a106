"""Tokens that may come once: which have come, as long as they would hold."""

from __future__ import annotations

import time
from collections.abc import Callable


class UsedTokens:
    """Remembers names of tokens in memory; `began` tells what it cannot know of."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.began = int(clock())
        self.until: dict[tuple[str, str], float] = {}

    def take(self, issuer: str, name: str, until: float) -> bool:
        """Return True the first time that a token comes; later ones within its life: False."""
        now = self.clock()
        self.until = {one: end for one, end in self.until.items() if end > now}
        if (issuer, name) in self.until:
            return False
        self.until[issuer, name] = until
        return True
