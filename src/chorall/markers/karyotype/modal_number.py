"""The modal number of chromosomes of the clone that counts."""

from __future__ import annotations

from chorall.markers.karyotype.copies import count_copies
from chorall.markers.karyotype.model import Clone, Karyotype
from chorall.markers.karyotype.ploidy import HYPODIPLOID
from chorall.markers.karyotype.rules import KaryotypeRules, karyotype_rules


def find_modal_number(
    karyotype: Karyotype, n_metaphases: int | None = None, rules: KaryotypeRules | None = None
) -> int | None:
    """Return the chromosome number of the leukaemic clone.

    Parameters
    ----------
    karyotype : Karyotype
        As read.
    n_metaphases : int or None
        Metaphases stated beside the text, used where the text has no count.
    rules : KaryotypeRules or None
        None takes those of knowledge/karyotype.

    Returns
    -------
    int or None
        Without what the person was born with. A hypodiploid clone goes before its own doubling,
        else the clone with most metaphases. A normal karyotype has the usual number where enough
        metaphases were seen. None where the number is a range, clones differ and none is larger,
        the clone could not be read, or nothing was seen.

    See Also
    --------
    chorall.markers.karyotype.ploidy.assign_ploidy : the class instead of the number.
    """
    rules = rules or karyotype_rules()
    abnormal = [clone for clone in karyotype.clones if not clone.is_normal]
    if abnormal:
        return _choose(abnormal, rules)
    counted = n_metaphases if karyotype.n_metaphases is None else karyotype.n_metaphases
    seen = bool(karyotype.clones) and (counted or 0) >= rules.normal_metaphases
    return _count_disease(karyotype.clones[0]) if seen else None


def _choose(clones: list[Clone], rules: KaryotypeRules) -> int | None:
    numbers = {id(clone): _count_disease(clone) for clone in clones}
    hypodiploid = [c for c in clones if _is_hypodiploid(numbers[id(c)], rules)]
    among = hypodiploid or clones
    largest = max(clone.cells or 0 for clone in among)
    chosen = {numbers[id(clone)] for clone in among if (clone.cells or 0) == largest}
    return chosen.pop() if len(chosen) == 1 else None


def _count_disease(clone: Clone) -> int | None:
    if clone.modal_low is None or clone.modal_low != clone.modal_high or clone.unread:
        return None
    return clone.modal_low - sum(count_copies(clone).constitutional.values())


def _is_hypodiploid(number: int | None, rules: KaryotypeRules) -> bool:
    classes = [one for one in rules.ploidy if one.name in HYPODIPLOID]
    return number is not None and any(one.lower <= number <= one.upper for one in classes)
