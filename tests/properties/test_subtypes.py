"""Whatever was tested: an unknown never becomes a normal, and a slow plain reading agrees."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorall.knowledge.marker_expressions import Atom, Expression, parse_expression
from chorall.knowledge.taxonomy_schemes import Entity, taxonomy_schemes
from chorall.markers import assign_subtype
from chorall.markers.truths import FALSE, TRUE, evaluate, read_truths
from chorall.tables.words import MARKER_STATUSES

Kleene = bool | None
SCHEMES = tuple(taxonomy_schemes())
TESTED = ("present", "absent")
UNTESTED = tuple(word for word in MARKER_STATUSES if word not in TESTED)
CHOICES = {
    "B": ("BCR::ABL1", "KMT2A-r", "ETV6::RUNX1", "TCF3::HLF", "high_hyperdiploidy", "PAX5_P80R",
          "near_haploidy", "JAK2-r", "bcr_abl1_like", "iAMP21", "ZNF384-r", "dux4_r"),
    "T": ("BCL11B-r", "etp", "TLX1-r", "TLX3-r", "TAL1-r", "SET::NUP214", "hoxa", "LYL1-r"),
}  # fmt: skip
LINEAGES = st.sampled_from(["B", "T"])


@st.composite
def patients(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """Draw a lineage, and statuses: most markers absent so that the rest is reached as well."""
    lineage = draw(LINEAGES)
    background = draw(st.sampled_from(["absent", "absent", "not_tested"]))
    markers = {
        marker
        for scheme in taxonomy_schemes().values()
        for entity in scheme.entities[lineage]
        for marker in entity.markers
    }
    said = dict.fromkeys(sorted(markers), background)
    chosen = draw(st.lists(st.sampled_from(CHOICES[lineage]), unique=True, max_size=4))
    return lineage, said | {marker: draw(st.sampled_from(MARKER_STATUSES)) for marker in chosen}


def read_plainly(status: str | None) -> Kleene:
    return {"present": True, "absent": False}.get(status or "")


def evaluate_plainly(expression: Expression, said: dict[str, str]) -> Kleene:
    """Return the truth of a rule with True, False and None, part by part."""
    if isinstance(expression, Atom):
        return read_plainly(said.get(expression.marker))
    parts = [evaluate_plainly(part, said) for part in expression.parts]
    if expression.operator == "NOT":
        return None if parts[0] is None else not parts[0]
    decisive = expression.operator == "OR"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def judge_plainly(entity: Entity, said: dict[str, str]) -> Kleene:
    lesion = None if entity.lesions is None else evaluate_plainly(entity.lesions, said)
    calls = [read_plainly(said.get(name)) for name in entity.called]
    call = True if True in calls else (False if False in calls else None)
    if entity.defined_by == "lesion":
        return call if lesion is None else lesion
    return (lesion or None) if call is None else call


@given(patient=patients(), name=st.sampled_from(SCHEMES))
def test_a_slow_plain_reading_gives_the_same(
    patient: tuple[str, dict[str, str]], name: str
) -> None:
    lineage, said = patient
    entities = taxonomy_schemes()[name].entities[lineage]
    judged = {entity.name: judge_plainly(entity, said) for entity in entities}
    found = assign_subtype(said, lineage, scheme=name)
    shown = [entity for entity in entities if judged[entity.name]]
    if shown:
        before = list(judged)[: list(judged).index(shown[0].name)]
        doubts = () if shown[0].settles else tuple(one for one in before if judged[one] is None)
        assert (found.subtype, found.cannot_be_excluded) == (shown[0].name, doubts)
    else:
        doubts = tuple(one for one in judged if judged[one] is None)
        rest = taxonomy_schemes()[name].rest[lineage][0]
        expected = (None, doubts) if doubts else (rest, ())
        assert (found.subtype, found.cannot_be_excluded) == expected


@given(patient=patients(), name=st.sampled_from(SCHEMES), data=st.data())
def test_the_four_words_for_unknown_say_the_same(
    patient: tuple[str, dict[str, str]], name: str, data: st.DataObject
) -> None:
    lineage, said = patient
    changed = {
        marker: data.draw(st.sampled_from(UNTESTED)) if status in UNTESTED else status
        for marker, status in said.items()
    }
    dropped = {marker: status for marker, status in said.items() if status in TESTED}
    found = assign_subtype(said, lineage, scheme=name)
    assert assign_subtype(changed, lineage, scheme=name) == found
    assert assign_subtype(dropped, lineage, scheme=name) == found


@given(patient=patients(), name=st.sampled_from(SCHEMES), data=st.data())
def test_forgetting_a_negative_test_never_gives_the_rest(
    patient: tuple[str, dict[str, str]], name: str, data: st.DataObject
) -> None:
    """Less knowledge may open a subtype or lengthen its list; it never excludes an entity."""
    lineage, said = patient
    negative = sorted(marker for marker, status in said.items() if status == "absent")
    if not negative:
        return
    forgotten = data.draw(st.sampled_from(negative))
    before = assign_subtype(said, lineage, scheme=name)
    after = assign_subtype(said | {forgotten: "not_tested"}, lineage, scheme=name)
    rest = taxonomy_schemes()[name].rest[lineage][0]
    if after.subtype == rest:
        assert before.subtype == rest
    if before.subtype is None:
        assert after.subtype != rest
        assert set(before.cannot_be_excluded) <= {*after.cannot_be_excluded, after.subtype}


RULES = ("A", "NOT A", "A AND B", "A OR B", "A AND NOT (B OR C)", "(A OR B) AND (C OR NOT A)")


@pytest.mark.parametrize("text", RULES)
def test_a_rule_is_known_only_where_no_unknown_could_change_it(text: str) -> None:
    """All combinations: a known result holds however the unknown markers turn out."""
    expression = parse_expression(text)
    for statuses in product(("present", "absent", "not_tested"), repeat=3):
        said = dict(zip("ABC", statuses, strict=True))
        value = int(evaluate(expression, read_truths(said))[0])
        assert {TRUE: True, FALSE: False}.get(value) == evaluate_plainly(expression, said)
        open_markers = [marker for marker, status in said.items() if status == "not_tested"]
        for turned in product(TESTED, repeat=len(open_markers)):
            whole = said | dict(zip(open_markers, turned, strict=True))
            final = int(evaluate(expression, read_truths(whole))[0])
            assert value in (final, 1)
