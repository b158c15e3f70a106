"""Recurrent lesions of knowledge/karyotype/lesions.csv, looked for in a karyotype."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from chorall.markers.karyotype.model import Abnormality, Band, Region
from chorall.markers.karyotype.rules import FOLDER

PRESENT, SUGGESTED, NO = "present", "suggested", "no"
EXCHANGES = ("t", "ins", "inv")


@dataclass(frozen=True, slots=True)
class Lesion:
    """One way in which a lesion shows in a karyotype.

    Attributes
    ----------
    marker, alteration_class : str
        The marker it stands for.
    kind : str
        ``t``, ``inv``, ``dic``, ``i``; ``lost`` and ``gained`` for arms; ``break`` for a breakpoint
        with any partner; ``none`` where it never shows.
    chromosomes : tuple of str
        In the order of `bands`.
    bands : tuple of tuple of str
        Bands allowed for each chromosome.
    without_bands, variants : str
        ``present``, ``suggested`` or ``no``: what the chromosomes alone, and a translocation with
        further chromosomes, prove.
    cryptic : bool
        True where a clean karyotype excludes nothing.
    implies : tuple of str
        Markers that are present with it.
    """

    marker: str
    alteration_class: str
    kind: str
    chromosomes: tuple[str, ...]
    bands: tuple[tuple[str, ...], ...]
    without_bands: str
    variants: str
    cryptic: bool
    implies: tuple[str, ...]


@cache
def recurrent_lesions() -> tuple[Lesion, ...]:
    """Return the lesions in file order; several rows may stand for one marker."""
    with (FOLDER / "lesions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_build(row) for row in csv.DictReader(file))


def _build(row: dict[str, str]) -> Lesion:
    return Lesion(
        marker=row["marker"],
        alteration_class=row["alteration_class"],
        kind=row["kind"],
        chromosomes=tuple(filter(None, row["chromosomes"].split(";"))),
        bands=tuple(tuple(part.split("|")) for part in row["bands"].split(";") if part),
        without_bands=row["without_bands"],
        variants=row["variants"],
        cryptic=row["cryptic"] == "yes",
        implies=tuple(filter(None, row["implies"].split(";"))),
    )


def find_lesion(lesion: Lesion, abnormalities: Iterable[Abnormality]) -> str:
    """Return ``present``, ``suggested`` or ``no``.

    Parameters
    ----------
    lesion : Lesion
        What is looked for.
    abnormalities : iterable of Abnormality
        Acquired ones. A question mark makes a match no more than suggested.
    """
    best = NO
    for one in abnormalities:
        for found, doubt in _match(lesion, one):
            if found == PRESENT and not doubt:
                return PRESENT
            if found != NO:
                best = SUGGESTED
    return best


def _match(lesion: Lesion, one: Abnormality) -> Iterator[tuple[str, bool]]:
    if lesion.kind in ("lost", "gained"):
        yield from _match_arm(lesion, one)
        return
    doubt = not one.clonal or (one.uncertain and _is_doubted(one, lesion))
    for part in (one, *one.parts):
        if lesion.kind == "break":
            yield (_match_break(lesion, part), doubt)
        elif part.kind == lesion.kind or (lesion.kind == "i" and part.kind in ("ider", "idic")):
            yield (_match_chromosomes(lesion, part), doubt)


def _is_doubted(one: Abnormality, lesion: Lesion) -> bool:
    """Return True unless all doubt lies on chromosomes that do not matter for the lesion."""
    doubted = {
        name
        for part in (one, *one.parts)
        for name, bands in zip(part.chromosomes, part.bands, strict=False)
        if any(band.uncertain for band in bands)
    }
    return not doubted or bool(doubted & set(lesion.chromosomes))


def _match_arm(lesion: Lesion, one: Abnormality) -> Iterator[tuple[str, bool]]:
    def touches(regions: tuple[Region, ...]) -> bool:
        return any(
            region.chromosome == lesion.chromosomes[0] and region.arm == lesion.bands[0][0]
            for region in regions
        )

    if touches(one.lost if lesion.kind == "lost" else one.gained):
        # A question mark on the breakpoint does not put the loss itself in doubt.
        yield (PRESENT, not one.clonal or one.text.startswith("?") or "or" in one.text)
    if lesion.kind == "lost" and touches(one.perhaps_lost):
        yield (SUGGESTED, True)


def _match_break(lesion: Lesion, part: Abnormality) -> str:
    if part.kind not in EXCHANGES:
        return NO
    for name, bands in zip(part.chromosomes, part.bands, strict=False):
        if name == lesion.chromosomes[0] and any(
            compare_band(band, lesion.bands[0]) == PRESENT for band in bands
        ):
            return SUGGESTED
    return NO


def _match_chromosomes(lesion: Lesion, part: Abnormality) -> str:
    wanted, written = sorted(lesion.chromosomes), sorted(part.chromosomes)
    if written == wanted:
        limit = PRESENT
    elif lesion.variants != NO and set(wanted) < set(written):
        limit = lesion.variants
    else:
        return NO
    found = _compare_bands(lesion, part)
    return limit if found == PRESENT else found


def _compare_bands(lesion: Lesion, part: Abnormality) -> str:
    if not lesion.bands:
        return PRESENT
    if not any(part.bands):
        return lesion.without_bands
    judged = []
    names = list(part.chromosomes)
    for place, (name, allowed) in enumerate(zip(_spread(lesion), lesion.bands, strict=True)):
        written = _bands_of(part, name, names, place)
        answers = [compare_band(band, allowed) for band in written]
        judged.append(min(answers, key=_rank) if answers else SUGGESTED)
    return max(judged, key=_rank)


def _spread(lesion: Lesion) -> tuple[str, ...]:
    """Return the chromosome of each breakpoint; an inversion has both on one."""
    if len(lesion.chromosomes) == 1:
        return lesion.chromosomes * len(lesion.bands)
    return lesion.chromosomes


def _bands_of(part: Abnormality, name: str, names: list[str], place: int) -> tuple[Band, ...]:
    places = [i for i, written in enumerate(names) if written == name and i < len(part.bands)]
    if len(places) > 1 and place < len(places):
        return part.bands[places[place]]
    return part.bands[places[0]] if places else ()


def _rank(answer: str) -> int:
    return (PRESENT, SUGGESTED, NO).index(answer)


def compare_band(band: Band, allowed: Iterable[str]) -> str:
    """Return whether a written band is one of those allowed, as far as both are known.

    Parameters
    ----------
    band : Band
        As written: ``q22`` and ``q22.1`` agree, ``q22`` and ``q23`` do not.
    allowed : iterable of str
        Such as ``q11``; a bare arm allows all of it.
    """
    best = NO
    for wanted in allowed:
        arm, number = wanted[0], wanted[1:]
        if band.arm and band.arm != arm:
            continue
        if not number:
            return PRESENT
        if not band.number:
            best = SUGGESTED
        elif band.number.startswith(number):
            return PRESENT
        elif number.startswith(band.number):
            best = SUGGESTED if "." in number else PRESENT
    return best
