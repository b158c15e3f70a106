"""What was hardly ever given with a result: no answer where it is known, a condition where not."""

from dataclasses import replace

import numpy as np
import pytest
from unit.models.bank.made_bank import FEATURES, PATIENT, make_bank

from chorall.models.bank.bank import HardlyGiven
from chorall.models.bank.bundle import read_bank, write_bank
from chorall.models.bank.model_card import write_card
from chorall.models.bank.predict import predict
from chorall.models.bank.restriction import find_deciding, find_restrictions
from chorall.models.bank.strategy import read_strategy

ONLY_WITH = (HardlyGiven("new", "TP53", "absent"),)
HARDLY_WITH = (
    HardlyGiven("new", "TP53", "present"),
    HardlyGiven("no_transplant", "TP53", "present"),
)


def ask(rules, tp53, *strategies, **options):
    patient = PATIENT | {"TP53": tp53}
    bank = replace(make_bank(), hardly_given=rules)
    return predict(bank, patient, strategies or ("new", "old"), draws=100, **options)


def test_who_is_known_to_have_it_gets_no_answer_with_the_marker_and_the_status_in_words():
    found = ask(ONLY_WITH, "absent")
    assert found.refused == {
        "new": "fewer than 5 patients in whom TP53 was tested and absent were given new"
    }
    assert found.strategies == ("old",)
    assert [(one.strategy, one.is_met) for one in found.restrictions] == [("new", True)]
    assert not any("TP53" in note for note in found.notes)


@pytest.mark.parametrize("rules", [(), ONLY_WITH])
def test_the_way_it_was_given_is_answered_as_before(rules):
    found = ask(rules, "present")
    assert found.to_dict() == ask((), "present").to_dict()
    assert found.refused == {}
    assert found.restrictions == ()


@pytest.mark.parametrize("word", ["not_tested", "failed", None])
def test_not_tested_is_answered_and_the_test_that_decides_comes_first(word):
    found, plain = ask(ONLY_WITH, word), ask((), word)
    assert found.outcomes == plain.outcomes
    assert found.refused == {}
    assert found.notes[0] == (
        "TP53 is not known and should be tested first: new was seen almost only in patients in "
        "whom it was present, and in fewer than 5 patients in whom it was tested and absent. If it "
        "is absent, the answer on this treatment does not apply."
    )
    assert found.notes[1:] == plain.notes
    first, *rest = found.next_tests
    assert (first["item"], first["decides"]) == ("TP53", ["new"])
    assert not any(one["decides"] for one in rest)


def test_one_test_that_decides_on_two_treatments_is_told_once():
    rules = (*ONLY_WITH, HardlyGiven("old", "TP53", "absent"))
    note = ask(rules, None, "new", "old+no_transplant", "old").notes[0]
    assert (
        ": new and old were seen almost only in patients in whom it was present, and each " in note
    )
    assert note.endswith("If it is absent, the answer on these treatments does not apply.")
    assert ask(rules, None, "new", "old+no_transplant", "old").next_tests[0]["decides"] == [
        "new", "old+no_transplant", "old",
    ]  # fmt: skip


def test_a_deciding_test_comes_before_one_that_tells_more():
    """And is named even where it would not narrow the answer at all."""
    missing = PATIENT | {"TP53": None, "IKZF1_del": None}
    bank = make_bank(error=0.0, between=0.0)
    still = [replace(one, effect=one.effect * (np.arange(len(one.effect)) != 2))
             for one in bank.transitions]  # fmt: skip
    bank = replace(bank, transitions=tuple(still))
    assert [one["item"] for one in predict(bank, missing, ["new"]).next_tests] == ["IKZF1_del"]
    ruled = predict(replace(bank, hardly_given=ONLY_WITH), missing, ["new"])
    assert [one["item"] for one in ruled.next_tests] == ["TP53", "IKZF1_del"]
    assert ruled.next_tests[0]["share_of_variance"] == 0.0


def test_every_part_of_a_strategy_counts_and_transplantation_has_its_words():
    found = ask(HARDLY_WITH, "present", "new+no_transplant", "old")
    assert found.refused == {
        "new+no_transplant": "fewer than 5 patients in whom TP53 was tested and present were given "
        "new; fewer than 5 patients in whom TP53 was tested and present had no transplantation in "
        "first remission"
    }
    assert ask(HARDLY_WITH, "present", "old").refused == {}
    assert ask(HARDLY_WITH, "absent", "new+no_transplant").refused == {}


SUBTYPES = (FEATURES[0], FEATURES[1], replace(FEATURES[2], item="BCR::ABL1"),
            replace(FEATURES[3], item="ETV6::RUNX1"), FEATURES[4])  # fmt: skip
INHIBITOR = HardlyGiven("new", "BCR::ABL1", "absent")


def ask_subtype(rules=(INHIBITOR,), **markers):
    plain = make_bank()
    bank = replace(plain, design=replace(plain.design, features=SUBTYPES), hardly_given=rules)
    patient = {"age_years": 30, "lineage": "B", **markers}
    return predict(bank, patient, ["new", "old"], draws=100)


def test_a_subtype_that_excludes_it_stands_for_its_absence_and_is_named():
    """Not tested is not absent: that another lesion settles the subtype is said, not hidden."""
    found = ask_subtype(**{"ETV6::RUNX1": "present"})
    assert found.refused == {
        "new": "BCR::ABL1 was not tested, but hardly goes with ETV6::RUNX1, which is present; "
        "fewer than 5 patients in whom BCR::ABL1 was tested and absent were given new"
    }
    assert ask_subtype(**{"ETV6::RUNX1": "absent"}).refused == {}
    both = ask_subtype(**{"ETV6::RUNX1": "present", "BCR::ABL1": "present"})
    assert (both.refused, both.restrictions) == ({}, ()), "what was tested holds"
    tested = ask_subtype(**{"ETV6::RUNX1": "present", "BCR::ABL1": "absent"})
    assert tested.restrictions[0].because_of == ""


def test_a_subtype_that_excludes_it_leaves_nothing_open_where_it_was_given_without():
    without = HardlyGiven("new", "BCR::ABL1", "present")
    assert ask_subtype((without,), **{"ETV6::RUNX1": "present"}).restrictions == ()
    assert not ask_subtype((without,)).restrictions[0].is_met


def test_what_decides_for_a_table_is_the_marker_and_those_that_exclude_it():
    bank = replace(make_bank(), hardly_given=(INHIBITOR,))
    bank = replace(bank, design=replace(bank.design, features=SUBTYPES))
    asked = [read_strategy(bank, "new")]
    assert find_deciding(bank, asked).tolist() == [2, 3]
    assert find_deciding(bank, [read_strategy(bank, "old")]).tolist() == []
    assert find_restrictions(bank, np.full(5, np.nan), [read_strategy(bank, "old")]) == ()


def test_a_bank_keeps_them_and_its_card_lists_them(tmp_path):
    bank = replace(make_bank(), hardly_given=ONLY_WITH)
    read = read_bank(write_bank(bank, tmp_path / "BANK"))
    assert read.hardly_given == ONLY_WITH
    assert "## Hardly ever given" in write_card(read, "x")
    assert "\n- new: TP53 absent\n" in write_card(read, "x")
    assert "\n- none was found\n" in write_card(make_bank(), "x")
