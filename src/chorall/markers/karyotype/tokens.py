"""Cut a clone at its commas into items, where a comma inside brackets may part breakpoints."""

from __future__ import annotations

import re

INSIDE = re.compile(r"\s*(?:\??[pq]\??(?:\d|ter|\?|[,;)])|\?[,;)]|\d{1,2}(?:\.\d)?\)|cen)")
BEFORE_SIGN = re.compile(r"(?<=[\])A-Za-z])\s*(?=[+-]\s*\??(?:\d|[XY]\b|[a-z]+\(|mar|r\b|dmin))")
SHORT_ARM_SIGN = re.compile(r"\d[pq][+-]")


def split_items(body: str) -> list[str]:
    """Return the items of a clone, brackets kept together where they are closed or half closed.

    Parameters
    ----------
    body : str
        What follows the chromosome number: ``XY,t(9;22)(q34;q11),+8[20]``.
    """
    items: list[str] = []
    start, depth = 0, 0
    for position, letter in enumerate(body):
        if letter in "([":
            depth += 1
        elif letter in ")]":
            depth = max(0, depth - 1)
        elif letter == ";" and (depth or INSIDE.match(body, position + 1)):
            continue
        elif letter in ",;" and (depth == 0 or not INSIDE.match(body, position + 1)):
            items.append(body[start:position])
            start, depth = position + 1, 0
    items.append(body[start:])
    parts = [part for item in items for part in _split_at_signs(item)]
    return [part.strip() for part in _mend(parts) if part.strip(" .")]


def _split_at_signs(item: str) -> list[str]:
    """Part ``add(16)(p13)[4]-19[2]`` and ``XX+8``, where a comma was forgotten."""
    pieces, start = [], 0
    for match in BEFORE_SIGN.finditer(item):
        before = item[start : match.start()]
        if before.count("(") > before.count(")") or SHORT_ARM_SIGN.search(
            item[max(0, match.start() - 2) : match.end() + 1]
        ):
            continue
        pieces.append(before)
        start = match.end()
    return [*pieces, item[start:]]


def _mend(parts: list[str]) -> list[str]:
    """Join an item that begins with a bracket to the one before: ``t(15;17);(q22;q21)``."""
    mended: list[str] = []
    for part in parts:
        begins = part.strip()[:1]
        if mended and (begins == "[" or (begins == "(" and mended[-1].strip().endswith(")"))):
            mended[-1] += part.strip()
        else:
            mended.append(part)
    return mended
