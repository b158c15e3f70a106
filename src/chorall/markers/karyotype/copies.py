"""How many copies of each chromosome a clone has, and from which ploidy level it is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from chorall.markers.karyotype.bands import CHROMOSOMES
from chorall.markers.karyotype.model import Abnormality, Clone

AUTOSOMES = CHROMOSOMES[:22]
JOINING = ("dic", "trc")
"""Kinds whose chromosome stands for two normal ones."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Chromosomes of one clone.

    Attributes
    ----------
    base : int
        Ploidy level from which gains and losses are counted: 1 haploid, 2 diploid ...
    whole : dict of str to int
        Copies of each autosome and of X and Y; a derivative that replaces a chromosome counts as
        one copy.
    constitutional : dict of str to int
        Copies that the person was born with beyond (or below) the usual two.
    expected_low, expected_high : int
        Chromosome number that the items add up to.
    agrees : bool
        True where the written chromosome number and the items agree.
    """

    base: int
    whole: dict[str, int]
    constitutional: dict[str, int]
    expected_low: int
    expected_high: int
    agrees: bool


def count_copies(clone: Clone) -> Copies:
    """Count the chromosomes of a clone.

    Parameters
    ----------
    clone : Clone
        As read.

    Returns
    -------
    Copies
        The base is the stated one (``<2n>``), else the one whose sum is nearest to the written
        chromosome number; on a tie the one that ISCN would take for that number.
    """
    low, high = _sum_extra(clone)
    base = clone.stated_ploidy or _guess_base(clone, low, high)
    sex = _count_sex(clone, base)
    expected = (22 * base + sex + low, 22 * base + sex + high)
    whole = Counter(dict.fromkeys(AUTOSOMES, base))
    whole.update(Counter(letter for letter in clone.sex if letter in "XY"))
    born: Counter[str] = Counter()
    for one in clone.abnormalities:
        change = _change_whole(one)
        whole.update(change)
        if one.constitutional:
            born.update(change)
    agrees = clone.modal_low is not None and (
        expected[0] <= (clone.modal_high or clone.modal_low) and clone.modal_low <= expected[1]
    )
    return Copies(base, dict(whole), dict(born), *expected, agrees)


def _change_whole(one: Abnormality) -> dict[str, int]:
    """Return the change in copies: whole chromosomes, and derivatives that stand in for them."""
    if one.kind == "gain":
        return {one.chromosomes[0]: one.n_low}
    if one.kind == "loss":
        # The listed sex chromosomes are those that are left: -Y is not taken away twice.
        name = one.chromosomes[0]
        return {} if name in "XY" else {name: -one.n_low}
    return {}


def _sum_extra(clone: Clone) -> tuple[int, int]:
    low = high = 0
    for one in clone.abnormalities:
        change = _extra_of(one)
        if change >= 0:
            low, high = low + change * one.n_low, high + change * one.n_high
        else:
            low, high = low + change * one.n_high, high + change * one.n_low
    return low, high


def _extra_of(one: Abnormality) -> int:
    """Return by how much one copy of an abnormality changes the chromosome number."""
    if _is_sex_loss(one):
        return 0
    if one.kind == "gain" and len(one.text) > 2 and set(one.text) <= set("XY"):
        return 0  # listed among the sex chromosomes
    joins = one.kind in JOINING or (one.kind == "der" and len(one.chromosomes) == 2)
    if joins and len(set(one.chromosomes)) > 1 and "?" not in one.chromosomes:
        return one.extra - 1 if one.extra <= 0 else 1
    return one.extra


def _count_sex(clone: Clone, base: int) -> int:
    """Return the sex chromosomes of a clone, abnormal ones included."""
    listed = len(clone.sex.replace("U", ""))
    if not clone.sex:
        return base
    lost = sum(o.n_low for o in clone.abnormalities if _is_sex_loss(o))
    if listed >= base:
        # Listed in full (`46,XY,-Y`, or taken over by idem), so the loss is still to be counted.
        return listed - lost
    abnormal = sum(not o.extra and bool({"X", "Y"} & {*o.chromosomes}) for o in clone.abnormalities)
    return min(base, listed + abnormal)


def _is_sex_loss(one: Abnormality) -> bool:
    return one.kind == "loss" and one.chromosomes[0] in ("X", "Y")


def _guess_base(clone: Clone, low: int, high: int) -> int:
    if clone.modal_low is None:
        return 2
    middle = (clone.modal_low + (clone.modal_high or clone.modal_low)) / 2
    usual = 1 if middle <= 34 else 2 if middle <= 57 else 3 if middle <= 80 else 4
    sums = {base: 22 * base + _count_sex(clone, base) + (low + high) / 2 for base in (1, 2, 3, 4)}
    return min(sums, key=lambda base: (abs(sums[base] - middle), abs(base - usual)))
