"""Any rule that the language can say is answered as a plain reading of it over all completions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chorall.knowledge.classifier_definitions import ClassifierDefinition
from chorall.markers.classifiers import Classification, ask_classifier
from chorall.markers.classifiers.columns import MarkerColumn, NumberColumn

MARKERS = ("TP53", "NRAS", "KRAS", "PTEN")
AGES = (5.0, 10.0, 12.0, 15.0, 20.0)
Said: TypeAlias = tuple[str, Callable[[dict[str, Any]], bool]]
"""A rule as text, and what it means."""


def compare(relation: str, value: float) -> Said:
    means: dict[str, Callable[[float], bool]] = {
        "<": lambda age: age < value,
        "<=": lambda age: age <= value,
        ">": lambda age: age > value,
        ">=": lambda age: age >= value,
    }
    return (f"age_years {relation} {value:g}", lambda p: means[relation](p["age_years"]))


def mark(name: str) -> Said:
    return (name, lambda p: bool(p[name]))


def join(kind: str, number: int, parts: list[Said]) -> Said:
    listed = ", ".join(text for text, _ in parts)
    heads = {"at least": f"at least {number}", "exactly": f"exactly {number}"}
    means: dict[str, Callable[[int], bool]] = {
        "at least": lambda n: n >= number,
        "exactly": lambda n: n == number,
        "any": lambda n: n > 0,
        "all": lambda n: n == len(parts),
        "none": lambda n: n == 0,
    }
    text = f"{heads.get(kind, kind)} of ({listed})"
    return (text, lambda p: means[kind](sum(meaning(p) for _, meaning in parts)))


def chain(word: str, left: Said, right: Said) -> Said:
    both = all if word == "and" else any
    return (f"({left[0]}) {word} ({right[0]})", lambda p: both((left[1](p), right[1](p))))


def negate(part: Said) -> Said:
    return (f"not ({part[0]})", lambda p: not part[1](p))


LEAVES = st.one_of(
    st.sampled_from(MARKERS).map(mark),
    st.builds(compare, st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from([10.0, 15.0])),
)
RULES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(
            join,
            st.sampled_from(["at least", "exactly", "any", "all", "none"]),
            st.integers(0, 3),
            st.lists(parts, min_size=1, max_size=4),
        ),
        st.builds(chain, st.sampled_from(["and", "or"]), parts, parts),
        parts.map(negate),
    ),
    max_leaves=8,
)
PATIENTS = st.fixed_dictionaries(
    {name: st.sampled_from([None, False, True]) for name in MARKERS}
    | {"age_years": st.sampled_from([None, *AGES])}
)


def define(population: str, first: str, second: str) -> ClassifierDefinition:
    requirement = {"requires": population, "in_words": "them", "otherwise": "others"}
    groups = [{"id": name, "in_words": name} for name in ("low", "middle", "high")]
    rules = [{"group": "high", "when": first}, {"group": "low", "when": second}]
    return ClassifierDefinition.model_validate(
        {
            "id": "made_up",
            "name": "Made up",
            "completeness": "FULL",
            "population": [requirement],
            "groups": groups,
            "rules": [*rules, {"group": "middle"}],
            "source": {"keys": [], "cites": "nobody", "confidence": "computed"},
        }
    )


def ask(definition: ClassifierDefinition, patient: dict[str, Any]) -> Classification:
    unknown = {None: -1, False: 0, True: 1}
    columns: dict[str, Any] = {
        name: MarkerColumn(np.array([unknown[patient[name]]], np.int8)) for name in MARKERS
    }
    age = patient["age_years"]
    columns["age_years"] = NumberColumn(np.array([np.nan if age is None else age]))
    return ask_classifier(definition, columns, 1).patterns[0]


def complete(patient: dict[str, Any]) -> list[dict[str, Any]]:
    choices = [
        [value] if value is not None else list(AGES if name == "age_years" else (False, True))
        for name, value in patient.items()
    ]
    return [dict(zip(patient, values, strict=True)) for values in product(*choices)]


@settings(max_examples=300, deadline=None)
@given(RULES, RULES, RULES, PATIENTS)
def test_any_rules_are_answered_exactly(
    population: Said, first: Said, second: Said, patient: dict[str, Any]
) -> None:
    def decide(p: dict[str, Any]) -> str | None:
        if not population[1](p):
            return None
        return "high" if first[1](p) else "low" if second[1](p) else "middle"

    answer = ask(define(population[0], first[0], second[0]), patient)
    completions = complete(patient)
    groups = {decide(p) for p in completions}
    assert set(answer.possible) == groups - {None}
    assert answer.applicable == (None if len(groups) > 1 and None in groups else None not in groups)
    changing = {
        name
        for name, value in patient.items()
        if value is None
        and any(
            len({decide(p | {name: other}) for other in (AGES if "age" in name else (0, 1))}) > 1
            for p in completions
        )
    }
    assert set(answer.resolving) == changing
