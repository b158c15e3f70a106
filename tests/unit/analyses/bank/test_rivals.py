"""Rivals: planted effects found, nothing learnt from who is foretold, what is absent is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.foretell import Contest, foretell
from chorall.analyses.bank.measures import Outcome
from chorall.analyses.bank.outcome import read_outcome
from chorall.analyses.bank.rivals import catalogue, trees
from chorall.analyses.bank.rivals.breslow import find_partial_likelihood
from chorall.analyses.bank.rivals.catalogue import RIVALS, choose_rivals
from chorall.analyses.bank.rivals.published import Groups, predict_by_groups, read_groups_file
from chorall.analyses.bank.rivals.task import Task, find_risk
from chorall.errors import InputError
from chorall.models.bank.bank_fit import keep_patients
from chorall.models.bank.features import Feature
from chorall.stats import concordance, fit_cox, kaplan_meier, predict_cox_survival

HORIZON = 2.0


def plant(n=400, seed=3, effects=(1.0, -0.8, 0, 0, 0, 0), cross=0.0):
    """Return a task, and the time and event of those to foretell."""
    random = np.random.default_rng(seed)
    x = (random.random((2 * n, len(effects))) < 0.4).astype(float)
    x[:, 0] = random.normal(size=2 * n)
    hazard = np.exp(x @ effects + cross * ((x[:, 2] > 0) ^ (x[:, 3] > 0)))
    died = random.exponential(4 / hazard)
    censored = random.exponential(8, 2 * n)
    time, event = np.minimum(died, censored), died <= censored
    items = ["age_years", "wbc_10e9_per_l", *(f"G{k}" for k in range(2, len(effects)))]
    kinds = ["number", *["marker"] * (len(effects) - 1)]
    features = tuple(
        Feature(item, kind, "secondary lesions") for item, kind in zip(items, kinds, strict=True)
    )
    task = Task(features, x[:n], time[:n], event[:n], np.zeros(n), x[n:], HORIZON, 1)
    return task, time[n:], event[n:]


def skip_without(name):
    if not RIVALS[name].is_there:
        pytest.skip(f"{RIVALS[name].package} is not installed (requirements/rivals.txt)")


@pytest.mark.parametrize("name", RIVALS)
def test_every_rival_finds_what_was_planted(name):
    """The best that can be, from the true hazards, has a concordance of 0.74 here."""
    skip_without(name)
    task, time, event = plant()
    risk = RIVALS[name].predict(task)
    assert risk.shape == (400,)
    assert ((risk >= 0) & (risk <= 1)).all()
    assert concordance(risk, time, event).concordance > 0.70
    observed = 1 - kaplan_meier(time, event).at([HORIZON]).survival[0]
    assert risk.mean() == pytest.approx(observed, abs=0.05)
    np.testing.assert_array_equal(risk, RIVALS[name].predict(task))


@pytest.mark.parametrize("name", ["random_survival_forest", "boosted_trees"])
def test_trees_find_what_no_sum_of_effects_can(name):
    skip_without(name)
    task, time, event = plant(600, effects=(0, 0, 0, 0, 0, 0), cross=1.6)
    found = concordance(RIVALS[name].predict(task), time, event).concordance
    plain = concordance(RIVALS["stepwise_aic"].predict(task), time, event).concordance
    assert found > 0.6
    assert found > plain + 0.05


@pytest.mark.parametrize("name", RIVALS)
def test_without_any_effect_nobody_is_told_apart_for_sure(name):
    skip_without(name)
    task, time, event = plant(effects=(0, 0, 0, 0, 0, 0))
    found = concordance(RIVALS[name].predict(task), time, event)
    assert found.lower < 0.5 < found.upper or found.concordance == 0.5


def test_no_rival_learns_from_the_outcome_of_whom_it_foretells(bank_pool):
    """The outcomes of the trial left out are turned round: every risk stays the same."""
    data, _ = read_bank_data(bank_pool)
    outcome = read_outcome(bank_pool, "OS")
    test = np.flatnonzero(data.trial == "SYN-ADULT-1")
    train = np.flatnonzero(data.trial != "SYN-ADULT-1")
    names = ["age_and_wbc", "anchor", "stepwise_bic", "elastic_net"]
    rivals = tuple(RIVALS[name] for name in names)
    groups = (Groups("thirds", np.arange(len(data.values)) % 3.0),)
    contest = Contest(data, (outcome,), rivals, groups, 3.0, 1)
    time, event = outcome.time.copy(), outcome.event.copy()
    time[test], event[test] = time[test][::-1], ~event[test]
    others = replace(contest, outcomes=(Outcome("OS", time, event, outcome.entry_time),))
    for one, two in zip(
        foretell(contest, [(train, test)], lambda _: None)[0][0],
        foretell(others, [(train, test)], lambda _: None)[0][0],
        strict=True,
    ):
        assert np.isfinite(one.risk[test]).all()
        assert np.isnan(one.risk[train]).all()
        np.testing.assert_array_equal(one.risk[test], two.risk[test])


def test_a_bank_is_fitted_without_the_stays_of_whom_it_foretells(bank_pool):
    data, _ = read_bank_data(bank_pool)
    kept = keep_patients(data, data.trial != "SYN-ADULT-1")
    assert set(kept.stays.patient.tolist()) <= set(range((data.trial != "SYN-ADULT-1").sum()))
    assert len(kept.stays.time) < len(data.stays.time)


def test_baseline_and_score_give_the_survival_of_a_cox_model():
    task, _, _ = plant()
    fit = fit_cox(task.x_train, task.time, task.event, ties="breslow")
    expected = 1 - predict_cox_survival(fit, task.x_test, [HORIZON]).survival[:, 0]
    scores = (x @ fit.log_hazard_ratio for x in (task.x_train, task.x_test))
    np.testing.assert_allclose(find_risk(task, *scores), expected, rtol=1e-9)


def test_partial_likelihood_is_that_of_cox_with_late_entries():
    task, _, _ = plant(200)
    late = replace(task, entry_time=np.where(np.arange(200) % 3 == 0, task.time / 2, 0.0))
    fit = fit_cox(
        late.x_train, late.time, late.event, entry_time=late.entry_time, ties="breslow"
    )  # fmt: skip
    scores = late.x_train @ np.column_stack([fit.log_hazard_ratio, np.zeros(6)])
    found = find_partial_likelihood(scores, late.time, late.event, late.entry_time)
    assert found[0] == pytest.approx(fit.log_likelihood, rel=1e-12)
    assert found[1] < found[0]


def test_risk_of_a_group_is_kaplan_meiers_among_training_patients():
    """By hand: of five with order 0 one dies by 2 and one is censored before: 1 - 3/4 = 1/4."""
    time = np.array([1.0, 1.5, 3, 3, 3, 1, 1, 1, 1, 3, 9, 9, 9])
    event = np.array([False, True, False, False, False, *[True] * 4, *[False] * 4])
    order = np.array([0.0] * 5 + [1.0] * 5 + [0.0, 1.0, np.nan])
    outcome = Outcome("OS", time, event, np.zeros(13))
    found = predict_by_groups(
        Groups("two", order), outcome, np.arange(10), np.arange(10, 13), HORIZON
    )
    np.testing.assert_allclose(found, [1 / 4, 4 / 5, np.nan])


def test_what_is_not_installed_is_said_and_not_silently_left_out(monkeypatch):
    monkeypatch.setattr(catalogue, "find_spec", lambda name: None)
    chosen, said = choose_rivals(None)
    assert [rival.name for rival in chosen] == [
        "age_and_wbc", "anchor", "stepwise_aic", "stepwise_bic", "elastic_net",
    ]  # fmt: skip
    assert len(said) == 2
    assert said[0].startswith("Not compared: random_survival_forest, because scikit-survival is")


def test_an_unknown_rival_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"unknown rival oracle.\n.*boosted_trees"):
        choose_rivals(["oracle"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,score\nA,1\n", "expected `patient_id`"),
        ("patient_id\nA\n", "a column of numbers"),
        ("patient_id,score\nA,high\n", "holds words"),
        ("patient_id,score\nnobody,1\n", "1 of 1 rows name nobody"),
    ],
)
def test_a_file_of_scores_that_cannot_be_is_refused(bank_pool, tmp_path, text, said):
    file = tmp_path / "scores.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        read_groups_file(file, bank_pool)
    assert "nobody," not in str(caught.value)


def test_scores_from_a_file_stand_by_their_patients(bank_pool, tmp_path):
    ids = bank_pool.table("patient")["patient_id"]
    rows = pl.DataFrame({"patient_id": ids[[5, 2]], "own": [1.5, None]})
    rows.write_csv(tmp_path / "scores.csv")
    (groups,) = read_groups_file(tmp_path / "scores.csv", bank_pool)
    assert groups.order[5] == 1.5
    assert np.isfinite(groups.order).sum() == 1
    with pytest.raises(InputError, match="no such file"):
        read_groups_file(tmp_path / "absent.csv", bank_pool)


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch):
    """Grow a fifth of the trees: they tell the same here in a fifth of the time."""
    monkeypatch.setattr(trees, "N_TREES", 100)
    monkeypatch.setattr(trees, "MOST_ROUNDS", 100)
