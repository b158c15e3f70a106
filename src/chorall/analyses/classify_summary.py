"""How many patients each classifier puts where, and which missing tests leave the others open."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.knowledge.classifier_definitions import ClassifierDefinition
from chorall.markers.classifiers import Classification
from chorall.markers.classifiers.answers import Answers

UNDETERMINED: Final = "undetermined"
POPULATION_NOT_KNOWN: Final = "population not known"
NOT_APPLICABLE: Final = "not applicable"
SCORE_KNOWN: Final = "score known"
MOST_LACKING: Final = 4

SUMMARY_SCHEMA: Final = {
    "classifier": pl.String(),
    "name": pl.String(),
    "answer": pl.String(),
    "in_words": pl.String(),
    "n_patients": pl.Int64(),
    "share": pl.Float64(),
    "lacking": pl.String(),
    "confidence": pl.String(),
    "completeness": pl.String(),
}


def summarise(
    definitions: dict[str, ClassifierDefinition], answers: dict[str, Answers]
) -> pl.DataFrame:
    """Return one line per classifier and answer (see `ClassifyResult.summary`)."""
    lines = [
        line
        for name, definition in definitions.items()
        for line in _summarise_one(definition, answers[name])
    ]
    return pl.DataFrame(lines, schema=SUMMARY_SCHEMA)


def _summarise_one(definition: ClassifierDefinition, answers: Answers) -> list[dict[str, Any]]:
    counts = np.bincount(answers.pattern_of, minlength=len(answers.patterns)).tolist()
    words = {group.id: group.in_words for group in definition.groups}
    order = [*words, SCORE_KNOWN, UNDETERMINED, POPULATION_NOT_KNOWN, NOT_APPLICABLE]
    n_by_answer: Counter[str] = Counter()
    lacking: dict[str, Counter[str]] = {}
    for pattern, count in zip(answers.patterns, counts, strict=True):
        answer = _name_answer(pattern, definition)
        n_by_answer[answer] += count
        for item in pattern.resolving:
            lacking.setdefault(answer, Counter())[item] += count
    shown = [
        answer for answer in order if n_by_answer[answer] or (answer in words and definition.rules)
    ]
    n_applicable = sum(n_by_answer[answer] for answer in order[:-2])
    return [
        {
            "classifier": definition.id,
            "name": definition.name,
            "answer": answer,
            "in_words": words.get(answer, ""),
            "n_patients": n_by_answer[answer],
            "share": _share(answer, n_by_answer[answer], n_applicable),
            "lacking": _list_lacking(lacking.get(answer, Counter())),
            "confidence": definition.confidence,
            "completeness": definition.completeness,
        }
        for answer in shown
    ]


def _share(answer: str, n: int, n_applicable: int) -> float | None:
    if answer in (POPULATION_NOT_KNOWN, NOT_APPLICABLE) or not n_applicable:
        return None
    return n / n_applicable


def _name_answer(pattern: Classification, definition: ClassifierDefinition) -> str:
    if pattern.applicable is False:
        return NOT_APPLICABLE
    if pattern.applicable is None:
        return POPULATION_NOT_KNOWN
    if pattern.result is not None:
        return pattern.result
    return SCORE_KNOWN if definition.score and not pattern.resolving else UNDETERMINED


def _list_lacking(counts: Counter[str]) -> str:
    """Return the items that most often would change the answer, each with its patients."""
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    listed = [f"{item} {count:,}" for item, count in ordered[:MOST_LACKING]]
    if len(ordered) > MOST_LACKING:
        listed.append(f"and {len(ordered) - MOST_LACKING} more")
    return ", ".join(listed)
