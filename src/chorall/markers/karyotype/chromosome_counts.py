"""Trisomies and monosomies, chromosome by chromosome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chorall.markers.karyotype.copies import AUTOSOMES, Copies, count_copies
from chorall.markers.karyotype.lesions import PRESENT, SUGGESTED
from chorall.markers.karyotype.model import Abnormality, Clone

LARGEST_HYPERDIPLOID = 67
"""Above this a clone is written from three or four sets, where a trisomy has no meaning."""


def judge_chromosomes(clones: Sequence[Clone]) -> Iterator[tuple[str, str]]:
    """Yield trisomy_N and monosomy_N with ``present`` or ``suggested``.

    Parameters
    ----------
    clones : sequence of Clone
        As read.

    Yields
    ------
    (str, str)
        Trisomy: three or more whole copies, of X as well, in a clone of at most 67 chromosomes.
        Monosomy: one copy, and no derivative of the chromosome in place of the lost one. Copies
        that the person was born with do not count. A question mark, too few cells, and a clone near
        three or four sets only suggest them.
    """
    for clone in clones:
        if clone.is_normal:
            continue
        copies = count_copies(clone)
        if (clone.modal_low or 46) > LARGEST_HYPERDIPLOID:
            for name in (*AUTOSOMES, "X"):
                yield f"trisomy_{name}", SUGGESTED
                yield f"monosomy_{name}", SUGGESTED
            continue
        yield from _judge_clone(clone, copies)


def _judge_clone(clone: Clone, copies: Copies) -> Iterator[tuple[str, str]]:
    for name in AUTOSOMES:
        n = copies.whole[name] - copies.constitutional.get(name, 0)
        doubt = _is_doubted(clone.acquired, name)
        if n >= 3:
            yield f"trisomy_{name}", SUGGESTED if doubt else PRESENT
        elif n <= 1 and n + _count_stand_ins(clone.acquired, name) <= 1:
            yield f"monosomy_{name}", SUGGESTED if doubt else PRESENT
    gained = [one for one in clone.acquired if one.kind == "gain" and one.chromosomes == ("X",)]
    if gained and copies.base == 2:
        yield "trisomy_X", SUGGESTED if "Y" in clone.sex or _is_doubted(gained, "X") else PRESENT
    lost = [one for one in clone.acquired if one.kind == "loss" and one.chromosomes == ("X",)]
    if clone.sex == "X" and lost:
        yield "monosomy_X", SUGGESTED if _is_doubted(lost, "X") else PRESENT


def _is_doubted(acquired: Sequence[Abnormality], name: str) -> bool:
    changes = [o for o in acquired if o.kind in ("gain", "loss") and o.chromosomes == (name,)]
    return bool(changes) and all(one.uncertain or not one.clonal for one in changes)


def _count_stand_ins(acquired: Sequence[Abnormality], name: str) -> int:
    """Return the extra derivatives that carry the centromere of a chromosome: ``-7,+der(7)``."""
    return sum(
        one.n_low
        for one in acquired
        if one.extra > 0 and one.kind not in ("gain", "marker") and name in one.chromosomes[:1]
    )
