"""Ask the published classifiers: about one patient, or about columns of many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from chorall.knowledge.classifier_definitions import ClassifierDefinition, classifier_definitions
from chorall.markers.classifiers.answers import Answers, answer
from chorall.markers.classifiers.catalogue import choose_classifiers
from chorall.markers.classifiers.classification import Classification
from chorall.markers.classifiers.columns import Column, read_patient
from chorall.markers.classifiers.compiled import CompiledClassifier, compile_classifier
from chorall.markers.classifiers.implied import complete_items


def classify_patient(
    items: Mapping[str, object],
    classifiers: Sequence[str] | None = None,
    *,
    include_unverified: bool = True,
    score_files: Iterable[str | Path] = (),
) -> dict[str, Classification]:
    """Ask classifiers about one patient.

    Parameters
    ----------
    items : mapping of str to object
        What is known: numbers, words, marker words, `MrdReport`s; a missing reason, or an item that
        is left out, means not known. `knowledge/classifier_items.toml` lists the items.
    classifiers : sequence of str or None
        Ids; None asks all whose rule is known.
    include_unverified : bool
        False leaves out rules of which a part is from memory.
    score_files : iterable of path
        Definitions of your own.

    Returns
    -------
    dict of str to Classification
        By id, in the order asked.

    Raises
    ------
    InputError
        If an item is not known or its value is of the wrong kind.
    DefinitionError
        If a classifier is not known, or its rule is not.
    """
    chosen = choose_classifiers(
        classifiers, include_unverified=include_unverified, score_files=score_files
    )
    columns = complete_items(read_patient(items), 1)
    return {
        name: read_answer(ask_classifier(definition, columns, 1), 0)
        for name, definition in chosen.items()
    }


def ask_classifier(
    definition: ClassifierDefinition, columns: Mapping[str, Column], n: int
) -> Answers:
    """Ask one classifier about n patients (see `answer`); shipped ones are made ready once."""
    if classifier_definitions().get(definition.id) is definition:
        return answer(_make_ready(definition.id), columns, n)
    return answer(compile_classifier(definition), columns, n)


@lru_cache(maxsize=256)
def _make_ready(name: str) -> CompiledClassifier:
    return compile_classifier(classifier_definitions()[name])


def read_answer(answers: Answers, row: int) -> Classification:
    """Return the answer for one patient, with its score where there is one."""
    found = answers.patterns[int(answers.pattern_of[row])]
    if answers.score is None or found.applicable is False:
        return found
    lower, upper = float(answers.score.lower[row]), float(answers.score.upper[row])
    is_known = found.applicable is True and lower == upper
    return replace(found, score=lower if is_known else None, score_lower=lower, score_upper=upper)
