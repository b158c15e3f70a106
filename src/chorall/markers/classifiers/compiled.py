"""A definition made ready to be asked: its items cut into cells, its rules as diagrams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chorall.knowledge.classifier_definitions import ClassifierDefinition, classifier_definitions
from chorall.knowledge.classifier_expressions import parse_expression
from chorall.markers.classifiers.cells import Cells, Masks, cut_items
from chorall.markers.classifiers.columns import Column
from chorall.markers.classifiers.conditions import (
    Condition,
    Definitions,
    compile_condition,
    expand_groups,
    oppose,
)
from chorall.markers.classifiers.diagram import Diagram, Rules, build_diagram

NOT_APPLICABLE = 0
"""Outcome of a patient who is not of the population; group k of the definition is outcome k + 1."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledClassifier:
    """One classifier, ready.

    Attributes
    ----------
    definition : ClassifierDefinition
        What it was made from.
    cells : dict of str to Cells
        Every item that population and rules ask, in the order of the diagrams.
    whole : Diagram
        Population and rules together; a score has one outcome for the whole population.
    clauses : tuple of Diagram
        One for each requirement of the population: outcome 1 where it holds, 0 where not.
    """

    definition: ClassifierDefinition
    cells: dict[str, Cells]
    whole: Diagram
    clauses: tuple[Diagram, ...]

    def observe(self, columns: Mapping[str, Column], n: int) -> list[Masks]:
        """Return the set of cells of every item for n patients."""
        return [found.observe(columns.get(name), n) for name, found in self.cells.items()]

    def observe_one(self, columns: Mapping[str, Column]) -> tuple[int, ...]:
        """Return the same for columns of one patient."""
        return tuple(found.observe_one(columns.get(name)) for name, found in self.cells.items())


def compile_classifier(
    definition: ClassifierDefinition, definitions: Definitions | None = None
) -> CompiledClassifier:
    """Make one classifier ready.

    Parameters
    ----------
    definition : ClassifierDefinition
        With rules or a score.
    definitions : mapping of str to ClassifierDefinition or None
        Those that its rules may refer to; None stands for the shipped ones.

    Raises
    ------
    DefinitionError
        If it refers to a classifier that is not known, or its rules are too entangled.
    """
    known = classifier_definitions() if definitions is None else definitions
    tests = [
        test
        for expression in definition.list_expressions()
        for test in expand_groups(expression, known)
    ]
    cells = cut_items(tests)
    clauses = [_compile(part.requires, cells, known) for part in definition.population]
    sizes = [found.n_cells for found in cells.values()]
    rules = tuple((oppose(clause), NOT_APPLICABLE) for clause in clauses)
    rules += _number_rules(definition, cells, known)
    n_outcomes = 1 + max(len(definition.groups), 1)
    return CompiledClassifier(
        definition,
        cells,
        build_diagram(rules, sizes, n_outcomes),
        tuple(build_diagram(((clause, 1), (True, 0)), sizes, 2) for clause in clauses),
    )


def _number_rules(
    definition: ClassifierDefinition, cells: Mapping[str, Cells], known: Definitions
) -> Rules:
    if not definition.rules:
        return ((True, 1),)
    number = {group.id: place for place, group in enumerate(definition.groups, start=1)}
    return tuple(
        (_compile(rule.when, cells, known) if rule.when else True, number[rule.group])
        for rule in definition.rules
    )


def _compile(text: str, cells: Mapping[str, Cells], known: Definitions) -> Condition:
    return compile_condition(parse_expression(text), cells, known)
