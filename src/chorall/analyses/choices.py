"""Check names a person asked for against those that exist, and offer the nearest."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from chorall.errors import InputError, raise_gathered


def check_choices(asked: Sequence[str], known: Sequence[str], *, what: str) -> tuple[str, ...]:
    """Return the names asked for, each once.

    Parameters
    ----------
    asked : sequence of str
        In the order wanted; a single string is one name.
    known : sequence of str
        Every name that exists.
    what : str
        What a name stands for, in the singular, e.g. `marker`.

    Raises
    ------
    InputError
        If a name does not exist; all such names are told, with the nearest known ones.
    """
    names = tuple(dict.fromkeys([asked] if isinstance(asked, str) else asked))
    problems = [_describe_unknown(name, known) for name in names if name not in known]
    advice = f"Known: {', '.join(known) or 'none'}"
    raise_gathered(InputError, f"unknown {what}", problems, advice)
    return names


def _describe_unknown(name: str, known: Sequence[str]) -> str:
    by_small = {word.casefold(): word for word in known}
    close = get_close_matches(name.casefold(), list(by_small), n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(f'`{by_small[word]}`' for word in close)}?"
    return f"`{name}`{hint if close else ''}"
