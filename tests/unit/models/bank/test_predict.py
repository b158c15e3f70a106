"""Questions to a bank made by hand: closed forms, sources, refusals, plain words."""

from dataclasses import replace

import numpy as np
import pytest
from unit.models.bank.made_bank import LAW, PATIENT, make_bank

from chorall.errors import InputError
from chorall.models.bank.predict import predict

SURE = make_bank(error=0.0, between=0.0)


def ask(patient, *strategies, bank=None, **options):
    return predict(bank or make_bank(), patient, strategies or ("new", "old"), **options)


def five(found, strategy="old", quantity="overall_survival"):
    return found.outcomes[strategy][quantity][5.0]


def without(*items):
    return {name: value for name, value in PATIENT.items() if name not in items}


def test_relapse_is_the_closed_form_of_the_hazards():
    """Remission, no transplantation: hazards 0.12 and 0.02 times the patient's hazard ratio."""
    found = ask(PATIENT, "old+no_transplant", bank=SURE)
    risk = np.exp(0.2 * 0 + 0.1 * 0.5 - 1.0 * 0.1 + 0.6 * 0.7 + 0.5 * 1.0)
    total = 0.14 * risk
    expected = 0.12 / 0.14 * (1 - np.exp(-total * 5))
    got = five(found, "old+no_transplant", "relapse")
    # what is left uncertain is the level of the baseline, 0.05 of the log hazard
    assert got.estimate == pytest.approx(expected, abs=0.002)
    assert five(found, "old+no_transplant", "event_free_survival").estimate == pytest.approx(
        np.exp(-total * 5), abs=0.002
    )


def test_a_strategy_changes_hazards_by_its_effect_and_its_modifier():
    found = ask(PATIENT, "new+no_transplant", bank=SURE)
    risk = np.exp(0.1 * 0.5 - 0.1 + 0.6 * 0.7 + 0.5 - 0.4 - 0.3)
    got = five(found, "new+no_transplant", "event_free_survival")
    assert got.estimate == pytest.approx(np.exp(-0.14 * risk * 5), abs=0.002)


def test_the_same_question_has_the_same_answer():
    assert ask(PATIENT).to_dict() == ask(PATIENT).to_dict()


def test_a_clear_difference_is_told_and_none_is_not():
    clear = ask(PATIENT, bank=make_bank(error=0.01, between=0.05))
    (words,) = [
        one.words for one in clear.contrasts if one.years == 5 and one.quantity == "relapse"
    ]
    assert words.startswith("new is better than old by ")
    assert {one.evidence for one in clear.contrasts} == {"randomised"}
    nothing = ask(PATIENT, bank=make_bank(scale=0.0, error=0.2))
    assert all("cannot tell these apart" in one.words for one in nothing.contrasts)
    assert all(0.2 < one.share_better < 0.8 for one in nothing.contrasts)


def test_a_choice_about_transplantation_is_never_called_randomised():
    found = ask(PATIENT, "transplant", "no_transplant")
    assert {one.evidence for one in found.contrasts} == {"adjusted"}


def test_day_0_and_day_29_come_from_the_same_bank():
    day_0 = ask(without("mrd_end_of_induction", "course"))
    day_29 = ask(PATIENT)
    low = ask(PATIENT | {"mrd_end_of_induction": "undetected"})
    assert day_0.today == {"state": "induction", "day": 0, "since_day": 0}
    assert five(low).estimate > five(day_29).estimate
    assert day_0.occupancy["old"]["induction"][0] == 1
    assert day_29.occupancy["old"]["remission"][0] == 1


def test_mrd_is_refused_before_it_can_be_known():
    with pytest.raises(InputError, match="still in induction"):
        ask(without("course"))


def test_what_nobody_can_know_yet_is_drawn_and_widens_nothing():
    """MRD comes after induction: on day 0 it is no item that somebody did not tell."""
    day_0 = ask(without("mrd_end_of_induction", "course"))
    later = ask(without("mrd_end_of_induction"))
    for found, is_widened in ((day_0, False), (later, True)):
        one = five(found)
        assert ((one.lower, one.upper) != (one.drawn_lower, one.drawn_upper)) is is_widened


