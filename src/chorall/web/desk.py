"""The desk where slow questions wait: few at a time, a short line, then "come again"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import anyio

from chorall.web.problems import Problem, ProblemError

Answer = TypeVar("Answer")

AT_WORK: Final = 2
IN_LINE: Final = 8
RETRY_SECONDS: Final = 5


class Desk:
    """Runs blocking work in threads, `AT_WORK` at a time, `IN_LINE` waiting."""

    def __init__(self, at_work: int = AT_WORK, in_line: int = IN_LINE) -> None:
        self.limiter = anyio.CapacityLimiter(at_work)
        self.most = at_work + in_line
        self.here = 0

    async def ask(self, work: Callable[[], Answer]) -> Answer:
        """Return what `work` returns.

        Raises
        ------
        ProblemError
            503 with Retry-After where the line is full.
        """
        if self.here >= self.most:
            said = f"Many questions are being worked on. Ask again in {RETRY_SECONDS} seconds."
            raise ProblemError(Problem(503, "Busy", said, RETRY_SECONDS))
        self.here += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self.limiter)
        finally:
            self.here -= 1
