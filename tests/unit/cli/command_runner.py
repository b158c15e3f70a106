"""What a command line gave: exit code, standard output, standard error."""

from __future__ import annotations

from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]
