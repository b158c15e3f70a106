"""Conditions over cells: the rules of a classifier in a form that can be narrowed step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from chorall.errors import DefinitionError
from chorall.knowledge.classifier_definitions import ClassifierDefinition
from chorall.knowledge.classifier_expressions import (
    Expression,
    GroupOf,
    ItemTest,
    Not,
    list_tests,
    parse_expression,
)
from chorall.knowledge.classifier_parts import Rule
from chorall.knowledge.definition_problems import name_choices
from chorall.markers.classifiers.cells import Cells


@dataclass(frozen=True, slots=True)
class Within:
    """True where item number `item` is in one of the cells of the set `cells`."""

    item: int
    cells: int


@dataclass(frozen=True, slots=True)
class Opposite:
    """The opposite of a condition."""

    part: Condition


@dataclass(frozen=True, slots=True)
class HowMany:
    """True where at least `low` and at most `high` of `parts` are true."""

    low: int
    high: int
    parts: tuple[Condition, ...]


Condition: TypeAlias = bool | Within | Opposite | HowMany
Definitions: TypeAlias = Mapping[str, ClassifierDefinition]


def expand_groups(expression: Expression, definitions: Definitions) -> Iterator[ItemTest]:
    """Yield the tests of an expression and of the classifiers that it refers to.

    Raises
    ------
    DefinitionError
        If it refers to a classifier or a group that is not known, or without rules.
    """
    for test in list_tests(expression):
        if isinstance(test, ItemTest):
            yield test
            continue
        for rule in _find_rules(test, definitions):
            if rule.when:
                yield from expand_groups(parse_expression(rule.when), definitions)


def _find_rules(test: GroupOf, definitions: Definitions) -> tuple[Rule, ...]:
    definition = definitions.get(test.classifier)
    if definition is None or not definition.rules:
        usable = [name for name, found in definitions.items() if found.rules]
        raise DefinitionError(
            f"`group of {test.classifier}`: there is no such classifier with rules; "
            f"{name_choices(test.classifier, usable)}"
        )
    known = {group.id for group in definition.groups}
    wrong = sorted(set(test.groups) - known)
    if wrong:
        raise DefinitionError(
            f"`group of {test.classifier} is {wrong[0]}`: it has the groups "
            f"{', '.join(sorted(known))}."
        )
    return definition.rules


def compile_condition(
    expression: Expression, cells: Mapping[str, Cells], definitions: Definitions
) -> Condition:
    """Return an expression as a condition; items are numbered in the order of `cells`."""
    if isinstance(expression, ItemTest):
        item = list(cells).index(expression.item)
        return _simplify_within(item, cells[expression.item].find_true_cells(expression), cells)
    if isinstance(expression, Not):
        return oppose(compile_condition(expression.part, cells, definitions))
    if isinstance(expression, GroupOf):
        return _compile_group(expression, cells, definitions)
    parts = [compile_condition(part, cells, definitions) for part in expression.parts]
    return _count(expression.low, expression.high, parts)


def _simplify_within(item: int, mask: int, cells: Mapping[str, Cells]) -> Condition:
    everything = list(cells.values())[item].everything
    return mask == everything if mask in (0, everything) else Within(item, mask)


def _compile_group(
    test: GroupOf, cells: Mapping[str, Cells], definitions: Definitions
) -> Condition:
    """Return when a group is reached: one of its rules holds and no earlier rule does."""
    reached: Condition = False
    for rule in reversed(_find_rules(test, definitions)):
        wanted = rule.group in test.groups
        if not rule.when:
            reached = wanted
            continue
        holds = compile_condition(parse_expression(rule.when), cells, definitions)
        if wanted:
            reached = _count(1, 2, [holds, reached])
        else:
            reached = _count(2, 2, [oppose(holds), reached])
    return reached


def oppose(condition: Condition) -> Condition:
    """Return the opposite of a condition, simplified where it is easy."""
    if isinstance(condition, bool):
        return not condition
    if isinstance(condition, Opposite):
        return condition.part
    if isinstance(condition, HowMany) and condition.low == 0:
        n = len(condition.parts)
        return _count(condition.high + 1, n, list(condition.parts))
    if isinstance(condition, HowMany) and condition.high == len(condition.parts):
        return _count(0, condition.low - 1, list(condition.parts))
    return Opposite(condition)


def _count(low: int, high: int, parts: list[Condition]) -> Condition:
    n_true = sum(part is True for part in parts)
    open_parts = tuple(part for part in parts if not isinstance(part, bool))
    low, high = max(low - n_true, 0), min(high - n_true, len(open_parts))
    if high < low:
        return False
    if low == 0 and high == len(open_parts):
        return True
    if len(open_parts) == 1:
        return open_parts[0] if low == 1 else oppose(open_parts[0])
    return HowMany(low, high, open_parts)


def list_items(condition: Condition) -> Iterator[int]:
    """Yield the numbers of the items that a condition asks."""
    if isinstance(condition, Within):
        yield condition.item
    elif isinstance(condition, Opposite):
        yield from list_items(condition.part)
    elif isinstance(condition, HowMany):
        for part in condition.parts:
            yield from list_items(part)


@lru_cache(maxsize=1 << 16)
def narrow(condition: Condition, item: int, cell: int) -> Condition:
    """Return what is left of a condition once an item is known to be in a cell."""
    if isinstance(condition, bool):
        return condition
    if isinstance(condition, Within):
        return condition if condition.item != item else bool(condition.cells >> cell & 1)
    if isinstance(condition, Opposite):
        return oppose(narrow(condition.part, item, cell))
    parts = [narrow(part, item, cell) for part in condition.parts]
    return _count(condition.low, condition.high, parts)
