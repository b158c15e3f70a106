"""Signals of fluorescence in situ hybridisation in ISCN notation: ``nuc ish(ABL1,BCR)x2[200]``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chorall.markers.karyotype.model import FishSignal

COUNT = r"x\s*(?P<low>\d{1,2})(?:\s*(?:[-~]|to)\s*(?P<high>\d{1,2}))?(?P<more>\+)?"
ISH = re.compile(r"(?<![A-Za-z])ish\b|ish(?=\()", re.IGNORECASE)
TOGETHER = re.compile(
    rf"(?P<one>5?3?'?[A-Z][A-Z0-9]+)\s+con\s+(?P<two>5?3?'?[A-Z][A-Z0-9]+)\s*(?:{COUNT})?"
)
APART = re.compile(
    rf"[53]'\s*(?P<one>[A-Z][A-Z0-9]+)\s+sep\s+[53]'\s*(?P<two>[A-Z][A-Z0-9]+)\s*(?:{COUNT})?"
)
SINGLE = re.compile(rf"(?<![A-Za-z0-9'])(?P<one>[A-Z][A-Z0-9]{{1,11}})\s*{COUNT}")
GROUP = re.compile(rf"\((?P<names>[A-Z][A-Z0-9]+(?:\s*,\s*[A-Z][A-Z0-9]+)*)\)\s*{COUNT}")


def read_signals(note: str) -> tuple[FishSignal, ...]:
    """Return the signals of a note in ISCN notation; a note in free words gives none.

    Parameters
    ----------
    note : str
        Such as ``nuc ish(RUNX1x5~8)[100]`` or ``ish(KMT2Ax2)(5'KMT2A sep 3'KMT2Ax1)``.
    """
    if not ISH.search(note):
        return ()
    return tuple(_find_signals(note))


def _find_signals(note: str) -> Iterator[FishSignal]:
    for pattern, kind in ((TOGETHER, "together"), (APART, "apart")):
        for match in pattern.finditer(note):
            yield _build(match, (match["one"].lstrip("53'"), match["two"].lstrip("53'")), kind)
    rest = APART.sub(" ", TOGETHER.sub(" ", note))
    for match in SINGLE.finditer(rest):
        yield _build(match, (match["one"],), "copies")
    for match in GROUP.finditer(rest):
        for name in match["names"].split(","):
            yield _build(match, (name.strip(),), "copies")


def _build(match: re.Match[str], probes: tuple[str, ...], kind: str) -> FishSignal:
    low = int(match["low"]) if match["low"] else None
    high = None if match["more"] else int(match["high"]) if match["high"] else low
    return FishSignal(probes, kind, low, high)
