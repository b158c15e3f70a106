"""Which classifiers are asked: the shipped ones, those of score files, verified or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from chorall.errors import DefinitionError, raise_gathered
from chorall.knowledge.classifier_definitions import (
    ClassifierDefinition,
    classifier_definitions,
    read_classifier_definition,
)
from chorall.knowledge.definition_problems import name_choices

UNVERIFIED = "unverified"


def choose_classifiers(
    asked: Sequence[str] | None = None,
    *,
    include_unverified: bool = True,
    score_files: Iterable[str | Path] = (),
) -> dict[str, ClassifierDefinition]:
    """Return the classifiers to ask, by id.

    Parameters
    ----------
    asked : sequence of str or None
        Ids in the order wanted; None asks all whose rule is known.
    include_unverified : bool
        False leaves out every rule of which a part is from memory.
    score_files : iterable of path
        Definitions of your own, in the form of the shipped ones; one with the id of a shipped
        classifier takes its place.

    Raises
    ------
    DefinitionError
        If an id is not known, a rule that is asked for by name is not known or not verified, or a
        file is not sound. The message says what is missing and how to supply it.
    InputError
        If there is no such file.
    """
    known = dict(classifier_definitions())
    for file in score_files:
        own = read_classifier_definition(Path(file))
        known[own.id] = own
    if asked is None:
        return {
            name: definition
            for name, definition in known.items()
            if definition.is_available and _is_allowed(definition, include_unverified)
        }
    names = list(dict.fromkeys([asked] if isinstance(asked, str) else asked))
    problems = [_find_problem(name, known, include_unverified) for name in names]
    raise_gathered(
        DefinitionError,
        "these classifiers cannot be asked",
        [problem for problem in problems if problem],
        "`chorall classifiers` lists all of them with source, population and confidence.",
    )
    return {name: known[name] for name in names}


def _is_allowed(definition: ClassifierDefinition, include_unverified: bool) -> bool:
    return include_unverified or definition.confidence != UNVERIFIED


def _find_problem(
    name: str, known: dict[str, ClassifierDefinition], include_unverified: bool
) -> str:
    definition = known.get(name)
    if definition is None:
        return f"`{name}` is no classifier: {name_choices(name, known)}"
    if not definition.is_available:
        return f"`{name}`: {definition.missing} To supply it: {definition.supply}"
    if not _is_allowed(definition, include_unverified):
        return f"`{name}` is unverified (a part of it is from memory) and unverified is off"
    return ""


def describe_classifiers(
    *, include_unverified: bool = True, score_files: Iterable[str | Path] = ()
) -> list[dict[str, str]]:
    """Return one line per classifier, those whose rule is not known included.

    Returns
    -------
    list of dict of str to str
        id, name, population (in words), groups (best first), source (keys and citation),
        completeness, confidence and missing (empty where the rule is known).
    """
    known = dict(classifier_definitions())
    own = [read_classifier_definition(Path(file)) for file in score_files]
    known |= {definition.id: definition for definition in own}
    return [
        {
            "id": found.id,
            "name": found.name,
            "population": "; ".join(part.in_words for part in found.population) or "not stated",
            "groups": ", ".join(group.id for group in found.groups),
            "source": f"{', '.join(found.source.keys)}: {found.source.cites}",
            "completeness": found.completeness,
            "confidence": found.confidence,
            "missing": found.missing,
        }
        for found in known.values()
        if _is_allowed(found, include_unverified)
    ]
