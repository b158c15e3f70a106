"""Tokens that may come once: which have come, as long as they would hold."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Final

from chorall.web.login.signed import TokenError

SWEPT_EVERY_SECONDS: Final = 60.0
MOST_OF_ISSUER: Final = 50_000
"""No more are remembered at a time, so none is taken: what cannot be known is refused."""


class UsedTokens:
    """Remembers names of tokens in memory; `began` tells what it cannot know of."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.began = int(clock())
        self.swept = clock()
        self.until: defaultdict[str, dict[str, float]] = defaultdict(dict)

    def take(self, issuer: str, name: str, until: float) -> None:
        """Remember a token that comes for the first time.

        Raises
        ------
        TokenError
            If it has come within its life, or so many of this issuer that none more is remembered.
        """
        self._sweep()
        known = self.until[issuer]
        if name in known:
            raise TokenError("used")
        if len(known) >= MOST_OF_ISSUER:
            raise TokenError("too many")
        known[name] = until

    def _sweep(self) -> None:
        now = self.clock()
        if now - self.swept < SWEPT_EVERY_SECONDS:
            return
        self.swept = now
        for issuer, known in self.until.items():
            self.until[issuer] = {name: end for name, end in known.items() if end > now}
