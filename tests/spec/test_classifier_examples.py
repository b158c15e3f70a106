"""Every worked example and cut-point of the classifiers, as written beside their rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.knowledge.classifier_parts import WorkedExample
from chorall.markers.classifiers import classify_patient
from chorall.tables.mrd_result import MrdResult


def list_examples() -> Iterator[object]:
    for name, definition in classifier_definitions().items():
        for number, example in enumerate(definition.examples, start=1):
            source = "+".join(definition.source.keys)
            yield pytest.param(name, example, id=f"{name}-{number}-{source}")


def read_items(example: WorkedExample) -> dict[str, object]:
    return {
        name: MrdResult(**value) if isinstance(value, dict) else value
        for name, value in example.items.items()
    }


@pytest.mark.parametrize(("name", "example"), list(list_examples()))
def test_the_classifier_says_what_the_source_says(name: str, example: WorkedExample) -> None:
    answer = classify_patient(read_items(example), [name])[name]
    assert (answer.applicable is not False) == example.applicable
    if not example.applicable:
        assert answer.reason.startswith("not applicable: ")
        assert answer.result is None
    if example.result:
        assert answer.result == answer.best == answer.worst == example.result
        assert answer.resolving == ()
    if example.best:
        assert (answer.result, answer.best, answer.worst) == (None, example.best, example.worst)
        assert answer.resolving
    if example.score is not None:
        assert answer.score == pytest.approx(example.score, abs=1e-7)  # printed to 7 digits


def test_every_available_classifier_has_an_example_and_a_source() -> None:
    for name, definition in classifier_definitions().items():
        assert definition.source.keys, name
        assert bool(definition.examples) == definition.is_available, name
