"""For whom a new rule is: a condition in the language of the classifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError
from chorall.knowledge.classifier_definitions import ClassifierDefinition
from chorall.knowledge.classifier_parts import ClassifierSource, Requirement, RiskGroup, Rule
from chorall.markers.classifiers import ask_classifier
from chorall.markers.classifiers.columns import Column


def read_population(text: str) -> tuple[Requirement, ...]:
    """Return the requirement that a text states, none for an empty text.

    Raises
    ------
    InputError
        If it is not in the language, or asks for an item that does not exist.
    """
    if not text.strip():
        return ()
    needs = (Requirement(requires=text, in_words=text, otherwise="outside the population"),)
    try:
        _define(needs)
    except ValueError as error:
        reason = str(error).splitlines()[2:3] or [str(error)]
        raise InputError(
            f"`population` is {text!r}: {reason[0].strip()}.\n"
            "  Write e.g. `lineage is B and age_years < 18` (docs/classifiers.md)."
        ) from None
    return needs


def find_population(
    needs: Sequence[Requirement], columns: Mapping[str, Column], n: int
) -> NDArray[np.bool_]:
    """Return who is known to be of the population, shape (n,)."""
    if not needs:
        return np.ones(n, bool)
    answers = ask_classifier(_define(tuple(needs)), columns, n)
    inside = np.array([one.applicable is True for one in answers.patterns])
    return np.asarray(inside[answers.pattern_of])


def _define(needs: tuple[Requirement, ...]) -> ClassifierDefinition:
    definition = ClassifierDefinition(
        id="population", name="population", completeness="FULL", population=needs,
        groups=(RiskGroup(id="inside", in_words="inside"),), rules=(Rule(group="inside"),),
        source=ClassifierSource(keys=(), cites="asked for", confidence="computed"),
    )  # fmt: skip
    list(definition.list_expressions())
    return definition
