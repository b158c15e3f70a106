"""Chromosomes and breakpoints in brackets: ``(9;22)`` and ``(q34;q11.2)``."""

from __future__ import annotations

import re

from chorall.markers.karyotype.model import Band

CHROMOSOMES = (*(str(number) for number in range(1, 23)), "X", "Y")

CHROMOSOME = re.compile(r"(\?)?(\d{1,2}|[XY]|\?)(\?)?(?:([pq].*))?")
BAND = re.compile(r"\??([pq])\??(\d{1,2})?\??(\d)?(?:\.(\d{1,2}))?(ter)?\??")
AGAIN = re.compile(r"(\d{1,2})(?:\.(\d{1,2}))?\??")
BETWEEN = re.compile(r"[-~/,\s]+|or|->|→|\?|cen")
DETAILED = re.compile(r"->|::|→|ter|cen")

Located = tuple[str, tuple[Band, ...]]


def read_chromosome(text: str) -> str | None:
    """Return ``1`` to ``22``, ``X``, ``Y`` or ``?``; None where it is no chromosome."""
    name = text.strip().strip("?").upper() or "?"
    return name if name in CHROMOSOMES or name == "?" else None


def read_chromosomes(group: str) -> tuple[Located, ...] | None:
    """Read the first bracket of an abnormality.

    Parameters
    ----------
    group : str
        Its content: ``9;22``, ``5q``, ``?;17``.

    Returns
    -------
    tuple of (str, tuple of Band) or None
        Each chromosome with the bands written beside it (``del(5q)``); None where the text is
        something else.
    """
    found: list[Located] = []
    for part in re.split(r"[;:,]", group):
        match = CHROMOSOME.fullmatch(part.strip())
        name = read_chromosome(match[2]) if match else None
        if match is None or name is None:
            return None
        bands = read_bands(match[4]) if match[4] else ()
        if bands is None:
            return None
        found.append((name, bands))
    return tuple(found)


def read_bands(text: str) -> tuple[Band, ...] | None:
    """Read the breakpoints of one chromosome: ``q13q33``, ``q2?3``, ``q22~23``, ``q13orq22``.

    Parameters
    ----------
    text : str
        Without brackets.

    Returns
    -------
    tuple of Band or None
        A choice gives its first band, marked as uncertain; None where the text is something else.
    """
    text = text.strip()
    found: list[Band] = []
    position, choice = 0, False
    while position < len(text):
        rest = text[position:]
        if match := BAND.match(rest):
            band = _build_band(match)
            if choice and found:
                found[-1] = Band(found[-1].arm, found[-1].number, True)
            else:
                found.append(band)
            choice = False
        elif match := AGAIN.match(rest):
            if not found:
                number = match[1] + (f".{match[2]}" if match[2] else "")
                found.append(Band("", number, True))
            elif choice:
                found[-1] = Band(found[-1].arm, found[-1].number, True)
            else:
                return None
            choice = False
        elif match := BETWEEN.match(rest):
            choice = choice or match[0].strip() not in ("", "?", ",", "->", "→", "cen")
        else:
            return None
        position += match.end()
    return tuple(found)


def _build_band(match: re.Match[str]) -> Band:
    number = ((match[2] or "") + (match[3] or ""))[:2]
    if len(number) == 1:  # a region of the arm, not a band
        number = ""
    elif number and match[4]:
        number = f"{number}.{match[4]}"
    return Band(match[1], number, "?" in match[0] or not number)


def read_breakpoints(group: str, n_chromosomes: int) -> tuple[tuple[Band, ...], ...] | None:
    """Read the second bracket of an abnormality.

    Parameters
    ----------
    group : str
        Its content: ``q34;q11.2``.
    n_chromosomes : int
        Chromosomes in the first bracket.

    Returns
    -------
    tuple of tuple of Band or None
        One for each chromosome; empty where the notation is the detailed one; None where the text
        is something else.
    """
    if DETAILED.search(group):
        return ()
    parts = [read_bands(part) for part in re.split(r"[;:]", group)]
    if len(parts) < n_chromosomes and "," in group:
        parts = [read_bands(part) for part in re.split(r"[;:,]", group)]
    if any(part is None for part in parts):
        return None
    known = [part or () for part in parts]
    if len(known) == 1 and len(known[0]) == n_chromosomes > 1:
        return tuple((band,) for band in known[0])
    return _lend_arms(tuple(known))


def _lend_arms(parts: tuple[tuple[Band, ...], ...]) -> tuple[tuple[Band, ...], ...]:
    """Keep a band without an arm (``q21;26``) as a band of an unknown arm, marked uncertain."""
    return tuple(
        tuple(band if band.arm else Band("", "", True) for band in bands) for bands in parts
    )


def join_bands(
    located: tuple[Located, ...], breakpoints: tuple[tuple[Band, ...], ...]
) -> tuple[tuple[Band, ...], ...]:
    """Return the bands of each chromosome, from whichever bracket they stood in."""
    inline = tuple(bands for _, bands in located)
    if not breakpoints:
        return inline if any(inline) else ()
    if len(located) == 1 and len(breakpoints) > 1:
        return (tuple(band for bands in breakpoints for band in bands),)
    filled = breakpoints + ((),) * (len(located) - len(breakpoints))
    return filled[: max(len(located), len(breakpoints))]
