"""What holds for any patient and classifier: knowing more never widens, less never narrows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.plain_classifiers import DOMAINS

from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.knowledge.classifier_items import classifier_items
from chorall.markers.classifiers import Classification, choose_classifiers, classify_patient
from chorall.markers.classifiers.columns import ABSENT, MarkerColumn, read_patient
from chorall.tables.mrd_result import MrdResult
from chorall.tables.words import MARKER_STATUSES, MISSING_REASONS, MRD_CATEGORIES

UNKNOWN = st.sampled_from([*MARKER_STATUSES[2:], *MISSING_REASONS])
FRACTION = st.sampled_from([None, 1e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 1e-2, 0.1])
VALUES = {
    "marker": st.sampled_from(MARKER_STATUSES[:2]),
    "mrd": st.builds(MrdResult, st.sampled_from(MRD_CATEGORIES), FRACTION, FRACTION, FRACTION),
}
EXAMPLES = {
    "age_years": [0.5, 1, 5, 9.9, 10, 13, 15, 22, 24, 30, 36, 41],
    "wbc_10e9_per_l": [5, 31, 50, 101, 200],
    "modal_number": [28, 35, 42, 44, 46, 52, 55, 60, 70],
    "dna_index": [1.0, 1.16, 1.24],
}


def draw_value(name: str) -> st.SearchStrategy[object]:
    item = classifier_items()[name]
    if item.kind == "number":
        return st.sampled_from(EXAMPLES[name])
    return VALUES[item.kind] if item.kind in VALUES else st.sampled_from(item.values)


@st.composite
def patients(draw: st.DrawFn) -> tuple[str, dict[str, object], str]:
    """Draw a classifier, a patient with known and unknown items, and one item to change."""
    name = draw(st.sampled_from(sorted(DOMAINS)))
    items = {
        item: draw(st.one_of(draw_value(item), draw_value(item), UNKNOWN)) for item in DOMAINS[name]
    }
    return name, items, draw(st.sampled_from(list(items)))


def is_unknown(value: object) -> bool:
    return value in (*MARKER_STATUSES[2:], *MISSING_REASONS)


def ask(name: str, items: dict[str, object]) -> Classification:
    return classify_patient(items, [name])[name]


def check_within(narrow: Classification, wide: Classification) -> None:
    """Every answer that `narrow` leaves open is among those of `wide`."""
    assert set(narrow.possible) <= set(wide.possible)
    assert wide.applicable is None or narrow.applicable == wide.applicable
    if wide.result is not None:
        assert narrow.result == wide.result


@settings(max_examples=200, deadline=None)
@given(patients(), st.data())
def test_resolving_an_unknown_never_leaves_the_announced_range(
    patient: tuple[str, dict[str, object], str], data: st.DataObject
) -> None:
    name, items, changed = patient
    unknown = items | {changed: "not_tested"}
    resolved = items | {changed: data.draw(draw_value(changed))}
    before, after = ask(name, unknown), ask(name, resolved)
    check_within(after, before)
    if changed not in before.resolving:
        assert after.possible == before.possible
        assert after.applicable == before.applicable


@settings(max_examples=150, deadline=None)
@given(patients(), UNKNOWN)
def test_making_a_known_item_unknown_never_narrows(
    patient: tuple[str, dict[str, object], str], word: str
) -> None:
    name, items, changed = patient
    check_within(ask(name, items), ask(name, items | {changed: word}))


@settings(max_examples=200, deadline=None)
@given(patients())
def test_an_answer_does_not_contradict_itself(
    patient: tuple[str, dict[str, object], str],
) -> None:
    name, items, _ = patient
    answer = ask(name, items)
    order = [group.id for group in classifier_definitions()[name].groups]
    assert [group for group in order if group in answer.possible] == list(answer.possible)
    ends = (answer.possible[0], answer.possible[-1]) if answer.possible else (None, None)
    assert (answer.best, answer.worst) == ends
    certain = answer.applicable is True and len(answer.possible) == 1
    assert answer.result == (answer.best if certain else None)
    assert bool(answer.resolving) != answer.is_determined
    assert bool(answer.reason) == (answer.applicable is not True)


@pytest.mark.parametrize("name", sorted(choose_classifiers()))
def test_with_nothing_known_everything_is_possible_and_nothing_is_decided(name: str) -> None:
    answer = ask(name, {})
    assert answer.result is None
    assert answer.score is None
    assert answer.applicable is None
    definition = classifier_definitions()[name]
    assert answer.possible == (tuple(g.id for g in definition.groups) if definition.rules else ())


@pytest.mark.parametrize("word", [*MARKER_STATUSES[2:], *MISSING_REASONS])
def test_each_word_for_not_known_means_not_known_of_every_item(word: str) -> None:
    """So a truth table over present, absent and not known is one over the six words."""
    for name, item in classifier_items().items():
        assert read_patient({name: word}) == {}
        if item.kind == "marker":
            known = read_patient({name: "absent"})[name]
            assert isinstance(known, MarkerColumn)
            assert known.codes.tolist() == [ABSENT]
