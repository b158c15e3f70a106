"""Of which lesions a variant assessment may be: by its genes and the kind of its change."""

from __future__ import annotations

from typing import Any, Final

from chorall.knowledge.fhir_codes import fhir_codes
from chorall.knowledge.gene_names import gene_symbols
from chorall.web.health_record.parts import Resource, list_codings, part, parts, read_text

LOINC: Final = "http://loinc.org"
UNREAD: Final = "?"
"""Stands for a coded word that is not one of those that are read."""
MUTATION: Final = "mutation"
FUSION: Final = "fusion"
OF_COPIES: Final = ("_del", "_gain")
ENDINGS: Final = {MUTATION: "", **{one: one for one in OF_COPIES}}
"""Kinds of change of one gene to the ends of the names of their items."""


def name_markers(resource: Resource) -> tuple[list[str], bool]:
    """Return the markers that a variant assessment can be; False where its kind is not read."""
    facts, components = fhir_codes(), parts(resource, "component")
    genes = [
        _name_gene(part(one, "valueCodeableConcept"))
        for one in components
        if facts.find_meanings("gene", list_codings(part(one, "code")))
    ]
    if len(genes) not in (1, 2) or not all(genes):
        return [], True
    joined = ["::".join(genes), "::".join(reversed(genes))] if len(genes) == 2 else []
    kinds = _read_kinds(components)
    if len(kinds) > 1 or UNREAD in kinds:
        return [*joined, *(f"{gene}{end}" for gene in genes for end in ENDINGS.values())], False
    kind = next(iter(kinds), FUSION if joined else MUTATION)
    if joined or kind == FUSION:
        return (joined if kind == FUSION else []), True
    return [f"{genes[0]}{ENDINGS[kind]}"], True


def _read_kinds(components: list[Any]) -> set[str]:
    """Return the kinds of change that components name, `UNREAD` among them where one is not read.

    A number of copies without a change of copies, and without any kind a component in a code of
    another system, may name a kind as well.
    """
    facts = fhir_codes()
    kinds: set[str] = set()
    has_copies = is_foreign = False
    for one in components:
        codings = list_codings(part(one, "code"))
        if facts.find_meanings("change", codings):
            value = list_codings(part(one, "valueCodeableConcept"))
            kinds |= facts.find_meanings("change_kind", value) or {UNREAD}
        has_copies |= bool(facts.find_meanings("copies", codings))
        is_foreign |= all(system != LOINC for system, _ in codings)
    if (has_copies and not kinds & set(OF_COPIES)) or (is_foreign and not kinds):
        kinds.add(UNREAD)
    return kinds


def _name_gene(value: Any) -> str:
    texts = [read_text(one, "display") for one in parts(value, "coding")]
    known = gene_symbols()
    return next((known[text.upper()] for text in (*texts, read_text(value, "text"))
                 if text.upper() in known), "")  # fmt: skip


def is_one_variant(component: Any) -> bool:
    """Return True where a component narrows the test to one variant, or to one kind of mutation."""
    facts, codings = fhir_codes(), list_codings(part(component, "code"))
    kinds = facts.find_meanings(
        "change_kind", list_codings(part(component, "valueCodeableConcept"))
    )
    return bool(facts.find_meanings("one_variant", codings)) or (
        bool(facts.find_meanings("change", codings)) and (not kinds or MUTATION in kinds)
    )