@pytest.mark.parametrize("item", ["age_years", "TP53", "IKZF1_del"])
def test_not_knowing_an_item_never_narrows_an_interval_on_day_0(item):
    patient = without("mrd_end_of_induction", "course") | {"TP53": "present"}
    known, unknown = (five(ask(one)) for one in (patient, {**patient, item: "not_tested"}))
    assert unknown.lower <= known.lower + 1e-9
    assert unknown.upper >= known.upper - 1e-9


def test_what_is_known_for_a_while_in_remission_counts():
    """Constant hazards: being in remission for two years changes nothing but the transplants."""
    early = ask(PATIENT, "no_transplant", bank=SURE)
    late = ask(PATIENT | {"course": {"state": "remission", "day": 763, "since_day": 33}},
               "no_transplant", bank=SURE)  # fmt: skip
    got, expected = (five(one, "no_transplant", "relapse").estimate for one in (late, early))
    assert got == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("item", ["age_years", "sex", "TP53", "IKZF1_del", "mrd_end_of_induction"])
@pytest.mark.parametrize("present", ["present", "absent"])
def test_not_knowing_an_item_never_narrows_an_interval(item, present):
    patient = PATIENT | {"TP53": present, "IKZF1_del": present}
    known, unknown = ask(patient), ask({k: v for k, v in patient.items() if k != item})
    for strategy, quantities in unknown.outcomes.items():
        for quantity, by_year in quantities.items():
            for years, found in by_year.items():
                before = known.outcomes[strategy][quantity][years]
                assert found.width >= before.width - 1e-9, (strategy, quantity, years)
    for before, after in zip(known.contrasts, unknown.contrasts, strict=True):
        assert after.difference.width >= before.difference.width - 1e-9


def test_missing_is_integrated_over_not_taken_as_absent():
    """A marker in 10 % with a large effect: the mean lies between, near the absent one."""
    alive = {
        word: five(ask(PATIENT | {"TP53": word}, bank=SURE)).estimate
        for word in ("present", "absent", "not_tested")
    }
    assert alive["present"] < alive["not_tested"] < alive["absent"]
    mixed = 0.1 * alive["present"] + 0.9 * alive["absent"]
    # 500 draws of a marker that one in ten has
    assert alive["not_tested"] == pytest.approx(mixed, abs=0.02)


def test_the_interval_is_split_by_where_it_comes_from():
    complete = ask(PATIENT)
    assert complete.interval_split["missing_inputs"] < 1e-12
    assert ask(without("TP53")).interval_split["missing_inputs"] > 0
    assert ask(PATIENT, bank=SURE).interval_split["between_trials"] < 1e-12
    wide = ask(PATIENT, "old", bank=make_bank(between=0.5)).interval_split
    assert wide["between_trials"] > wide["model"]


def test_the_next_test_is_the_one_that_matters():
    """Only IKZF1 decides what the new strategy does; TP53 moves survival most."""
    bank = make_bank(error=0.02, between=0.0)
    missing = without("TP53", "sex")
    assert ask(missing, "old", bank=bank).next_tests[0]["item"] == "TP53"
    assert ask(PATIENT).next_tests == ()


def test_factors_name_what_moved_the_answer():
    factors = ask(PATIENT, "old").factors
    by_item = {one["item"]: one["effect_on_overall_survival"] for one in factors}
    assert by_item["IKZF1_del"] < 0 < by_item["TP53"]
    assert abs(factors[0]["effect_on_overall_survival"]) == max(map(abs, by_item.values()))


def test_infants_are_not_answered_from_older_children():
    """Before, they were comparable with children of up to nine years, who fare far better."""
    bank = make_bank()
    child, infant = (ask(PATIENT | {"age_years": age}, "old", bank=bank) for age in (1.0, 0.99))
    assert child.strategies == ("old",)
    assert infant.strategies == ()
    assert "fewer than 5 comparable patients (age 0, lineage B)" in infant.refused["old"]
    few = replace(bank, support=bank.support | {"age 0, lineage B": {"old": 5}})
    assert ask(PATIENT | {"age_years": 0.99}, "old", bank=few).comparable == {"old": 5}


