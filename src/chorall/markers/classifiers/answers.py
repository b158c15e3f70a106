"""Answers of one classifier for many patients, each distinct pattern of knowledge answered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chorall.knowledge.classifier_items import REPORT_PREFIX
from chorall.markers.classifiers.cells import Masks
from chorall.markers.classifiers.classification import Classification
from chorall.markers.classifiers.columns import Column
from chorall.markers.classifiers.compiled import CompiledClassifier
from chorall.markers.classifiers.diagram import find_possible
from chorall.markers.classifiers.resolving import find_resolving
from chorall.markers.classifiers.scores import ScoreRange, compute_scores

MOST_CODES = 1 << 62


@dataclass(frozen=True, slots=True)
class Answers:
    """What a classifier says of n patients, by m distinct patterns of knowledge.

    Attributes
    ----------
    patterns : tuple of Classification, m
        One answer each; scores stand in `score`.
    pattern_of : int, (n,)
        Place of each patient's answer in `patterns`.
    score : ScoreRange or None
        Of each patient, for a score.
    """

    patterns: tuple[Classification, ...]
    pattern_of: NDArray[np.int64]
    score: ScoreRange | None = None


def answer(classifier: CompiledClassifier, columns: Mapping[str, Column], n: int) -> Answers:
    """Ask one classifier about n patients.

    Parameters
    ----------
    classifier : CompiledClassifier
        From `compile_classifier`.
    columns : mapping of str to Column
        From `complete_items`; an item that is not there is not known.
    n : int
        Number of patients.

    Returns
    -------
    Answers
        Exact: the possible groups are those over all completions of the unknown items.
    """
    if n == 1:
        return _answer_patient(classifier, columns)
    score = compute_scores(classifier.definition, columns, n)
    extra = [] if score is None else [score.groups, *score.open_items.values()]
    names = () if score is None else tuple(score.open_items)
    masks = classifier.observe(columns, n)
    asked, asked_of = _find_patterns([*masks, *extra], n)
    outcomes, outcome_of = _find_outcomes(classifier, asked, len(masks))
    found = [_describe(classifier, row, names) for row in outcomes]
    return Answers(tuple(found), outcome_of[asked_of], score)


def _answer_patient(classifier: CompiledClassifier, columns: Mapping[str, Column]) -> Answers:
    """Ask about one patient: a score only where it may apply."""
    masks = classifier.observe_one(columns)
    one, score = _answer_one(classifier, masks, ()), None
    if classifier.definition.score is not None and one.applicable is not False:
        score = compute_scores(classifier.definition, columns, 1)
    if score is not None:
        codes = (int(column[0]) for column in (score.groups, *score.open_items.values()))
        one = _answer_one(classifier, (*masks, *codes), tuple(score.open_items))
    return Answers((one,), np.zeros(1, np.int64), score)


@lru_cache(maxsize=1 << 14)
def _answer_one(
    classifier: CompiledClassifier, pattern: tuple[int, ...], names: tuple[str, ...]
) -> Classification:
    """Return the answer for one pattern of knowledge; who is asked about again and again is fast.

    A pattern says of each item which of the classifier's cells are possible, nothing else; then,
    of a score, its groups and the items of these names.
    """
    columns = [np.array([code], np.uint32) for code in pattern]
    outcomes, _ = _find_outcomes(classifier, columns, len(classifier.cells))
    return _describe(classifier, outcomes[0], names)


def _find_patterns(columns: Sequence[Masks], n: int) -> tuple[list[Masks], NDArray[np.int64]]:
    """Return the columns with each distinct row once, and the place of every row among them."""
    packed, n_codes = np.zeros(n, np.int64), 1
    for column in columns:
        radix = int(column.max(initial=0)) + 1
        if n_codes * radix > MOST_CODES:  # count the patterns so far before they overflow
            _, packed = np.unique(packed, return_inverse=True)
            n_codes = int(packed.max(initial=0)) + 1
        packed, n_codes = packed * radix + column, n_codes * radix
    _, first, pattern_of = np.unique(packed, return_index=True, return_inverse=True)
    return [column[first] for column in columns], pattern_of.astype(np.int64)


def _find_outcomes(
    classifier: CompiledClassifier, asked: list[Masks], n_items: int
) -> tuple[list[_Outcome], NDArray[np.int64]]:
    """Return the distinct outcomes of the patterns asked, and which one each pattern has."""
    m = len(asked[0]) if asked else 1
    masks, extra = asked[:n_items], asked[n_items:]
    possible = find_possible(classifier.whole, masks, m)
    is_open = np.flatnonzero(possible & (possible - np.uint32(1)))  # more than one bit
    resolving = np.zeros((m, n_items), np.uint32)
    resolving[is_open] = find_resolving(
        classifier.whole, [mask[is_open] for mask in masks], len(is_open)
    )
    clauses = [find_possible(clause, masks, m) for clause in classifier.clauses]
    parts = [possible, *resolving.T, *clauses, *extra]
    distinct, outcome_of = _find_patterns(parts, m)
    rows = zip(*(column.tolist() for column in distinct), strict=True)
    ends = np.cumsum([1, n_items, len(clauses)]).tolist()
    found = [
        _Outcome(row[0], row[1 : ends[1]], row[ends[1] : ends[2]], row[ends[2] :]) for row in rows
    ]
    return found, outcome_of


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Possible outcomes, flags of the items that matter, truths of the population, the score's."""

    possible: int
    resolving: tuple[int, ...]
    clauses: tuple[int, ...]
    score: tuple[int, ...]


def _describe(
    classifier: CompiledClassifier, outcome: _Outcome, score_items: tuple[str, ...]
) -> Classification:
    definition = classifier.definition
    bits = outcome.possible >> 1
    applies = None if outcome.possible & 1 and bits else not outcome.possible & 1
    names = [name.removeprefix(REPORT_PREFIX) for name in classifier.cells]
    resolving = _name_flagged(names, outcome.resolving)
    if outcome.score:
        bits = outcome.score[0] if bits else 0
        if applies is not False:
            resolving += _name_flagged(score_items, outcome.score[1:])
    groups = tuple(g.id for place, g in enumerate(definition.groups) if bits >> place & 1)
    return Classification(
        classifier=definition.id,
        applicable=applies,
        reason=_give_reason(classifier, applies, outcome.clauses),
        result=groups[0] if applies and len(groups) == 1 else None,
        best=groups[0] if groups else None,
        worst=groups[-1] if groups else None,
        possible=groups,
        resolving=tuple(dict.fromkeys(resolving)),
        confidence=definition.confidence,
        completeness=definition.completeness,
    )


def _name_flagged(names: Sequence[str], flags: tuple[int, ...]) -> list[str]:
    return [name for name, flag in zip(names, flags, strict=True) if flag]


def _give_reason(
    classifier: CompiledClassifier, applies: bool | None, clauses: tuple[int, ...]
) -> str:
    if applies:
        return ""
    population = classifier.definition.population
    pairs = list(zip(population, clauses, strict=True))
    failed = [part.otherwise for part, truth in pairs if truth == 0b01]
    if applies is False:
        return f"not applicable: {', '.join(failed) or 'not of the population'}"
    doubtful = [part.in_words for part, truth in pairs if truth == 0b11]
    return f"not known whether: {', '.join(doubtful)}"
