"""The desk where slow questions wait: few at a time, a short line, then "come again"."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio

from chorall.errors import UserError
from chorall.web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import Receive

Answer = TypeVar("Answer")

AT_WORK: Final = 2
IN_LINE: Final = 20
LONG_IN_LINE: Final = 4
RETRY_SECONDS: Final = 5
PATIENCE_SECONDS: Final = 3.0
LOOK_SECONDS: Final = 0.02
REMEMBERED: Final = 16
LEFT: Final = Problem(400, "Nobody waits for this", "The connection was closed. Ask again.")


class Desk:
    """Runs blocking work in threads or elsewhere: short questions and, one at a time, long ones.

    Parameters
    ----------
    at_work, in_line : int
        Short questions worked on at the same time, and waiting.
    patience : float
        Seconds that a page waits for the answer to a long question before it says that it waits.
    """

    def __init__(
        self,
        at_work: int = AT_WORK,
        in_line: int = IN_LINE,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.limiter = anyio.CapacityLimiter(at_work)
        self.most = at_work + in_line
        self.here = 0
        self.patience = patience
        self.long = ThreadPoolExecutor(max_workers=1, thread_name_prefix="long-question")
        self.kept: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    async def ask(self, work: Callable[[], Answer], receive: Receive | None = None) -> Answer:
        """Return what `work` returns.

        Parameters
        ----------
        work : callable
            Gives the answer. Once it is at work it goes on where nobody waits any more.
        receive : callable or None
            Messages of the connection: who closes it before it is their turn leaves the line.

        Raises
        ------
        ProblemError
            503 with Retry-After where the line is full; 400, for nobody, to those who left it.
        """
        run = partial(anyio.to_thread.run_sync, work, limiter=self.limiter)
        return await self._wait(run, receive)

    async def ask_elsewhere(
        self, begin: Callable[[], Future[Answer]], receive: Receive | None = None
    ) -> Answer:
        """Return the same of work that `begin` starts in another process: no thread waits for it.

        Raises
        ------
        ProblemError
            As `ask`.
        """
        return await self._wait(partial(self._run_elsewhere, begin), receive)

    async def _run_elsewhere(self, begin: Callable[[], Future[Answer]]) -> Answer:
        async with self.limiter:
            answer = asyncio.wrap_future(begin())
            with anyio.CancelScope(shield=True):  # its place is taken until it is done
                await asyncio.wait([answer])
            return answer.result()

    async def _wait(self, run: Callable[[], Awaitable[Answer]], receive: Receive | None) -> Answer:
        """Take a place in the line, and leave it when it is done or nobody waits any more."""
        if self.here >= self.most:
            raise ProblemError(_say_busy("Many questions are being worked on."))
        self.here += 1
        try:
            return await _run_watched(run, receive)
        finally:
            self.here -= 1

    async def ask_long(self, name: Hashable, work: Callable[[], Answer]) -> Answer | None:
        """Return the answer to a long question, worked out once and kept; None: not yet.

        Parameters
        ----------
        name : hashable
            The same question has the same name.
        work : callable
            Gives the answer. It goes on where nobody waits any more.

        Raises
        ------
        ProblemError
            503 with Retry-After where too many long questions wait already.
        """
        found = self.kept.get(name) or self._begin(name, work)
        until = time.monotonic() + self.patience
        while not found.done():
            if time.monotonic() >= until:
                return None
            await anyio.sleep(LOOK_SECONDS)
        error = found.exception()
        if error is not None and not isinstance(error, UserError):
            self.kept.pop(name, None)  # a mistake of ours is not kept: the next one tries again
        answer: Answer = found.result()
        return answer

    def _begin(self, name: Hashable, work: Callable[[], Answer]) -> Future[Answer]:
        waiting = sum(not one.done() for one in self.kept.values())
        if waiting >= LONG_IN_LINE:
            raise ProblemError(_say_busy("Long questions are being worked on."))
        done = [key for key, one in self.kept.items() if one.done()]
        for key in done[: max(0, len(self.kept) + 1 - REMEMBERED)]:
            del self.kept[key]
        found = self.kept[name] = self.long.submit(work)
        return found


async def ask(request: Request, work: Callable[[], Answer]) -> Answer:
    """Return the answer to a short question, when its turn has come (`Desk.ask`)."""
    answer: Answer = await request.app.state.desk.ask(work, request.receive)
    return answer


async def _run_watched(run: Callable[[], Awaitable[Answer]], receive: Receive | None) -> Answer:
    """Run it, unless the connection is closed while it waits for its turn."""
    found: list[Answer] = []
    failed: list[Exception] = []
    async with anyio.create_task_group() as tasks:
        if receive:
            tasks.start_soon(_cancel_when_left, receive, tasks.cancel_scope)
        try:
            found.append(await run())
        except Exception as error:  # out of the group it would come as a group
            failed.append(error)
        tasks.cancel_scope.cancel()
    if failed:
        raise failed[0]
    if not found:
        raise ProblemError(LEFT)
    return found[0]


async def _cancel_when_left(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def _say_busy(what: str) -> Problem:
    return Problem(503, "Busy", f"{what} Ask again in {RETRY_SECONDS} seconds.", RETRY_SECONDS)
