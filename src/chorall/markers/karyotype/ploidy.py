"""Ploidy class of a karyotype, also where a hypodiploid clone is masked by its doubling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chorall.markers.karyotype.copies import AUTOSOMES, count_copies
from chorall.markers.karyotype.model import Clone, Karyotype
from chorall.markers.karyotype.rules import DoublingRule, KaryotypeRules, karyotype_rules

HYPODIPLOID = ("near_haploidy", "low_hypodiploidy")


@dataclass(frozen=True, slots=True)
class Ploidy:
    """Ploidy of one karyotype.

    Attributes
    ----------
    classes : tuple of str
        Classes that a clone certainly has (its whole range of chromosome numbers lies inside);
        where a hypodiploid clone has doubled, only the hypodiploid class.
    possible : tuple of str
        Classes that a clone may have: the range reaches into them, the pattern is ambiguous, or it
        is a single cell.
    masked : bool
        True where the hypodiploid class was recognised in the doubled clone only.
    """

    classes: tuple[str, ...]
    possible: tuple[str, ...]
    masked: bool

    @property
    def main(self) -> str | None:
        """The class that counts: the first certain one, None where there is none."""
        return self.classes[0] if self.classes else None


def assign_ploidy(karyotype: Karyotype, rules: KaryotypeRules | None = None) -> Ploidy:
    """Assign the ploidy class.

    Parameters
    ----------
    karyotype : Karyotype
        As read.
    rules : KaryotypeRules or None
        None takes those of knowledge/karyotype.

    Returns
    -------
    Ploidy
        Chromosome numbers count without what the person was born with (``+21c``). A near-haploid
        or low hypodiploid clone goes before all others, because its doubling is the same
        leukaemia. A doubled clone without it is recognised by even copy numbers.

    See Also
    --------
    chorall.markers.karyotype.copies.count_copies : copies of each chromosome.
    """
    rules = rules or karyotype_rules()
    certain: dict[str, None] = {}
    possible: dict[str, None] = {}
    hidden: dict[str, None] = {}
    for clone in karyotype.clones:
        if clone.is_normal:
            continue
        low, high = _number_of_disease(clone)
        reached = [c.name for c in rules.ploidy if low <= c.upper and high >= c.lower]
        is_clone = clone.cells is None or clone.cells >= rules.abnormality_cells
        (certain if is_clone and len(reached) == 1 else possible).update(dict.fromkeys(reached))
        for name, is_sure in _find_doubled(clone, low, high, rules):
            (hidden if is_clone and is_sure else possible).setdefault(name)
    return _weigh(certain, possible, hidden)


def _number_of_disease(clone: Clone) -> tuple[int, int]:
    born = sum(count_copies(clone).constitutional.values())
    low, high = clone.modal_low or 0, clone.modal_high or 0
    return low - born, high - born


def _find_doubled(
    clone: Clone, low: int, high: int, rules: KaryotypeRules
) -> Iterator[tuple[str, bool]]:
    """Yield the classes whose doubling the clone may be, and whether its pattern says so."""
    copies = count_copies(clone)
    readable = not clone.unread and not clone.incomplete and copies.agrees
    for name, rule in rules.doubled.items():
        inside = rule.lower <= low and high <= rule.upper
        if readable and inside and _is_doubled(copies.whole, rule):
            yield name, True
        elif not readable and low <= rule.upper and high >= rule.lower:
            yield name, False


def _is_doubled(whole: Mapping[str, int], rule: DoublingRule) -> bool:
    n_of = [whole.get(name, 0) for name in AUTOSOMES]
    tetrasomies, trisomies = sum(n == 4 for n in n_of), sum(n == 3 for n in n_of)
    typical = sum(whole.get(name, 0) == 2 for name in rule.typical)
    return (
        tetrasomies >= rule.tetrasomies_at_least
        and trisomies <= rule.trisomies_at_most
        and typical >= rule.n_typical_at_least
    )


def _weigh(certain: dict[str, None], possible: dict[str, None], hidden: dict[str, None]) -> Ploidy:
    seen = [name for name in HYPODIPLOID if name in certain]
    if seen:
        others = [name for name in possible if name not in certain]
        return Ploidy(tuple(seen), tuple(others), False)
    if hidden:
        doubtful = {**certain, **possible}
        # A masked clone looks like one of these: which it is, chromosomes alone cannot prove.
        return Ploidy(tuple(hidden), tuple(n for n in doubtful if n not in hidden), True)
    ordered = sorted(certain, key=_rank)
    return Ploidy(tuple(ordered), tuple(n for n in possible if n not in certain), False)


def _rank(name: str) -> int:
    order = (
        "high_hyperdiploidy", "near_triploidy", "near_tetraploidy", "hypodiploidy_40_43",
        "hypodiploidy_44_45", "low_hyperdiploidy", "pseudodiploidy",
    )  # fmt: skip
    return order.index(name) if name in order else len(order)
