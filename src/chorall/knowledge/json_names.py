"""Names in a JSON object: each once, for readers of the same text differ in which they take."""

from __future__ import annotations

from typing import Any


def take_names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of these pairs; an `object_pairs_hook` of `json.loads`.

    Raises
    ------
    ValueError
        If a name stands twice: `json` would take the last and say nothing.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return found
