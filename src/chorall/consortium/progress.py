"""How long steps tell how far they are."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, steps done and steps in all."""


def be_silent(what: str, done: int, total: int) -> None:
    """Report no progress."""
