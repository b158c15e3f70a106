"""Patient files as they should not be: a clear answer or a clear error for each."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chorall as ch
from chorall.analyses.bank.predict import read_patient_file
from chorall.analyses.bank.published import ask_published
from chorall.errors import InputError, UserError
from chorall.knowledge.classifier_items import classifier_items

PATIENT = {
    "age_years": 30, "sex": "female", "lineage": "B", "wbc_10e9_per_l": 40, "TP53": "absent",
    "IKZF1_del": "present",
}  # fmt: skip
STRATEGIES = ["anti_cd20", "anti_cd20_none"]


def test_nothing_known_is_answered_widely_and_said(bank):
    for patient in ({}, dict.fromkeys(PATIENT), dict.fromkeys(PATIENT, "not_tested")):
        found = ch.predict(bank, patient, ["as_observed"], years=(5,), draws=100)
        n = len(bank.design.features)
        assert f"{n} of {n} inputs are not known" in found.notes[0]
        alive = found.outcomes["as_observed"]["overall_survival"][5.0]
        assert alive.width > 0.4
        assert 0 <= alive.lower < alive.estimate < alive.upper <= 1


@pytest.mark.parametrize("value", ["abc", 3, -0.1, True, [0.1]])
def test_residual_disease_at_a_time_that_this_bank_does_not_use_is_checked_too(bank, value):
    assert "mrd_day_15" not in {feature.item for feature in bank.design.features}
    with pytest.raises(InputError, match="`mrd_day_15` must be a number from 0 to 1"):
        ch.predict(bank, PATIENT | {"mrd_day_15": value}, ["as_observed"])


def test_a_fraction_of_0_is_residual_disease_that_was_not_detected():
    mrd = [name for name, item in classifier_items().items() if item.kind == "mrd"]
    child = {"lineage": "B", "age_years": 5}
    nothing = ask_published(child)
    found = [ask_published(child | {name: 0}) for name in mrd]
    assert found == [ask_published(child | {name: "undetected"}) for name in mrd]
    assert all(ask_published(child | {name: None}) == nothing for name in mrd)
    assert any(answer != nothing for answer in found)


def test_everything_wrong_is_told_in_one_message(bank):
    wrong = {"age_years": -3, "sex": "F", "TP53": "mut", "IKZF1_del": 1, "wbc_10e9_per_l": "many"}
    with pytest.raises(InputError) as caught:
        ch.predict(bank, wrong, ["as_observed"])
    said = str(caught.value)
    assert all(f"`{item}`" in said for item in wrong)
    assert "-3" not in said
    assert "many" not in said


@pytest.mark.parametrize(
    ("item", "value", "said"),
    [
        ("wbc_10e9_per_l", 40_000, "another unit"),  # per microlitre
        ("age_years", 11_000, "another unit"),  # in days
        ("age_years", float("inf"), "must be a number"),
        ("age_years", 10**400, "must be a number"),
        ("age_years", [30], "must be a number"),
        ("age_years", {"years": 30}, "must be a number"),
        ("sex", ["female"], "must be one of"),
        ("TP53", {}, "is a marker"),
        ("TP53", [], "is a marker"),
        ("trial", 7, "`trial` is none"),
        ("trial", ["SYN-AYA-1"], "`trial` is none"),
        ("course", [], "`course` must hold"),
        ("course", {"state": ["remission"], "day": 3, "since_day": 1}, "`course.state` is none of"),
        ("course", {"state": "remission", "day": float("nan"), "since_day": 1}, "between 0 and"),
        ("course", {"state": "remission", "day": 1e12, "since_day": 1}, "`course.day`"),
        ("", "x", "not known:\n  ``"),
        ("TP53 ", "absent", "`TP53 `"),
        ("tp53", "absent", "`tp53`"),
    ],
)
def test_a_value_that_cannot_be_has_its_message(bank, item, value, said):
    with pytest.raises(InputError, match=said):
        ch.predict(bank, PATIENT | {item: value}, ["as_observed"])


PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
JSON = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.text(max_size=3), PLAIN, max_size=2)
ITEMS = ["age_years", "sex", "lineage", "wbc_10e9_per_l", "TP53", "mrd_end_of_induction", "course",
         "trial", "patient_id", "NOBODY"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(ITEMS), JSON, max_size=4))
def test_any_file_has_an_answer_or_an_error_for_people(bank, patient):
    try:
        found = ch.predict(bank, patient, ["as_observed"], years=(1,), draws=100,
                           widen_intervals=False)  # fmt: skip
    except UserError:
        return
    assert json.dumps(found.to_dict(), allow_nan=False)


@settings(max_examples=12, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "age_years": st.floats(20, 60),
            "sex": st.sampled_from(["female", "male"]),
            "wbc_10e9_per_l": st.floats(1, 300),
            "TP53": st.sampled_from(["present", "absent"]),
            "IKZF1_del": st.sampled_from(["present", "absent"]),
        }
    ),
    st.permutations(["TP53", "IKZF1_del", "sex"]),
)
def test_not_knowing_a_flag_never_narrows_an_interval_whatever_the_patient(bank, patient, items):
    """All known, then one flag unknown, then two: exact, for every value of both is looked at."""
    full = {feature.item: "absent" for feature in bank.design.features if feature.kind == "marker"}
    full |= patient | {"lineage": "B", "mrd_end_of_induction": 1e-3}
    full["course"] = {"state": "remission", "day": 33, "since_day": 33}
    files = [full]
    for item in items[:2]:
        files.append({name: value for name, value in files[-1].items() if name != item})
    found = [ch.predict(bank, one, STRATEGIES, years=(5.0,), draws=100) for one in files]
    for known, unknown in pairwise(found):
        for one, other in zip(
            known.to_dict()["outcomes"], unknown.to_dict()["outcomes"], strict=True
        ):
            assert other["lower"] <= one["lower"] + 1e-9
            assert other["upper"] >= one["upper"] - 1e-9
        for one, other in zip(known.contrasts, unknown.contrasts, strict=True):
            assert other.difference.width >= one.difference.width - 1e-9


def test_a_file_in_another_encoding_is_named_not_a_crash(tmp_path):
    (tmp_path / "latin.json").write_bytes('{"sex": "männlich"}'.encode("latin-1"))
    with pytest.raises(InputError, match="not readable as JSON"):
        read_patient_file(tmp_path / "latin.json")


def test_the_same_file_in_another_order_has_the_same_answer(bank):
    turned = dict(reversed(PATIENT.items()))
    one, other = (
        ch.predict(bank, given, ["as_observed"], draws=100) for given in (PATIENT, turned)
    )
    np.testing.assert_array_equal(
        [row["estimate"] for row in one.to_dict()["outcomes"]],
        [row["estimate"] for row in other.to_dict()["outcomes"]],
    )
