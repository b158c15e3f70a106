"""Who is in a group: not known is never in it, and no rule may look at the outcome."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from unit.analyses.deescalation.children_pool import Child, make_pool, many

from chorall.analyses.deescalation import deescalation
from chorall.analyses.deescalation.candidates import (
    AFTER_INDUCTION,
    AT_DIAGNOSIS,
    IN,
    OUT,
    OUTSIDE,
    UNKNOWN,
    find_moment,
    list_published,
    read_candidates,
)
from chorall.analyses.deescalation.children import read_children
from chorall.analyses.deescalation.predicted import align_features, find_cut
from chorall.errors import DataError, DefinitionError, InputError
from chorall.knowledge.candidate_groups import define_by_rule, read_candidate_definition
from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.models.bank.features import Feature
from chorall.tables.store import Pool

FILE = """
id = "mine"
name = "My group"
completeness = "FULL"
candidate = "low"
chosen_on = ["A"]
[[population]]
requires = "lineage is B"
in_words = "B lineage"
otherwise = "other lineage"
[[groups]]
id = "low"
in_words = "low"
[[groups]]
id = "rest"
in_words = "rest"
[[rules]]
group = "low"
when = "ETV6::RUNX1"
[[rules]]
group = "rest"
[source]
keys = []
cites = "made up"
confidence = "computed"
"""


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    people = [
        Child("A", markers={"ETV6::RUNX1": "present"}),
        Child("A", markers={"ETV6::RUNX1": "absent"}),
        Child("A", markers={"ETV6::RUNX1": "not_tested"}),
        Child("A", markers={"ETV6::RUNX1": "failed"}),
        Child("A"),
        Child("A", markers={"ETV6::RUNX1": "present"}, lineage="T"),
        Child("A", markers={"ETV6::RUNX1": "present"}, age=18.0),
        Child("A", markers={"ETV6::RUNX1": "present"}, age=None),
        Child("B", markers={"ETV6::RUNX1": "present"}),
    ]
    return make_pool(tmp_path / "pool", people)


def read(pool: Pool, **asked: object) -> list[list[int]]:
    given = {
        "classifiers": None, "group_files": (), "rules": (), "chosen_on": (),
        "include_unverified": True, "items": None,
    }  # fmt: skip
    children = read_children(pool, pool.trials, 18.0)
    return [one.codes.tolist() for one in read_candidates(pool, children, **given | asked)]


def test_not_tested_is_neither_in_the_group_nor_out_of_it(pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(FILE, "utf-8")
    assert read(pool, group_files=[file]) == [[IN, OUT, UNKNOWN, UNKNOWN, UNKNOWN, OUTSIDE, IN]]
    # 18 years, and an age that is not known, are no children
    assert read_children(pool, pool.trials, 18.0).n_without_age == 1


def test_the_file_says_where_it_was_chosen(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(FILE, "utf-8")
    assert read_candidate_definition(file).chosen_on == ("A",)
    file.write_text(FILE.replace('"low"\nchosen', '"best"\nchosen'), "utf-8")
    with pytest.raises(DefinitionError, match="`candidate` is `best`, none of the groups"):
        read_candidate_definition(file)


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"rules": ["not first_relapse"]}, DefinitionError, "look at the outcome"),
        ({"classifiers": ["relapse_cog"]}, DefinitionError, "first_relapse"),
        ({"classifiers": ["nci:lowest"]}, DefinitionError, "`nci` has no group `lowest`"),
        ({"classifiers": ["ncii"]}, DefinitionError, "no classifier"),
        ({"rules": ["ETV9"]}, DefinitionError, "`ETV9` is no item"),
        ({"rules": ["ETV6::RUNX1 and and"]}, DefinitionError, "found `and`"),
        ({"rules": ["ETV6::RUNX1"], "chosen_on": ["Z"]}, InputError, "unknown trial"),
        ({"rules": ["ETV6::RUNX1"], "relapse_bound": 1.5}, InputError, "relapse_bound"),
        ({"rules": ["ETV6::RUNX1"], "conf_level": 95}, InputError, "conf_level"),
        ({"rules": ["ETV6::RUNX1"], "below_years": 1}, DataError, "younger than 1"),
        ({}, DataError, "no shipped classifier knows of enough children"),
        ({"predicted": True}, DataError, "needs three"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    pool: Pool, asked: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        deescalation(pool, **asked)


def test_published_groups_are_known_before_the_outcome() -> None:
    names = list_published(include_unverified=True)
    assert "nci" in names
    assert "relapse_cog" not in names
    assert "ukall_heh" not in list_published(include_unverified=False)


@pytest.mark.parametrize(
    ("name", "moment"), [("nci", AT_DIAGNOSIS), ("dcog_all10_mrd", AFTER_INDUCTION)]
)
def test_when_a_group_is_known(name: str, moment: str) -> None:
    assert find_moment(classifier_definitions()[name]) == moment


def test_a_rule_about_another_classifier_is_known_when_that_one_is() -> None:
    assert find_moment(define_by_rule("group of dcog_all10_mrd is standard")) == AFTER_INDUCTION
    assert find_moment(define_by_rule("group of nci is standard")) == AT_DIAGNOSIS


def test_the_rules_say_where_they_come_from_and_know_three_words() -> None:
    rules = deescalation_rules()
    assert rules.source.confidence == "unverified"
    assert [word.name for word in rules.words] == [
        "not supported", "insufficient evidence", "hypothesis for a randomised trial",
    ]  # fmt: skip
    assert "no reason to treat less" in rules.meaning_of(rules.words[2].name)


def test_numbers_of_a_pool_are_put_on_the_scale_of_a_bank() -> None:
    own = Feature("age_years", "number", "demographics", centre=10.0, scale=5.0)
    other = Feature("TP53", "marker", "secondary lesions")
    wanted = Feature("age_years", "number", "demographics", centre=4.0, scale=2.0)
    found = align_features([other, wanted], [own], np.array([[-1.0], [0.0]]))
    assert np.isnan(found[:, 0]).all()
    np.testing.assert_allclose(found[:, 1], [(5 - 4) / 2, (10 - 4) / 2])


def test_the_cut_point_never_sees_the_test_trial(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    people = [
        Child(trial, "relapse" if rng.random() < 0.02 + 0.2 * (place > 200) else "censored",
              years=rng.uniform(0.5, 4.5) if place % 2 else 8.0)
        for trial in "ABCD"
        for place in range(300)
    ]  # fmt: skip
    children = read_children(make_pool(tmp_path / "p", people), list("ABCD"), 18.0)
    risk = np.tile(np.linspace(0, 1, 300), 4)
    cut = find_cut(children, risk, list("ABC"), 5 * 365.25, 0.08, 0.95)
    assert 0 < cut < 1
    changed = [Child("D", "relapse", years=1.0) if one.trial == "D" else one for one in people]
    again = read_children(make_pool(tmp_path / "q", changed), list("ABCD"), 18.0)
    assert find_cut(again, risk, list("ABC"), 5 * 365.25, 0.08, 0.95) == cut
    assert find_cut(again, risk, list("ABCD"), 5 * 365.25, 0.08, 0.95) == -1.0


def test_many_children_of_one_trial_are_enough_to_be_asked_about(tmp_path: Path) -> None:
    people = many(25, "A", markers={"IKZF1_del": "absent"}) + many(5, "B")
    found = deescalation(make_pool(tmp_path / "p", people))
    assert set(found.printed["origin"]) == {"published classifier"}
    own = found.printed.filter(pl.col("group") == "ikzf1_plus: not_deleted")
    assert own["n_group"].to_list() == [25]
