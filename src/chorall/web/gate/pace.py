"""How many questions may be asked in a minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from math import ceil
from typing import Final

WINDOW_SECONDS: Final = 60.0
MOST_IN_WINDOW: Final = 300


class Pace:
    """Counts what one reader asked in the last minute."""

    def __init__(
        self, most: int = MOST_IN_WINDOW, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most = most
        self.clock = clock
        self.asked: deque[float] = deque()

    def is_over(self) -> bool:
        """Return True where nothing was asked in the last minute."""
        return not self.asked or self.clock() - self.asked[-1] >= WINDOW_SECONDS

    def find_wait(self) -> int:
        """Count one question and return 0, or return after how many seconds to come again."""
        now = self.clock()
        while self.asked and now - self.asked[0] >= WINDOW_SECONDS:
            self.asked.popleft()
        if len(self.asked) >= self.most:
            return max(1, ceil(WINDOW_SECONDS - (now - self.asked[0])))
        self.asked.append(now)
        return 0
