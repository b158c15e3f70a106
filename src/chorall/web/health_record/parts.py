"""Parts of a FHIR resource, whatever came: what has another form than expected is not there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from chorall.errors import InputError

Resource = Mapping[str, Any]
Coding = tuple[str, str]

FULL_DATE: Final = 10
MOST_RESOURCES: Final = 1000


def part(resource: Any, *names: str) -> Any:
    """Return what stands under a path of names, or None."""
    for name in names:
        resource = resource.get(name) if isinstance(resource, Mapping) else None
    return resource


def parts(resource: Any, *names: str) -> list[Any]:
    """Return the list under a path of names; empty where there is none."""
    found = part(resource, *names)
    return found if isinstance(found, list) else []


def read_text(resource: Any, *names: str) -> str:
    """Return the text under a path of names, or an empty one."""
    found = part(resource, *names)
    return found if isinstance(found, str) else ""


def read_number(resource: Any, *names: str) -> float | None:
    """Return the finite number under a path of names, or None."""
    found = part(resource, *names)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    value = float(found) if abs(found) < 1e300 else math.inf
    return value if math.isfinite(value) else None


def read_date(resource: Any, *names: str) -> date | None:
    """Return the day of a date or dateTime; None where it is not given to the day."""
    text = read_text(resource, *names)
    try:
        return date.fromisoformat(text[:FULL_DATE]) if len(text) >= FULL_DATE else None
    except ValueError:
        return None


def list_codings(concept: Any) -> list[Coding]:
    """Return system and code of the codings of a CodeableConcept."""
    return [(read_text(one, "system"), read_text(one, "code")) for one in parts(concept, "coding")]


def list_resources(values: Iterable[Any]) -> list[Resource]:
    """Return the resources in `values`, those of Bundles taken out.

    Raises
    ------
    InputError
        If there are more than `MOST_RESOURCES`: one that is not read might contradict the others.
    """
    found: list[Resource] = []
    for value in values:
        if not isinstance(value, Mapping):
            continue
        if value.get("resourceType") == "Bundle":
            inner = (part(entry, "resource") for entry in parts(value, "entry"))
            found += [one for one in inner if isinstance(one, Mapping)]
        else:
            found.append(value)
    if len(found) > MOST_RESOURCES:
        raise InputError(
            f"there are more than {MOST_RESOURCES} resources.\n"
            "  Send only those that are asked for: docs/fhir.md."
        )
    return found


def name_resource(resource: Resource) -> str:
    """Return `Type/id`, or an empty text where the resource has no id."""
    kind, identifier = read_text(resource, "resourceType"), read_text(resource, "id")
    return f"{kind}/{identifier}" if kind and identifier else ""
