"""A rule built in some trials: targets, shrinkage, optimism, tests, the definition it leaves."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from unit.analyses.risk.drawn_pool import draw, make_pool

from chorall.analyses import build_risk_rule, classify
from chorall.analyses.risk.moments import known_by
from chorall.analyses.risk.rule_costs import read_tests
from chorall.analyses.risk.rule_design import RuleDesign
from chorall.analyses.risk.rule_fit import (
    RiskLaw,
    Training,
    fit_index,
    fit_risk_law,
    leave_out_scores,
)
from chorall.analyses.risk.rule_judge import judge_target
from chorall.analyses.risk.rule_tests import Judged
from chorall.errors import DataError, DefinitionError, InputError
from chorall.reports.figure_sets import draw_figures
from chorall.stats import cumulative_incidence

ITEMS = ["age_years", "mrd_end_of_induction", "IKZF1_del"]
DAYS = 5 * 365.25
COSTS = """
[[tests]]
name = "MRD"
cost = 10
items = ["mrd_end_of_induction"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("rule")
    (path / "costs.toml").write_text(COSTS, "utf-8")
    return path


@pytest.fixture(scope="module")
def pool(folder):
    return make_pool(folder / "pool", draw(900, by_deletion=1.2))


@pytest.fixture(scope="module")
def steps():
    return []


@pytest.fixture(scope="module")
def result(pool, folder, steps):
    return build_risk_rule(
        pool, items=ITEMS, targets=[0.4, 0.6], test_trials=["C"], costs=folder / "costs.toml",
        n_resamples=20, progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip


def pick(frame, **values):
    return frame.filter(*(pl.col(name) == value for name, value in values.items()))


def test_progress_counts_the_sets_that_were_judged(result, steps):
    (total,) = {total for _, total in steps}
    assert [done for done, _ in steps] == list(range(1, len(steps) + 1))
    assert result.tests.height <= len(steps) <= total


def test_the_test_trial_is_not_used(result):
    assert (set(result.train_trials), result.test_trials) == ({"A", "B"}, ("C",))
    assert set(result.rows["role"]) == {"training (apparent, optimistic)", "test"}
    assert not [line for line in result.warnings if line.startswith("OPTIMISM")]


def test_planted_weights_are_found_and_nothing_else(result):
    weights = dict(pick(result.weights, rule="all tests").select("item", "weight").iter_rows())
    assert weights["IKZF1_del"] == pytest.approx(1.2, abs=0.35)
    assert weights["mrd_end_of_induction"] < -0.15  # less MRD is a larger -ln(MRD)
    assert weights["age_years"] == pytest.approx(0.0, abs=0.03)
    assert 0.7 < result.shrinkage["all tests"] < 1.3


def test_groups_of_the_test_trial_are_what_was_asked_for(result):
    lines = pick(result.rows, rule="all tests", role="test")
    high = pick(lines, group="high")
    low = pick(lines, group="low")
    assert high["verdict"][0] != "missed"
    assert low["verdict"][0] != "missed"
    assert low["observed"][0] < 0.45 < 0.55 < high["observed"][0]
    assert pick(lines, group="not assessable (not tested)")["n_patients"][0] > 0


def test_the_definition_gives_the_same_groups_as_the_risk(pool, result, folder):
    file = folder / "built.toml"
    file.write_text(result.definitions["all tests"], "utf-8")
    found = classify(known_by(pool, 33.0), ["built_all_tests"], score_files=[file]).rows
    frame = (
        pool.table("endpoint")
        .join(found, on="patient_id")
        .filter(pl.col("exit_day") > 33, pl.col("trial_id") == "C")
    )
    counted = dict(frame.group_by("result").len().iter_rows())
    rows = pick(result.rows, rule="all tests", role="test").select("group", "n_patients")
    expected = dict(rows.iter_rows())
    assert {name: counted.get(name, 0) for name in ("low", "intermediate", "high")} == {
        name: expected[name] for name in ("low", "intermediate", "high")
    }
    assert counted[None] == expected["not assessable (not tested)"]
    tested = found.filter(pl.col("score").is_not_null())
    cuts = result.cut_points["all tests"]
    places = np.searchsorted(cuts, tested["score"].to_numpy(), side="right")
    words = np.array(["low", "intermediate", "high"])[places]
    assert tested["result"].to_list() == words.tolist()


def test_the_same_trial_twice_is_called_optimistic(pool):
    found = build_risk_rule(
        pool, items=ITEMS, targets=[0.3], train_trials=["A", "B"], test_trials=["B", "C"],
        n_resamples=20,
    )  # fmt: skip
    assert found.warnings[0].startswith("OPTIMISM: B was used to build the rule and to judge it")
    assert pick(found.rows, trial_id="B")["role"].unique().to_list() == [
        "test, trained on too (optimistic)"
    ]
    assert pick(found.rows, trial_id="C")["role"].unique().to_list() == ["test"]
    assert set(pick(found.waiting, trial_id="B")["risk_from"]) == {"same trial (optimistic)"}


def test_optimism_is_apparent_less_left_out(result):
    line = pick(result.optimism, rule="all tests", measure="concordance").to_dicts()[0]
    performance = pick(result.performance, rule="all tests", measure="concordance")
    by_role = dict(performance.select("role", "estimate").iter_rows())
    assert line["apparent"] == by_role["training (apparent, optimistic)"]
    assert line["left_out"] == by_role["training, each trial left out"]
    assert line["optimism"] == pytest.approx(line["apparent"] - line["left_out"])


def test_the_cheapest_set_that_keeps_the_target_is_chosen(result):
    kept = result.tests.filter("keeps_target")
    assert result.tests["cost"].max() == 11.0
    if kept.height:
        assert kept.sort("cost")["chosen"][0]
        assert result.tests["chosen"].sum() == 1
    assert result.tests.height == 4  # all sets of two tests with a cost
    assert result.tests.sort("cost")["tests"][0] == "none with a cost"


def test_mrd_adds_in_the_test_trial(result):
    order = pick(result.waiting, measure="concordance", trial_id="C")
    assert order["lower"][0] > 0
    assert order["risk_from"][0] == "other trials"


def test_figures_show_targets_and_decisions(result):
    figures = draw_figures(result)
    assert figures[0].name == "risk-rule-all-tests"
    assert figures[-1].name == "risk-rule-decision"
    assert "not assessable" in figures[0].svg()


def make_training(n=400, seed=3, *, slope=1.0, trials=2):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    event = rng.exponential(np.exp(-slope * x[:, 0]) * 10)
    death, end = rng.exponential(60, n), rng.uniform(8, 20, n)
    time = np.minimum(np.minimum(event, death), end)
    cause = np.where(time == event, 1, np.where(time == death, 2, 0))
    items = ("age_years", "wbc_10e9_per_l", "IKZF1_del")
    x[rng.random((n, 3)) < 0.1] = np.nan
    return Training(RuleDesign(items, x), time, cause, None, rng.integers(0, trials, n))


def test_what_was_not_tested_counts_with_the_mean_of_those_tested():
    training = make_training()
    index = fit_index(training)
    known = np.isfinite(training.design.values)
    by_hand = [training.design.values[known[:, j], j].mean() for j in range(3)]
    np.testing.assert_allclose(index.mean, by_hand)
    empty = RuleDesign(index.items, np.full((1, 3), np.nan))
    assert index.score(empty)[0] == pytest.approx(float(index.mean @ index.weight))


def test_the_mean_risk_is_the_one_observed_and_never_more_extreme():
    training = make_training()
    law = fit_risk_law(training, leave_out_scores(training, 1), 6.0)
    assert law.shrinkage == min(law.slope, 1.0)
    mean = law.predict(leave_out_scores(training, 1)).mean()
    at = cumulative_incidence(training.time, training.cause).at(6.0)
    assert mean == pytest.approx(at.cumulative_incidence[0, 0], abs=1e-9)


def test_an_index_that_is_too_extreme_is_shrunken_by_half():
    training = make_training(4000)
    scores = leave_out_scores(training, 1)
    law, twice = (fit_risk_law(training, scale * scores, 6.0) for scale in (1.0, 2.0))
    assert twice.slope == pytest.approx(law.slope / 2, rel=1e-6)
    assert twice.shrinkage == pytest.approx(law.slope / 2, rel=1e-6)


def test_noise_makes_no_rule():
    training = make_training(slope=0.0, seed=11)
    with pytest.raises(DataError, match="no rule in these items"):
        fit_risk_law(training, -leave_out_scores(make_training(), 1), 6.0)
    scores = leave_out_scores(training, 1)
    assert scores.std() < 0.15  # weights of noise are shrunken to nearly nothing


def test_cut_points_turn_risk_back_into_scores():
    law = RiskLaw(level=-1.2, slope=0.7)
    for risk in (0.05, 0.3, 0.9):
        assert law.predict(np.array([law.find_cut(risk)]))[0] == pytest.approx(risk)
    steep = RiskLaw(level=-1.2, slope=1.7)
    assert steep.predict(np.array([1.0])) == RiskLaw(-1.2, 1.0).predict(np.array([1.0]))


def test_one_training_trial_is_split_into_folds():
    training = make_training(trials=1)
    scores = leave_out_scores(training, 1)
    assert np.corrcoef(scores, leave_out_scores(training, 2))[0, 1] > 0.97
    assert not np.array_equal(scores, leave_out_scores(training, 2))


@pytest.mark.parametrize(
    ("place", "limits", "verdict"),
    [
        (0, (0.02, 0.01, 0.04), "met"),
        (0, (0.04, 0.01, 0.08), "not shown"),
        (0, (0.2, 0.1, 0.3), "missed"),
        (1, (0.2, 0.1, 0.28), "met"),
        (1, (0.02, 0.01, 0.04), "missed"),
        (2, (0.5, 0.4, 0.6), "met"),
        (2, (0.5, 0.2, 0.6), "not shown"),
        (2, (0.2, 0.1, 0.29), "missed"),
        (2, (float("nan"),) * 3, "not shown"),
    ],
)
def test_verdicts_come_from_limits(place, limits, verdict):
    assert judge_target(place, 3, [0.05, 0.3], limits) == verdict


def test_a_set_keeps_the_target_only_with_enough_patients_and_order():
    whole = Judged((), 0.70, 100, 50, 0.03, 0.5)
    assert whole.keeps(whole, [0.05, 0.3])
    assert not Judged((), 0.70, 49, 50, 0.03, 0.5).keeps(whole, [0.05, 0.3])
    assert not Judged((), 0.70, 100, 50, 0.06, 0.5).keeps(whole, [0.05, 0.3])
    assert not Judged((), 0.70, 100, 50, 0.03, 0.29).keeps(whole, [0.05, 0.3])
    assert not Judged((), 0.68, 100, 50, 0.03, 0.5).keeps(whole, [0.05, 0.3])


def test_costs_are_read_and_problems_gathered(tmp_path):
    file = tmp_path / "costs.toml"
    file.write_text(
        '[[tests]]\nname = "MLPA"\ncost = 3\nitems = ["IKZF1_del", "PAX5_del"]\n', "utf-8"
    )
    tests = read_tests(["age_years", "IKZF1_del", "TP53"], file)
    assert [(one.name, one.cost, one.items) for one in tests] == [
        ("MLPA", 3.0, ("IKZF1_del",)), ("age_years", 0.0, ("age_years",)), ("TP53", 1.0, ("TP53",)),
    ]  # fmt: skip
    file.write_text(
        '[[tests]]\nname = "a"\ncost = -1\nitems = "x"\n[[tests]]\nname = "b"\n', "utf-8"
    )
    with pytest.raises(DefinitionError, match=r"(?s)`cost` is -1.*`items` must.*test 2 has name"):
        read_tests(["TP53"], file)
    with pytest.raises(InputError, match="no such file"):
        read_tests(["TP53"], tmp_path / "none.toml")


def test_bad_arguments_say_what_is_expected(pool):
    with pytest.raises(InputError, match="not known yet"):
        build_risk_rule(pool, items=["mrd_end_of_induction"], moment="diagnosis")
    with pytest.raises(InputError, match="a sum needs a number"):
        build_risk_rule(pool, items=["lineage"])
    with pytest.raises(InputError, match="is no item"):
        build_risk_rule(pool, items=["NPM1"])
    with pytest.raises(InputError, match="`targets`"):
        build_risk_rule(pool, targets=[0.3, 0.1])
    with pytest.raises(InputError, match="`moment`"):
        build_risk_rule(pool, moment="day 8")
    with pytest.raises(InputError, match="`population`"):
        build_risk_rule(pool, population="lineage equals B")
    with pytest.raises(InputError, match="needs training trials and test trials"):
        build_risk_rule(pool, test_trials=["A", "B", "C"])
    with pytest.raises(DataError, match="no rule can be built"):
        build_risk_rule(pool, items=ITEMS, population="age_years >= 90")


def test_a_test_trial_without_the_tests_is_warned_of(tmp_path):
    rows = draw(450).with_columns(
        mrd_fraction=pl.when(pl.col("trial_id") != "C").then("mrd_fraction")
    )
    found = build_risk_rule(
        make_pool(tmp_path / "pool", rows), items=ITEMS, targets=[0.4], test_trials=["C"],
        n_resamples=20,
    )  # fmt: skip
    line = next(one for one in found.warnings if one.startswith("C: "))
    assert "not assessable by the rule of all tests" in line
