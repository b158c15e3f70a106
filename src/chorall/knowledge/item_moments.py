"""When the items of classifiers are known: at diagnosis, by the end of induction, or later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from chorall.knowledge.classifier_definitions import ClassifierDefinition, classifier_definitions
from chorall.knowledge.classifier_expressions import GroupOf, list_tests
from chorall.knowledge.classifier_items import REPORT_PREFIX
from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.fact_source import FactSource

ITEM_MOMENTS_TOML: Final = Path(__file__).parent / "item_moments.toml"
DIAGNOSIS: Final = "diagnosis"
END_OF_INDUCTION: Final = "end_of_induction"
LATER: Final = "later"
ORDER: Final = (DIAGNOSIS, END_OF_INDUCTION, LATER)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ItemMoment(_Frozen):
    """Items that are known from one moment on, and who says so."""

    id: str
    label: str
    items: tuple[str, ...]
    source: FactSource


class ItemMoments(_Frozen):
    """All moments after diagnosis."""

    moments: tuple[ItemMoment, ...]


@cache
def item_moments() -> dict[str, str]:
    """Return the moment of every item that is not known at diagnosis."""
    found, _ = read_definition(ITEM_MOMENTS_TOML, ItemMoments)
    return {item: moment.id for moment in found.moments for item in moment.items}


def find_moment(items: Iterable[str]) -> str:
    """Return the earliest moment at which all items are known: one of `ORDER`."""
    known = item_moments()
    places = [ORDER.index(known.get(item.removeprefix(REPORT_PREFIX), DIAGNOSIS)) for item in items]
    return ORDER[max(places, default=0)]


def list_items(definition: ClassifierDefinition) -> set[str]:
    """Return every item that a classifier asks for, those of classifiers it builds on included."""
    return set(_walk(definition, set()))


def _walk(definition: ClassifierDefinition, seen: set[str]) -> Iterator[str]:
    seen.add(definition.id)
    terms = definition.score.terms if definition.score is not None else ()
    others = [term.classifier for term in terms if term.classifier]
    yield from (term.item for term in terms if term.item)
    for expression in definition.list_expressions():
        tests = list(list_tests(expression))
        yield from (test.item for test in tests if not isinstance(test, GroupOf))
        others += [test.classifier for test in tests if isinstance(test, GroupOf)]
    for other in others:
        if other not in seen:
            yield from _walk(classifier_definitions()[other], seen)
