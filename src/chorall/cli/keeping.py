"""Keep the results of a command for what is written after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chorall.analyses.result import AnalysisResult

_KEPT: ContextVar[list[AnalysisResult] | None] = ContextVar("kept", default=None)


@contextmanager
def keep_results() -> Iterator[list[AnalysisResult]]:
    """Yield the list to which `keep_result` adds."""
    kept: list[AnalysisResult] = []
    token = _KEPT.set(kept)
    try:
        yield kept
    finally:
        _KEPT.reset(token)


def keep_result(result: AnalysisResult) -> None:
    """Keep a result where somebody asked for it."""
    kept = _KEPT.get()
    if kept is not None:
        kept.append(result)
