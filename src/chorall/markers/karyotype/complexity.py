"""How many abnormalities a karyotype has, and whether it is complex by the rule."""

from __future__ import annotations

from collections.abc import Sequence

from chorall.markers.karyotype.lesions import PRESENT, find_lesion, recurrent_lesions
from chorall.markers.karyotype.model import Abnormality, Karyotype
from chorall.markers.karyotype.ploidy import assign_ploidy
from chorall.markers.karyotype.rules import KaryotypeRules, karyotype_rules


def count_abnormalities(karyotype: Karyotype) -> int:
    """Return the number of different acquired abnormalities in all clones together.

    Parameters
    ----------
    karyotype : Karyotype
        As read.

    Returns
    -------
    int
        Each additional or missing chromosome counts one for each copy; a translocation, and a
        derivative of a translocation that is listed itself, counts once; a whole chromosome that
        is missing while a derivative of it is there as an extra one (``-7,+der(7)``) counts once.
        The least number of a range counts, and nothing that is not clonal.
    """
    counted: dict[tuple[object, ...], int] = {}
    for clone in karyotype.clones:
        clonal = [one for one in clone.acquired if one.clonal]
        for identity, n in _count_clone(clonal).items():
            counted[identity] = max(counted.get(identity, 0), n)
    return sum(counted.values())


def _count_clone(acquired: Sequence[Abnormality]) -> dict[tuple[object, ...], int]:
    balanced = {(o.chromosomes, o.bands) for o in acquired if o.kind == "t"}
    replaced = [
        o.chromosomes[0] for o in acquired if o.extra > 0 and o.kind not in ("gain", "marker")
    ]
    counted: dict[tuple[object, ...], int] = {}
    for one in acquired:
        if one.kind in ("der", "ider") and any(
            (p.chromosomes, p.bands) in balanced for p in one.parts
        ):
            continue
        if one.kind == "loss" and one.chromosomes[0] in replaced:
            replaced.remove(one.chromosomes[0])
            continue
        counted[one.identity] = counted.get(one.identity, 0) + one.n_low
    return counted


def is_complex(karyotype: Karyotype, rules: KaryotypeRules | None = None) -> bool | None:
    """Return True for a complex karyotype, False where it is not, None where it may be one.

    Parameters
    ----------
    karyotype : Karyotype
        As read.
    rules : KaryotypeRules or None
        None takes those of knowledge/karyotype: from how many abnormalities on, and which groups
        are never called complex.
    """
    rules = rules or karyotype_rules()
    ploidy = assign_ploidy(karyotype, rules)
    if set(ploidy.classes) & set(rules.complex_excluding_ploidy):
        return False
    if rules.complex_excluding_established and has_established_lesion(karyotype):
        return False
    if count_abnormalities(karyotype) >= rules.complex_at_least:
        return None if set(ploidy.possible) & set(rules.complex_excluding_ploidy) else True
    at_most = _count_at_most(karyotype)
    unsure = karyotype.unread or "complex" in karyotype.statements
    unsure = unsure or any(clone.incomplete for clone in karyotype.clones)
    return None if unsure or at_most >= rules.complex_at_least else False


def _count_at_most(karyotype: Karyotype) -> int:
    seen = karyotype.abnormalities
    ranges = sum(one.n_high - one.n_low if one.clonal else one.n_high for one in seen)
    return count_abnormalities(karyotype) + ranges


def has_established_lesion(karyotype: Karyotype) -> bool:
    """Return True where a fusion that defines a disease was seen for certain."""
    seen = karyotype.abnormalities
    return any(
        lesion.alteration_class == "fusion" and find_lesion(lesion, seen) == PRESENT
        for lesion in recurrent_lesions()
    )
