"""Structural abnormalities: ISCN words with brackets, alone or chained in a derivative."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chorall.markers.karyotype.bands import join_bands, read_breakpoints, read_chromosomes
from chorall.markers.karyotype.effects import derive_effect
from chorall.markers.karyotype.model import Abnormality

WORDS = {
    "t": "t", "der": "der", "ider": "ider", "idic": "idic", "dic": "dic", "psudic": "dic",
    "psuidic": "idic", "del": "del", "dup": "dup", "inv": "inv", "ins": "ins", "dirins": "ins",
    "invins": "ins", "add": "add", "i": "i", "iso": "i", "r": "r", "rec": "rec", "trp": "trp",
    "hsr": "hsr", "amp": "amp", "fra": "fra", "fis": "fis", "rob": "der", "trc": "trc",
    "tas": "t", "abn": "abn", "invdup": "dup", "dirdup": "dup", "qdp": "amp", "dmin": "hsr",
}  # fmt: skip
"""ISCN words (without blanks) and the kind of abnormality they stand for."""

CHAINED = ("der", "ider", "rec", "idic", "dic", "r", "i", "dup")
"""Kinds that may be followed by what the chromosome is made of."""

WORD = re.compile(
    r"[\s()]*\??\s*(psu\s*i?dic|dir\s*ins|inv\s*ins|inv\s*dup|dir\s*dup|[a-z]+)\s*(?=[(\d?XY]|$)"
)
GROUP = re.compile(r"[\s()]*([^()]+)\)*")
VARIANT = re.compile(r"(?:\d{1,2}|[XY])[pq]?(?:ph|qh|h|s|ps|stk|pstk|cen)[pq]?[+-]?")


def read_structure(body: str) -> tuple[Abnormality, ...] | None:
    """Read one or more structural abnormalities that stand together.

    Parameters
    ----------
    body : str
        Such as ``der(7)t(2;7)(q21;p13)`` or ``del(7)(q22)inv(9)(p11q13)``; without sign and count.

    Returns
    -------
    tuple of Abnormality or None
        A derivative with its parts is one; None where a piece could not be read.
    """
    if VARIANT.fullmatch(body):
        return (Abnormality(body, "variant", (), variant=True),)
    elements: list[Abnormality] = []
    for word, groups in _split_elements(body):
        element = _read_element(word, groups, elements)
        if element is None:
            return None
        elements.append(element)
    if not elements:
        return None
    if elements[0].kind in CHAINED and len(elements) > 1:
        whole = _chain(elements)
        return (replace(whole, text=body),)
    return tuple(elements) if len(elements) > 1 else (replace(elements[0], text=body),)


def _split_elements(body: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each ISCN word with the groups that follow it; an empty word where there is none."""
    word, position = "", 0
    groups: list[str] = []
    while position < len(body):
        rest = body[position:]
        if (match := WORD.match(rest)) and re.sub(r"\s", "", match[1]) in WORDS:
            if word or groups:
                yield word, groups
            word, groups = re.sub(r"\s", "", match[1]), []
        elif match := GROUP.match(rest):
            groups += [group for group in [match[1].strip(" ;:,")] if group]
        else:
            break
        position += match.end()
    if word or groups:
        yield word, groups


def _read_element(word: str, groups: list[str], before: list[Abnormality]) -> Abnormality | None:
    if word not in WORDS or len(groups) > 3:
        return None
    text = word + "".join(f"({group})" for group in groups)
    kind = WORDS[word]
    if not groups:
        return Abnormality(text, kind, ("?",), uncertain=True) if kind in ("der", "r") else None
    located = read_chromosomes(groups[0])
    bands_in = groups[1:]
    if located is None and before and before[0].chromosomes:
        located, bands_in = ((before[0].chromosomes[0], ()),), groups
    if located is None:
        return None
    breakpoints = read_breakpoints(bands_in[0], len(located)) if bands_in else ()
    if breakpoints is None:
        return None
    bands = join_bands(located, breakpoints)
    names = tuple(name for name, _ in located)
    doubt = "?" in text
    effect = derive_effect(kind, names, bands, (), extra=0)
    return Abnormality(
        text, kind, names, bands, uncertain=doubt,
        lost=effect.lost, perhaps_lost=effect.perhaps_lost, gained=effect.gained,
    )  # fmt: skip


def _chain(elements: list[Abnormality]) -> Abnormality:
    first, parts = elements[0], tuple(elements[1:])
    return replace(first, parts=parts, uncertain=any(one.uncertain for one in elements))
