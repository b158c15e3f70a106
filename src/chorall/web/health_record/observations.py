"""What one Observation says of an item: a number, a status, or nothing. Nothing is never absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from chorall.knowledge.fhir_codes import fhir_codes
from chorall.models.bank.features import UNDETECTED, Feature
from chorall.web.health_record.lesions import UNREAD, is_one_variant, name_markers
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
UNREAD_KIND: Final = "a change was found whose kind is not one that is read"


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


def read_observation(resource: Resource, asked: Mapping[str, Feature]) -> list[Saying]:
    """Return what an Observation says of the items that are asked; empty where it is of none.

    One that found a change of an unread kind may be of several items, and says nothing of each.
    """
    day = read_date(resource, "effectiveDateTime") or read_date(
        resource, "effectivePeriod", "start"
    )
    items, is_clear = _find_items(resource, set(asked))
    found = []
    for item in items:
        value, why = _read_value(resource, asked[item])
        if value is not None and not is_clear:
            value, why = None, UNREAD_KIND if value == "present" else ONE_VARIANT
        found.append(Saying(item, value, why, day, resource))
    return found


def _find_items(resource: Resource, asked: set[str]) -> tuple[list[str], bool]:
    """Return the items of which an Observation speaks; False where it may be of any of them."""
    facts, codings = fhir_codes(), list_codings(part(resource, "code"))
    own = [code for system, code in codings if system == facts.own_system]
    named, is_clear = own or sorted(facts.find_meanings("wbc", codings)), True
    if not named and facts.find_meanings("gene_test", codings):
        named, is_clear = name_markers(resource)
    items = [name for name in named if name in asked]
    return (items[:1] if is_clear else items), is_clear


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
        is_part = value == "absent" and any(map(is_one_variant, parts(resource, "component")))
        return (None, ONE_VARIANT) if is_part else (value, "")
    return None, NO_ANSWER


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
