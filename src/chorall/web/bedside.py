"""Predictions of the bank: in this process, or where several people ask in some of their own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any, TypeVar

from chorall.errors import InputError
from chorall.web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import Receive

    from chorall.models.bank.bank import Bank
    from chorall.models.bank.prediction import BankPrediction
    from chorall.web.desk import Desk

Answer = TypeVar("Answer")

NO_BANK = Problem(
    404,
    "No bank is served",
    "Start again with one: chorall serve BANK (make it with `chorall bank fit POOL -o BANK`).",
)
MOST_WORKERS = 64

_held: list[Bank] = []
"""In a process that predicts: its bank."""


class Bedside:
    """Asks the bank that is served.

    Parameters
    ----------
    bank : Bank or None
        None: every question is answered by saying that there is none.
    n_workers : int
        Processes that predict, each with a copy of the bank; 0: this one. The numbers are the same.
    """

    def __init__(self, bank: Bank | None, n_workers: int = 0) -> None:
        if not 0 <= n_workers <= MOST_WORKERS:
            raise InputError(
                f"{n_workers} workers cannot be: give 0 (none) to {MOST_WORKERS}, such as the "
                "number of cores."
            )
        self.bank = bank
        self.n_workers = n_workers if bank is not None else 0
        self.lock = threading.Lock()
        self.pool: ProcessPoolExecutor | None = None

    def open(self) -> None:
        """Start the processes, without waiting until they are ready."""
        if self.n_workers:
            pool = self.find_pool()
            for _ in range(self.n_workers):
                pool.submit(int)

    def close(self) -> None:
        """Stop them; what is being worked on is finished."""
        with self.lock:
            pool, self.pool = self.pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    async def work(
        self,
        desk: Desk,
        receive: Receive | None,
        function: Callable[..., Answer],
        *arguments: Any,
    ) -> Answer:
        """Return what a function of the bank and further arguments returns, when its turn has come.

        Where processes predict, the function must be one of a module. Desk and connection are those
        of `Desk.ask`.

        Raises
        ------
        ProblemError
            404 where no bank is served, 503 with Retry-After where the line is full.
        Exception
            What the function raises.
        """
        if not self.n_workers:
            return await desk.ask(lambda: function(self._find_bank(), *arguments), receive)
        used: list[ProcessPoolExecutor] = []

        def begin() -> Future[Answer]:
            used.append(self.find_pool())
            return used[-1].submit(_work, function, arguments)

        try:
            return await desk.ask_elsewhere(begin, receive)
        except BrokenProcessPool:  # a process was killed: new ones are started, once
            self.drop(used[-1])
            return await desk.ask_elsewhere(begin, receive)

    def drop(self, broken: ProcessPoolExecutor) -> None:
        """Let go of processes that broke; those that another question started since stay."""
        with self.lock:
            if self.pool is broken:
                self.pool = None
        broken.shutdown(wait=False)

    def find_pool(self) -> ProcessPoolExecutor:
        """Return the processes, begun where there are none.

        Raises
        ------
        ProblemError
            404 where no bank is served.
        """
        with self.lock:
            if self.pool is None:
                self.pool = ProcessPoolExecutor(
                    self.n_workers, get_context("spawn"), partial(_begin, self._find_bank())
                )
            return self.pool

    def _find_bank(self) -> Bank:
        if self.bank is None:
            raise ProblemError(NO_BANK)
        return self.bank


async def ask_bedside(
    request: Request, patient: Mapping[str, Any], strategies: Sequence[str], **options: Any
) -> BankPrediction:
    """Return the prediction of the bank that is served, as `chorall.predict` makes it.

    Raises
    ------
    ProblemError
        As `Bedside.work`.
    InputError
        As `chorall.predict`.
    """
    return await work_at_bedside(request, predict_of, dict(patient), tuple(strategies), options)


async def work_at_bedside(
    request: Request, function: Callable[..., Answer], *arguments: Any
) -> Answer:
    """Return what a function of the bank that is served returns (`Bedside.work`)."""
    state = request.app.state
    bedside: Bedside = state.bedside
    return await bedside.work(state.desk, request.receive, function, *arguments)


def _begin(bank: Bank) -> None:
    """Make a process ready that predicts; it leaves with the server, however that one ends."""
    import chorall.analyses.bank
    import chorall.web.doctor.page  # noqa: F401 - now: the first question need not wait for them

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which stops this one
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _held[:] = [bank]


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _work(function: Callable[..., Answer], arguments: tuple[Any, ...]) -> Answer:
    return function(_held[0], *arguments)


def predict_of(
    bank: Bank,
    patient: Mapping[str, Any],
    strategies: Sequence[str],
    options: Mapping[str, Any],
) -> BankPrediction:
    """Predict as `chorall.predict` does."""
    from chorall.analyses.bank import predict

    return predict(bank, patient, strategies, **options)
