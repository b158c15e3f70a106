"""What FISH signals written beside a karyotype prove."""

from __future__ import annotations

from collections.abc import Iterator

from chorall.knowledge.gene_names import find_gene
from chorall.markers.karyotype.copies import count_copies
from chorall.markers.karyotype.lesions import PRESENT, SUGGESTED
from chorall.markers.karyotype.model import FishSignal, Karyotype
from chorall.markers.karyotype.rules import KaryotypeRules
from chorall.markers.names import name_marker

Evidence = tuple[str, str, str]


def weigh_signals(karyotype: Karyotype, rules: KaryotypeRules) -> Iterator[Evidence]:
    """Yield marker, alteration class and ``present`` or ``suggested``.

    Parameters
    ----------
    karyotype : Karyotype
        As read, with its signals.
    rules : KaryotypeRules
        For iAMP21.
    """
    if "iAMP21" in karyotype.statements:
        yield "iAMP21", "karyotype", PRESENT
    for signal in karyotype.fish:
        genes = [find_gene(probe) for probe in signal.probes]
        known = [gene for gene in genes if gene is not None]
        if len(known) < len(genes) or (signal.n_low == 0 and signal.kind != "copies"):
            continue
        if signal.kind == "together":
            yield name_marker(known[0], "fusion", known[1]), "fusion", PRESENT
        elif signal.kind == "apart":
            yield name_marker(known[0], "rearrangement"), "rearrangement", PRESENT
        else:
            yield from _weigh_copies(known[0], signal, karyotype, rules)


def _weigh_copies(
    gene: str, signal: FishSignal, karyotype: Karyotype, rules: KaryotypeRules
) -> Iterator[Evidence]:
    if signal.n_high is not None and signal.n_high <= 1:
        yield name_marker(gene, "deletion"), "deletion", PRESENT
    if gene == "RUNX1" and (signal.n_low or 0) >= rules.iamp21_signals:
        proved = _are_crowded(signal.n_low or 0, karyotype, rules)
        yield "iAMP21", "karyotype", PRESENT if proved else SUGGESTED


def _are_crowded(n_signals: int, karyotype: Karyotype, rules: KaryotypeRules) -> bool:
    """Return True where so few chromosomes 21 carry the signals that one must carry several."""
    numbers = [count_copies(clone).whole["21"] for clone in karyotype.clones if clone.acquired]
    if not numbers or karyotype.unread:
        return False
    extra = sum(
        one.n_high
        for one in karyotype.abnormalities
        if one.extra > 0 and one.kind != "gain" and {"21", "?"} & {*one.chromosomes}
    )
    most = max(numbers) + extra
    return most > 0 and -(-n_signals // most) >= rules.iamp21_on_one
