"""One item between two commas of a karyotype to its abnormalities."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from chorall.markers.karyotype.bands import read_chromosome
from chorall.markers.karyotype.effects import derive_effect
from chorall.markers.karyotype.model import Abnormality, Band, Region
from chorall.markers.karyotype.structures import read_structure
from chorall.markers.karyotype.variants import is_variant

CELLS = re.compile(r"\[\s*(?:cp)?\s*(\d{1,4})?\s*\]\s*$")
TIMES_AFTER = re.compile(r"(?<=[\d)a-zA-Z])\s*x\s*(\d{1,2})(?:\s*[-~]\s*(\d{1,2}))?$")
TIMES_BEFORE = re.compile(r"(\d{1,2})(?:\s*[-~]\s*(\d{1,2}))?\s*(?:x\s*)?(?=\??[a-zA-Z])(?![pqh])")
TIMES_NUMBER = re.compile(r"([2-4])\s*x\s*(?=(?:[5-9]|1\d|2[0-2]|[XY])\??$)")
"""``2x8`` is chromosome 8 twice; ``8x2``, as ISCN has it, as well."""
CHOICE = re.compile(r"(?<=\))\s*or\s*(?=[a-z+\-?])")
MARKER = re.compile(r"(?:var\.?\s*)?(?:mar|min|ace|dmin|dm|r|der|hsr)(?P<n>\d*(?:-\d+)?|\(\?\))")
WHOLE = re.compile(r"(\?)?(\d{1,2}|[XY])(\?)?")
ARM = re.compile(r"(amp|del|dup)?\(?\s*(\d{1,2}|[XY])([pq])\s*(\d{1,2}(?:\.\d+)?)?(?:ter)?\s*\)?")
ARM_SIGN = re.compile(r"\(?(\d{1,2}|[XY])([pq])([+-])\)?")


@dataclass(frozen=True, slots=True)
class _Peeled:
    """An item without what stands around its body."""

    body: str
    sign: int
    n_low: int
    n_high: int
    uncertain: bool
    constitutional: bool
    cells: int | None


def read_item(text: str) -> tuple[Abnormality, ...]:
    """Read one item.

    Parameters
    ----------
    text : str
        Such as ``+8``, ``t(9;22)(q34;q11)``, ``2xadd(21)(p11)``, ``+1-3mar[4]``, ``5q-``.

    Returns
    -------
    tuple of Abnormality
        Usually one; several where items stand together without a comma, or as a choice (``or``);
        empty where it could not be read.
    """
    choices = CHOICE.split(text)
    if len(choices) > 1:
        read = [read_item(choice) for choice in choices]
        if not all(read):
            return ()
        return tuple(replace(one, uncertain=True) for part in read for one in part)
    peeled = _peel(text)
    for reader in (_read_whole, _read_marker, _read_arm, _read_structure):
        found = reader(text.strip(), peeled)
        if found:
            return found
    return ()


def _peel(text: str) -> _Peeled:
    body, cells = text.strip(), None
    if match := CELLS.search(body):
        body, cells = body[: match.start()].strip(), int(match[1]) if match[1] else None
    constitutional = bool(re.search(r"[\d)XY]c$", body))
    body = body[:-1] if constitutional else body
    low = high = 1
    prefix = re.match(r"[\s?+-]*", body)
    lead = prefix[0] if prefix else ""
    body = body[len(lead) :]
    if not TIMES_NUMBER.match(body) and (match := TIMES_AFTER.search(body)):
        body, low, high = body[: match.start()], int(match[1]), int(match[2] or match[1])
    for pattern in (TIMES_NUMBER, TIMES_BEFORE):
        match = pattern.match(body)
        if match:
            low, high = int(match[1]), int(((match.lastindex or 0) > 1 and match[2]) or match[1])
            body = body[match.end() :]
            break
    sign = 1 if "+" in lead else -1 if "-" in lead else 0
    return _Peeled(
        body.strip(), sign, min(low, high), max(low, high), "?" in lead, constitutional, cells
    )


def _finish(text: str, peeled: _Peeled, made: Abnormality) -> Abnormality:
    return replace(
        made,
        text=text,
        n_low=peeled.n_low,
        n_high=peeled.n_high,
        uncertain=made.uncertain or peeled.uncertain,
        constitutional=peeled.constitutional,
        cells=peeled.cells,
    )


def _read_whole(text: str, peeled: _Peeled) -> tuple[Abnormality, ...]:
    """Read ``+8``, ``-Y``, ``+?22``."""
    match = WHOLE.fullmatch(peeled.body)
    name = read_chromosome(match[2]) if match else None
    if match is None or name is None or not peeled.sign:
        return ()
    kind = "gain" if peeled.sign > 0 else "loss"
    doubt = bool(match[1] or match[3])
    made = Abnormality(text, kind, (name,), extra=peeled.sign, uncertain=doubt)
    return (_finish(text, peeled, made),)


def _read_marker(text: str, peeled: _Peeled) -> tuple[Abnormality, ...]:
    """Read ``+mar``, ``+1-3mar``, ``+mar1-5``, ``dmin``, ``+r``: nobody knows which chromosome."""
    match = MARKER.fullmatch(peeled.body)
    if match is None:
        return ()
    is_chromosome = not re.match(r"dm|hsr|ace", peeled.body)
    extra = (peeled.sign or (1 if is_chromosome else 0)) if is_chromosome else 0
    made = _finish(text, peeled, Abnormality(text, "marker", ("?",), extra=extra))
    if "-" in match["n"]:
        low, high = (int(number) for number in match["n"].split("-"))
        made = replace(made, n_low=1, n_high=max(1, high - low + 1))
    return (made,)


def _read_arm(text: str, peeled: _Peeled) -> tuple[Abnormality, ...]:
    """Read short notes of arms: ``5q-``, ``17p+``, ``-3p``, ``amp(6p)``, ``-5qter``."""
    if match := ARM_SIGN.fullmatch(peeled.body):
        lost = match[3] == "-"
        name, arm, number, word = match[1], match[2], "", ""
    elif match := ARM.fullmatch(peeled.body):
        name, arm, number, word = match[2], match[3], match[4] or "", match[1] or ""
        if word in ("del", "dup") or (not word and not peeled.sign):
            return ()
        lost = peeled.sign < 0
    else:
        return ()
    if read_chromosome(name) is None:
        return ()
    region = Region(name, arm, float(number or 0))
    kind = "del" if lost else "amp" if word else "add"
    made = Abnormality(text, kind, (name,), ((Band(arm, number, not number),),))
    made = _finish(text, peeled, made)
    if lost:
        return (replace(made, lost=(region,)),)
    return (replace(made, gained=(region,)),) if word else (made,)


def _read_structure(text: str, peeled: _Peeled) -> tuple[Abnormality, ...]:
    made = read_structure(peeled.body)
    if made is None:
        return ()
    found = []
    for one in made:
        whole = replace(one, extra=peeled.sign)
        effect = derive_effect(
            whole.kind, whole.chromosomes, whole.bands, whole.parts, extra=whole.extra
        )
        whole = replace(
            whole, lost=effect.lost, perhaps_lost=effect.perhaps_lost, gained=effect.gained
        )
        named = one.text if len(made) > 1 else text
        finished = _finish(named, peeled, whole)
        found.append(replace(finished, variant=is_variant(finished)))
    return tuple(found)
