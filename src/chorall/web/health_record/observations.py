"""What one Observation says of an item: a number, a status, or nothing. Nothing is never absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from chorall.knowledge.fhir_codes import fhir_codes
from chorall.knowledge.gene_names import gene_symbols
from chorall.models.bank.features import UNDETECTED, Feature
from chorall.web.health_record.parts import (
    Resource,
    list_codings,
    part,
    parts,
    read_date,
    read_number,
    read_text,
)

WBC: Final = "wbc_10e9_per_l"
REMISSION: Final = "remission"
LEGIBLE: Final = ("final", "amended", "corrected")
NOT_FINAL: Final = "the result is not final"
NO_RESULT: Final = "the record says that there is no result"
NO_ANSWER: Final = "the result says neither present nor absent in a code that is read"
NO_NUMBER: Final = "the result holds no exact number"
NO_UNIT: Final = "the unit is not one that is read"
ONE_VARIANT: Final = "one variant was not found, which does not say that the gene is unchanged"
MODIFIED: Final = "the result holds an element that may change its meaning and is not read"
NUMBER_AGAINST_WORD: Final = 'a number and "not detected" contradict each other'
UNREAD: Final = "?"
"""Stands for a coded word that is not one of those that are read."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What one Observation says.

    Attributes
    ----------
    item : str
        As in a patient file.
    value : object
        None where it says nothing.
    why : str
        Why it says nothing.
    day : date or None
        Of the sample.
    resource : mapping
        The Observation.
    """

    item: str
    value: Any
    why: str
    day: date | None
    resource: Resource


def read_observation(resource: Resource, asked: Mapping[str, Feature]) -> Saying | None:
    """Return what an Observation says of an item that is asked; None where it is of none."""
    item = find_item(resource, set(asked))
    if not item:
        return None
    value, why = _read_value(resource, asked[item])
    day = read_date(resource, "effectiveDateTime") or read_date(
        resource, "effectivePeriod", "start"
    )
    return Saying(item, value, why, day, resource)


def find_item(resource: Resource, items: set[str]) -> str:
    """Return the item of which an Observation speaks, or an empty text."""
    facts, codings = fhir_codes(), list_codings(part(resource, "code"))
    own = [code for system, code in codings if system == facts.own_system]
    named = own or sorted(facts.find_meanings("wbc", codings))
    if not named and facts.find_meanings("gene_test", codings):
        named = _name_markers(resource)
    return next((name for name in named if name in items), "")


def _name_markers(resource: Resource) -> list[str]:
    """Return the markers that a variant assessment can be: of one gene, or of two joined."""
    facts = fhir_codes()
    genes: list[str] = []
    ends: set[str] = set()
    for one in parts(resource, "component"):
        codings, value = list_codings(part(one, "code")), part(one, "valueCodeableConcept")
        if facts.find_meanings("gene", codings):
            genes.append(_name_gene(value))
        if facts.find_meanings("change", codings):
            ends |= facts.find_meanings("change_kind", list_codings(value)) or {UNREAD}
    if len(genes) == 2 and all(genes):
        return ["::".join(genes), "::".join(reversed(genes))]
    if len(genes) != 1 or not genes[0] or len(ends) > 1:
        return []
    end = next(iter(ends - {UNREAD}), "")
    return [f"{genes[0]}{end}"]


def _name_gene(value: Any) -> str:
    texts = [read_text(one, "display") for one in parts(value, "coding")]
    known = gene_symbols()
    return next((known[text.upper()] for text in (*texts, read_text(value, "text"))
                 if text.upper() in known), "")  # fmt: skip


def _read_value(resource: Resource, feature: Feature) -> tuple[Any, str]:
    if read_text(resource, "status") not in LEGIBLE:
        return None, NOT_FINAL
    if part(resource, "dataAbsentReason") is not None:
        return None, NO_RESULT
    if part(resource, "modifierExtension") or part(resource, "focus"):
        return None, MODIFIED
    if feature.kind == "mrd":
        return _read_mrd(resource)
    if feature.kind == "number":
        return _read_quantity(resource, feature.item)
    if feature.kind == "word":
        return _read_word(resource, feature.words)
    return _read_status(resource)


def _read_mrd(resource: Resource) -> tuple[Any, str]:
    """Read a fraction, or that nothing was detected; a number above 0 is never `undetected`."""
    found = _find_answers(resource)
    if "absent" not in found:
        return _read_quantity(resource, "mrd")
    if found != {"absent"}:
        return None, NO_ANSWER
    value = read_number(resource, "valueQuantity", "value")
    is_below = part(resource, "valueQuantity", "comparator") in ("<", "<=")
    return (None, NUMBER_AGAINST_WORD) if value and not is_below else (UNDETECTED, "")


def _read_status(resource: Resource) -> tuple[Any, str]:
    """Read present or absent from the answer or the interpretation; both must agree."""
    found = _find_answers(resource)
    if found in ({"present"}, {"absent"}):
        value = next(iter(found))
        is_part = value == "absent" and any(map(_is_one_variant, parts(resource, "component")))
        return (None, ONE_VARIANT) if is_part else (value, "")
    return None, NO_ANSWER


def _is_one_variant(component: Any) -> bool:
    """Return True where a component narrows the test to one variant, or one unread kind of it."""
    facts, codings = fhir_codes(), list_codings(part(component, "code"))
    kind = list_codings(part(component, "valueCodeableConcept"))
    return bool(facts.find_meanings("one_variant", codings)) or (
        bool(facts.find_meanings("change", codings))
        and not facts.find_meanings("change_kind", kind)
    )


def _find_answers(resource: Resource) -> set[str]:
    """Return what answer and interpretations say, `UNREAD` among it where one is not read.

    Beside `present` an interpretation that is not read (such as `abnormal`) takes nothing away.
    """
    facts, value = fhir_codes(), part(resource, "valueCodeableConcept")
    answer = facts.find_meanings("answer", list_codings(value)) if value is not None else set()
    found = answer or ({UNREAD} if value is not None else set())
    for one in parts(resource, "interpretation"):
        told = facts.find_meanings("interpretation", list_codings(one))
        found |= told or ({UNREAD} if answer != {"present"} else set())
    return found


def _read_quantity(resource: Resource, of: str) -> tuple[Any, str]:
    """Read a number in a unit that is known; `less than` is no number."""
    value = read_number(resource, "valueQuantity", "value")
    if value is None or part(resource, "valueQuantity", "comparator") is not None:
        return None, NO_NUMBER
    factor = fhir_codes().find_factor(of, read_text(resource, "valueQuantity", "code"))
    return (None, NO_UNIT) if factor is None else (value * factor, "")


def _read_word(resource: Resource, words: tuple[str, ...]) -> tuple[Any, str]:
    own = fhir_codes().own_system
    codings = list_codings(part(resource, "valueCodeableConcept"))
    found = [code for system, code in codings if system == own and code in words]
    return (found[0], "") if len(found) == 1 else (None, NO_ANSWER)
