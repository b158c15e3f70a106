"""What laboratories say of a karyotype in words: it failed, it was normal, it was complex."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from chorall import knowledge

WORDS_CSV = Path(knowledge.__file__).parent / "karyotype" / "words.csv"

ALONE = ("not_reported",)
"""Meanings of words that count only where they are the whole text (``na``, ``unknown``)."""


@cache
def _known_phrases() -> tuple[tuple[str, str], ...]:
    """Return phrases and meanings, the longest first: what is longer says more."""
    with WORDS_CSV.open(encoding="utf-8", newline="") as file:
        rows = [(row["phrase"], row["meaning"]) for row in csv.DictReader(file)]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


def find_meanings(text: str) -> tuple[str, ...]:
    """Return what a text says in words.

    Parameters
    ----------
    text : str
        Free text, without the karyotype itself.

    Returns
    -------
    tuple of str
        Meanings of knowledge/karyotype/words.csv, each once; a phrase inside a longer one that was
        found does not count again.
    """
    rest = " ".join(text.lower().split()).strip(" .;,/\"'")
    found: dict[str, None] = {}
    for phrase, meaning in _known_phrases():
        if meaning in ALONE:
            if rest == phrase:
                found.setdefault(meaning)
            continue
        pattern = rf"(?<!\w){re.escape(phrase)}(?!\w)"
        if re.search(pattern, rest):
            found.setdefault(meaning)
            rest = re.sub(pattern, " ", rest)
    return tuple(found)