def test_outside_of_the_data_it_refuses():
    young = ask(PATIENT | {"age_years": 5}, "transplant", "no_transplant")
    assert young.refused["transplant"] == (
        "fewer than 5 comparable patients (age 1-9, lineage B) under transplantation in first "
        "remission"
    )
    assert young.strategies == ("no_transplant",)
    assert young.contrasts == ()
    old = ask(PATIENT | {"age_years": 85})
    assert old.strategies == ()
    assert old.refused["new"].startswith(
        "age at diagnosis (years) lies outside 1 to 70, where the bank has data; fewer than 5 "
    )
    assert ask({"age_years": 85}).notes == (), "nothing was integrated over"


def test_comparable_patients_are_told_by_trial_the_most_first():
    found = ask(PATIENT, "new", "old", "transplant")
    assert found.comparable == {"new": 55, "old": 60, "transplant": 20}
    assert found.comparable_by_trial == {
        "new": {"A": 30, "B": 25}, "old": {"B": 35, "A": 25}, "transplant": {"A": None, "B": None},
    }  # fmt: skip
    assert list(found.comparable_by_trial["old"]) == ["B", "A"]
    young = ask(PATIENT | {"age_years": 5}, "transplant", "no_transplant")
    assert young.comparable_by_trial == {"transplant": {}, "no_transplant": {}}


def test_nothing_known_still_has_its_wide_answer():
    nothing, known = ask({}, "as_observed"), ask(PATIENT, "as_observed")
    assert "5 of 5 inputs are not known" in nothing.notes[0]
    assert five(nothing, "as_observed").width > five(known, "as_observed").width


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"age_years": 300}, "`age_years` must be a number from 0 to 110"),
        ({"age_years": "30"}, "`age_years` must be a number"),
        ({"age_years": True}, "`age_years` must be a number"),
        ({"age_years": 10957}, "another unit"),
        ({"TP53": "yes"}, "`TP53` is a marker"),
        ({"TP53": 1}, "`TP53` is a marker"),
        ({"sex": "m"}, "`sex` must be one of: female, male"),
        ({"mrd_end_of_induction": 5}, "a fraction, not percent"),
        ({"mrd_end_of_induction": float("nan")}, "a fraction, not percent"),
        ({"course": {"state": "cured", "day": 1, "since_day": 0}}, "`course.state` is none of"),
        ({"course": {"state": "remission", "day": 5, "since_day": 9}}, "between 0 and"),
        ({"course": {"state": "remission", "day": 5}}, "must be numbers of days"),
        ({"course": "remission"}, "`course` must hold"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(changed, said):
    with pytest.raises(InputError, match=said):
        ask(PATIENT | changed)


@pytest.mark.parametrize(
    ("strategies", "options", "said"),
    [
        (("newest",), {}, "does not know newest.\n.*It knows: old, new, transplant"),
        (("new+old",), {}, "exclude one another"),
        (("transplant+no_transplant",), {}, "exclude one another"),
        (("new", "new"), {}, "different strategies"),
        (("new",), {"years": (20,)}, "`years` must lie above 0 and up to 10"),
        (("new",), {"level": 1.0, "draws": 5}, "`level`.*\n.*`draws`"),
    ],
)
def test_what_cannot_be_asked_is_refused(strategies, options, said):
    with pytest.raises(InputError, match=said):
        ask(PATIENT, *strategies, **options)


def test_draws_of_missing_items_have_the_shares_of_the_law():
    normals = np.random.default_rng(1).standard_normal((20_000, 5))
    values = LAW.draw(np.full(5, np.nan), normals)
    np.testing.assert_allclose(values.mean(axis=0), LAW.mean, atol=0.035)  # 5 errors
    assert set(np.unique(values[:, 2])) == {0.0, 1.0}
    given = LAW.draw(np.array([np.nan, np.nan, np.nan, np.nan, 2.0]), normals)
    # IKZF1 deletions go with high MRD: 0.3 + 0.45 * 0.4 * 2
    assert given[:, 3].mean() == pytest.approx(0.66, abs=0.02)
