"""What a command and those that write after it tell each other: results, width of figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chorall.analyses.result import AnalysisResult

_WIDTH: ContextVar[str] = ContextVar("figure_width", default="two_column")
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
    """Keep a result, once, where somebody asked for it."""
    kept = _KEPT.get()
    if kept is not None and not any(one is result for one in kept):
        kept.append(result)


@contextmanager
def draw_for(width: str) -> Iterator[None]:
    """Have every figure written meanwhile laid out for one or two columns of a journal."""
    token = _WIDTH.set(width)
    try:
        yield
    finally:
        _WIDTH.reset(token)


def figure_width() -> str:
    """Return the width that figures are written in."""
    return _WIDTH.get()


def is_kept() -> bool:
    """Return True where somebody asked for the results of this command."""
    return _KEPT.get() is not None
