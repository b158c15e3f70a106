"""Continuous scores: a sum of terms, each between two bounds where its item is not known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from chorall.errors import DefinitionError
from chorall.knowledge.classifier_definitions import ClassifierDefinition, classifier_definitions
from chorall.knowledge.classifier_items import find_item
from chorall.knowledge.classifier_parts import ScoreTerm
from chorall.markers.classifiers.columns import Column, MarkerColumn, MrdColumn, NumberColumn
from chorall.markers.classifiers.compiled import CompiledClassifier, compile_classifier
from chorall.markers.classifiers.diagram import find_possible
from chorall.markers.classifiers.resolving import find_resolving

Numbers = NDArray[np.float64]
Codes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """A score of n patients.

    Attributes
    ----------
    lower, upper : float64, (n,)
        Smallest and largest value over all completions; equal where it is determined.
    groups : uint32, (n,)
        Bit k is set where some completion is in group k; 0 where the score has no cut points.
    open_items : dict of str to uint32, (n,)
        Item to 1 where it is not known and moves the score.
    """

    lower: Numbers
    upper: Numbers
    groups: Codes
    open_items: dict[str, Codes]


@dataclass(frozen=True, slots=True)
class _Term:
    """Alternatives of one term: (lower, upper, is_possible), each (n,), and the items behind."""

    alternatives: list[tuple[Numbers, Numbers, NDArray[np.bool_]]]
    open_items: dict[str, Codes]


def compute_scores(
    definition: ClassifierDefinition, columns: Mapping[str, Column], n: int
) -> ScoreRange | None:
    """Return the score of n patients, or None where the definition has no score.

    Parameters
    ----------
    definition : ClassifierDefinition
        Of a score.
    columns : mapping of str to Column
        From `complete_items`.
    n : int
        Number of patients.
    """
    if definition.score is None:
        return None
    terms = [_bound(term, columns, n) for term in definition.score.terms]
    lower, upper = np.full(n, math.inf), np.full(n, -math.inf)
    groups = np.zeros(n, np.uint32)
    for chosen in product(*(term.alternatives for term in terms)):
        possible = np.logical_and.reduce([part[2] for part in chosen])
        low = np.sum([part[0] for part in chosen], axis=0)
        high = np.sum([part[1] for part in chosen], axis=0)
        lower = np.where(possible, np.minimum(lower, low), lower)
        upper = np.where(possible, np.maximum(upper, high), upper)
        reached = _reach(low, high, definition.score.cut_points)
        groups |= np.where(possible, reached, np.uint32(0))
    return ScoreRange(lower, upper, groups, _merge([term.open_items for term in terms]))


def _reach(low: Numbers, high: Numbers, cut_points: tuple[float, ...]) -> Codes:
    """Return the groups from that of `low` to that of `high`; a score at a cut is above it."""
    if not cut_points:
        return np.zeros(len(low), np.uint32)
    first = np.searchsorted(cut_points, low, side="right").astype(np.uint32)
    last = np.searchsorted(cut_points, high, side="right").astype(np.uint32)
    one = np.uint32(1)
    reached: Codes = (one << (last + one)) - (one << first)
    return reached


def _merge(parts: list[dict[str, Codes]]) -> dict[str, Codes]:
    merged: dict[str, Codes] = {}
    for part in parts:
        for name, codes in part.items():
            merged[name] = merged[name] | codes if name in merged else codes
    return merged


def _bound(term: ScoreTerm, columns: Mapping[str, Column], n: int) -> _Term:
    if term.classifier:
        return _bound_classifier(term, columns, n)
    ends = [_transform(term, values) for values in _find_ends(term.item, columns, n)]
    low, high = np.minimum(*ends), np.maximum(*ends)
    is_open = (low != high).astype(np.uint32)
    return _Term([(low, high, np.ones(n, bool))], {term.item: is_open})


def _find_ends(name: str, columns: Mapping[str, Column], n: int) -> tuple[Numbers, Numbers]:
    """Return the smallest and the largest value that an item may have."""
    item, column = find_item(name), columns.get(name)
    if isinstance(column, MarkerColumn):
        return (column.codes == 1).astype(float), (column.codes != 0).astype(float)
    if isinstance(column, NumberColumn):
        unknown = np.isnan(column.values)
        return (
            np.where(unknown, item.minimum, column.values),
            np.where(unknown, item.maximum, column.values),
        )
    if isinstance(column, MrdColumn):
        low, high, _, _, may_be_positive = column.ranges[:, column.codes]
        # A negative result at adequate sensitivity is level 0, as scores take it.
        return low, np.where(may_be_positive == 1, high, 0.0)
    minimum, maximum = (item.minimum, item.maximum) if item.kind == "number" else (0.0, 1.0)
    return np.full(n, minimum), np.full(n, maximum)


def _transform(term: ScoreTerm, values: Numbers) -> Numbers:
    """Each transform is monotone, so bounds stay bounds."""
    if term.transform == "ln_plus_1":
        return term.coefficient * np.log1p(values)
    if term.transform == "minus_ln":
        return term.coefficient * -np.log(np.maximum(values, term.floor))
    return term.coefficient * values


def _find_classifier(term: ScoreTerm) -> ClassifierDefinition:
    definition = classifier_definitions().get(term.classifier)
    if definition is None or not definition.rules:
        raise DefinitionError(
            f"a term of a score names the classifier `{term.classifier}`: there is none with rules."
        )
    wrong = sorted(set(term.weights) - {group.id for group in definition.groups})
    if wrong:
        raise DefinitionError(
            f"a term of a score weighs `{wrong[0]}`, which is no group of `{term.classifier}`."
        )
    return definition


@lru_cache(maxsize=64)
def _make_ready(name: str) -> CompiledClassifier:
    """Return a shipped classifier for everybody, without its population."""
    definition = classifier_definitions()[name]
    return compile_classifier(definition.model_copy(update={"population": ()}))


def _bound_classifier(term: ScoreTerm, columns: Mapping[str, Column], n: int) -> _Term:
    """Each group of the other classifier is one alternative, where it is possible."""
    definition = _find_classifier(term)
    other = _make_ready(definition.id)
    masks = other.observe(columns, n)
    possible = find_possible(other.whole, masks, n)
    alternatives = []
    for place, group in enumerate(definition.groups, start=1):
        value = np.full(n, term.weights.get(group.id, 0.0))
        alternatives.append((value, value, (possible >> np.uint32(place) & 1).astype(bool)))
    resolving = find_resolving(other.whole, masks, n).astype(np.uint32)
    names = list(other.cells)
    return _Term(alternatives, {name: resolving[:, i] for i, name in enumerate(names)})
