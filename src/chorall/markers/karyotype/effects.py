"""What a structural abnormality takes away from a cell and adds to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from chorall.markers.karyotype.model import Abnormality, Band, Region

CENTROMERE = 10.0
"""Band number of the centromere itself (`p10`, `q10`)."""

OTHER_ARM = {"p": "q", "q": "p"}


@dataclass(frozen=True, slots=True)
class Effect:
    """Regions lost, perhaps lost and gained."""

    lost: tuple[Region, ...] = ()
    perhaps_lost: tuple[Region, ...] = ()
    gained: tuple[Region, ...] = ()


def derive_effect(
    kind: str,
    chromosomes: Sequence[str],
    bands: Sequence[tuple[Band, ...]],
    parts: Sequence[Abnormality],
    *,
    extra: int,
) -> Effect:
    """Return the consequences of one abnormality.

    Parameters
    ----------
    kind : str
        ISCN word.
    chromosomes, bands : sequences
        As in `Abnormality`.
    parts : sequence of Abnormality
        What a derivative is made of.
    extra : int
        +1 where the abnormal chromosome is additional: nothing is lost then.
    """
    effect = _derive(kind, chromosomes, bands, parts)
    if extra > 0:
        gone = (*effect.lost, *effect.perhaps_lost)
        return Effect(gained=(*effect.gained, *_keep(chromosomes, gone)))
    return effect


def _keep(chromosomes: Sequence[str], gone: Sequence[Region]) -> tuple[Region, ...]:
    """Return what an additional abnormal chromosome still carries of its own."""
    kept = []
    for chromosome in dict.fromkeys(name for name in chromosomes if name != "?"):
        for arm in OTHER_ARM:
            ends = [r.start for r in gone if (r.chromosome, r.arm) == (chromosome, arm)]
            if not ends or min(ends) > CENTROMERE:
                kept.append(Region(chromosome, arm, 0.0, min(ends, default=math.inf)))
    return tuple(kept)


def _derive(
    kind: str,
    chromosomes: Sequence[str],
    bands: Sequence[tuple[Band, ...]],
    parts: Sequence[Abnormality],
) -> Effect:
    pairs = [(c, b) for c, b in zip(chromosomes, bands, strict=False) if b and c != "?"]
    if kind == "del":
        return Effect(lost=tuple(r for c, b in pairs for r in _between(c, b)))
    if kind in ("add", "r"):
        return Effect(perhaps_lost=tuple(r for c, b in pairs for r in _outside(c, b)))
    if kind in ("dup", "trp", "amp", "hsr"):
        return Effect(gained=tuple(r for c, b in pairs for r in _between(c, b)))
    if kind == "dic":
        return Effect(lost=tuple(r for c, b in pairs for r in _outside(c, b)))
    if kind in ("i", "idic", "ider"):
        return _mirror(kind, pairs)
    if kind in ("der", "rec"):
        return _sum_parts(chromosomes, bands, parts)
    return Effect()


def _between(chromosome: str, bands: tuple[Band, ...]) -> tuple[Region, ...]:
    """Return what lies beyond one band, or between two."""
    if len(bands) == 1:
        return _outside(chromosome, bands)
    first, last = bands[0], bands[-1]
    start, end = first.place or 0.0, last.place or math.inf
    if first.arm == last.arm:
        return (Region(chromosome, first.arm, min(start, end), max(start, end)),)
    return (Region(chromosome, first.arm, 0.0, start), Region(chromosome, last.arm, 0.0, end))


def _outside(chromosome: str, bands: tuple[Band, ...]) -> tuple[Region, ...]:
    return tuple(
        Region(chromosome, band.arm, band.place or 0.0) for band in bands if band.arm in OTHER_ARM
    )


def _mirror(kind: str, pairs: Sequence[tuple[str, tuple[Band, ...]]]) -> Effect:
    """Return the effect of an isochromosome: one arm twice, the other (or its end) gone."""
    lost: list[Region] = []
    gained: list[Region] = []
    for chromosome, bands in pairs:
        band = bands[0]
        if band.arm not in OTHER_ARM:
            continue
        if kind == "idic" and (band.place or CENTROMERE) > CENTROMERE:
            lost.append(Region(chromosome, band.arm, band.place or 0.0))
            gained.append(Region(chromosome, OTHER_ARM[band.arm]))
        else:
            lost.append(Region(chromosome, OTHER_ARM[band.arm]))
            gained.append(Region(chromosome, band.arm))
    return Effect(lost=tuple(lost), gained=tuple(gained))


def _sum_parts(
    chromosomes: Sequence[str], bands: Sequence[tuple[Band, ...]], parts: Sequence[Abnormality]
) -> Effect:
    if len(chromosomes) == 2 and not parts:
        return _join_arms(chromosomes, bands)
    lost: list[Region] = []
    perhaps: list[Region] = []
    gained: list[Region] = []
    for part in parts:
        if part.kind in ("t", "ins") and len(part.chromosomes) > 1:
            exchanged = _exchange(chromosomes, part)
            lost += exchanged.lost
            gained += exchanged.gained
        else:
            lost += part.lost
            perhaps += part.perhaps_lost
            gained += part.gained
    return Effect(tuple(lost), tuple(perhaps), tuple(gained))


def _join_arms(chromosomes: Sequence[str], bands: Sequence[tuple[Band, ...]]) -> Effect:
    """Return the effect of a whole-arm translocation: the arms that are not named are gone."""
    lost = tuple(
        Region(chromosome, OTHER_ARM[part[0].arm])
        for chromosome, part in zip(chromosomes, bands, strict=False)
        if part and part[0].arm in OTHER_ARM and chromosome != "?"
    )
    return Effect(lost=lost)


def _exchange(kept: Sequence[str], part: Abnormality) -> Effect:
    """Return the effect of one derivative of a translocation: its own end for the partner's."""
    lost: list[Region] = []
    gained: list[Region] = []
    for chromosome, bands in zip(part.chromosomes, part.bands, strict=False):
        if not bands or bands[0].arm not in OTHER_ARM or chromosome == "?":
            continue
        region = Region(chromosome, bands[0].arm, bands[0].place or 0.0)
        if part.kind == "ins" and chromosome in kept:
            continue
        (lost if chromosome in kept else gained).append(region)
    return Effect(lost=tuple(lost), gained=tuple(gained))
