"""Published classifiers as facts: population, rules or formula, outcomes, source, confidence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from chorall.errors import DefinitionError
from chorall.knowledge.classifier_expressions import (
    Expression,
    GroupOf,
    ItemTest,
    list_tests,
    parse_expression,
)
from chorall.knowledge.classifier_items import REPORT_WORDS, classifier_items
from chorall.knowledge.classifier_parts import (
    ClassifierSource,
    Frozen,
    Requirement,
    RiskGroup,
    Rule,
    Score,
    ScoreTerm,
    WorkedExample,
)
from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.definition_problems import name_choices

CLASSIFIERS_FOLDER = Path(__file__).parent / "classifiers"
NEGATIVE = "negative"


class ClassifierDefinition(Frozen):
    """One classifier or score.

    Attributes
    ----------
    id : str
        Name on the command line.
    name : str
        In words.
    population : tuple of Requirement
        Every one must hold.
    groups : tuple of RiskGroup
        The best outlook first.
    rules : tuple of Rule
        The first that holds decides; the last one holds always.
    score : Score or None
        In place of rules.
    missing, supply : str
        What of the rule is not known, and how to supply it; then there is neither rule nor score.
    completeness : {"FULL", "FULL-M", "PART", "NONE"}
        FULL: exactly as seen in the source. FULL-M: complete, but partly from memory.
    source : ClassifierSource
        Keys of the research notes, citation, confidence.
    notes : tuple of str
        What a reader must know: items from other sources, ambiguities.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    population: tuple[Requirement, ...] = ()
    groups: tuple[RiskGroup, ...] = ()
    rules: tuple[Rule, ...] = ()
    score: Score | None = None
    missing: str = ""
    supply: str = ""
    completeness: Literal["FULL", "FULL-M", "PART", "NONE"]
    source: ClassifierSource
    notes: tuple[str, ...] = ()
    examples: tuple[WorkedExample, ...] = ()

    @property
    def confidence(self) -> str:
        """`seen`, `unverified` or `computed`."""
        return self.source.confidence

    @property
    def is_available(self) -> bool:
        """False where the rule is not known."""
        return not self.missing

    def list_expressions(self) -> Iterator[Expression]:
        """Yield the conditions of population and rules."""
        for requirement in self.population:
            yield parse_expression(requirement.requires)
        for rule in self.rules:
            if rule.when:
                yield parse_expression(rule.when)

    @model_validator(mode="after")
    def _check_kind(self) -> ClassifierDefinition:
        kinds = (bool(self.rules), self.score is not None, bool(self.missing))
        if sum(kinds) != 1:
            raise ValueError("give exactly one of: [[rules]], [score], `missing`")
        if self.rules and (self.rules[-1].when or any(not r.when for r in self.rules[:-1])):
            raise ValueError("only the last rule has no `when`, so that every patient has a group")
        if self.missing and not self.supply:
            raise ValueError("say in `supply` how the missing part can be supplied")
        return self

    @model_validator(mode="after")
    def _check_groups(self) -> ClassifierDefinition:
        known = [group.id for group in self.groups]
        unknown = {rule.group for rule in self.rules} - set(known)
        if unknown:
            raise ValueError(f"rules name groups that are not in [[groups]]: {sorted(unknown)}")
        if len(set(known)) != len(known):
            raise ValueError("two groups have the same id")
        cuts = self.score.cut_points if self.score else ()
        if cuts and len(cuts) + 1 != len(known):
            raise ValueError(
                f"{len(cuts)} cut points make {len(cuts) + 1} groups; {len(known)} given"
            )
        if list(cuts) != sorted(set(cuts)):
            raise ValueError("cut points must rise")
        return self

    @model_validator(mode="after")
    def _check_tests(self) -> ClassifierDefinition:
        tests = [test for expression in self.list_expressions() for test in list_tests(expression)]
        problems = [problem for test in tests if (problem := _find_problem(test))]
        terms = self.score.terms if self.score else ()
        problems += [problem for term in terms if (problem := _find_term_problem(term))]
        if problems:
            raise ValueError("; ".join(dict.fromkeys(problems)))
        return self


def _find_problem(test: ItemTest | GroupOf) -> str:
    if isinstance(test, GroupOf):
        return ""
    item = classifier_items().get(test.item)
    if item is None:
        return _describe_unknown(test.item)
    fits = {
        "number": test.relation not in ("present", "is"),
        "word": test.relation == "is",
        "mrd": test.relation not in ("present", "is") or test.words == (NEGATIVE,),
        "mrd_report": test.relation == "is",
        "marker": test.relation == "present",
    }[item.kind]
    if not fits:
        return f"`{test.item}` is a {item.kind}, it cannot be asked with `{test.relation}`"
    words = REPORT_WORDS if item.kind == "mrd_report" else item.values
    wrong = [] if item.kind == "mrd" else [word for word in test.words if word not in words]
    return f"`{test.item}` is never {', '.join(wrong)}" if wrong else ""


def _find_term_problem(term: ScoreTerm) -> str:
    if not term.item:
        return ""
    item = classifier_items().get(term.item)
    if item is None:
        return _describe_unknown(term.item)
    if item.kind not in ("number", "mrd", "marker"):
        return f"`{term.item}` is a {item.kind}: a term needs a number, MRD or a marker"
    return ""


def _describe_unknown(name: str) -> str:
    return f"`{name}` is no item: {name_choices(name, classifier_items())}"


def read_classifier_definition(path: Path) -> ClassifierDefinition:
    """Read and check one definition.

    Parameters
    ----------
    path : Path
        TOML file in the form of those in knowledge/classifiers (docs/classifiers.md).

    Raises
    ------
    InputError
        If there is no such file.
    DefinitionError
        If it is not TOML or not a sound definition; the message lists every problem.
    """
    definition, _ = read_definition(path, ClassifierDefinition)
    return definition


@cache
def classifier_definitions() -> dict[str, ClassifierDefinition]:
    """Return the shipped classifiers by id, in alphabetical order; shared, do not change it.

    Raises
    ------
    DefinitionError
        If a file is not sound, or its name is not its id.
    """
    found: dict[str, ClassifierDefinition] = {}
    for path in sorted(CLASSIFIERS_FOLDER.glob("*.toml")):
        definition = read_classifier_definition(path)
        if definition.id != path.stem:
            raise DefinitionError(f"{path}: the id is `{definition.id}`; name the file like it.")
        found[definition.id] = definition
    return found
