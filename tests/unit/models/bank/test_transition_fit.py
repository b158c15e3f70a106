"""One transition, fitted: planted effects, baseline by hand, level across trials."""

import numpy as np
import pytest

from chorall.models.bank.bank import list_edges
from chorall.models.bank.baseline import draw_ratio, find_baseline
from chorall.models.bank.conditional import fit_feature_law
from chorall.models.bank.design import MODIFIERS, TREATMENT, Design, build_design
from chorall.models.bank.features import Feature
from chorall.models.bank.risk_rows import RiskRows
from chorall.models.bank.states import Transition
from chorall.models.bank.transition_fit import fit_transition
from chorall.stats import nelson_aalen

AGE = Feature("age_years", "number", "demographics", scale=10.0, centre=30.0, high=110)
MARKERS = tuple(Feature(f"M{k}", "marker", "secondary lesions") for k in range(4))
RELAPSE = Transition("remission", "relapse")


def be_sure(n):
    """Return hazard ratios of 1 that are certain."""
    return draw_ratio(np.zeros(n), np.zeros(n))


def lay_out(values, entry, time, event, trial):
    """Return rows in which everything is known; strata are trials."""
    return RiskRows(values, np.stack([values, values]), entry, time, event, trial, trial)


def make_rows(n=3000, seed=3, levels=(0.0, 0.0, 0.0)):
    """Three trials; M0 doubles the hazard, the strategy halves it in those with M1."""
    random = np.random.default_rng(seed)
    markers = (random.random((n, 4)) < 0.3).astype(float)
    trial = random.integers(3, size=n)
    flag = (random.random(n) < 0.5).astype(float)
    age = random.normal(size=n)
    risk = np.log(2) * markers[:, 0] - np.log(2) * flag * markers[:, 1] + np.array(levels)[trial]
    time = random.exponential(1500 * np.exp(-risk))
    censored = random.uniform(200, 3000, n)
    names = np.array(["A", "B", "C"])[trial]
    values = np.column_stack([age, markers, flag])
    rows = lay_out(values, np.zeros(n), np.minimum(time, censored), time <= censored, names)
    return build_design((AGE, *MARKERS), ("new",), values), rows


def test_planted_effects_are_found_and_nothing_else():
    design, rows = make_rows()
    model = fit_transition(RELAPSE, design, rows, list_edges("remission"))
    effects = {
        design.covariates[place].name: value
        for place, value in zip(model.places, model.effect, strict=True)
    }
    errors = np.sqrt((model.root**2).sum(axis=1))
    assert effects["M0"] == pytest.approx(np.log(2), abs=4 * errors.max())
    assert effects["new:M1"] == pytest.approx(-np.log(2), abs=0.3)
    assert effects["new:M1"] < -0.3
    assert abs(effects["M2"]) < 0.25
    assert model.group_variance[TREATMENT] == 4.0


def test_modifiers_keep_a_variance_when_none_of_them_matters():
    design, rows = make_rows()
    random = np.random.default_rng(9)
    time = random.exponential(1500, len(rows.time))
    nothing = lay_out(rows.values, rows.entry_time, time, np.ones(len(time), bool), rows.trial)
    model = fit_transition(RELAPSE, design, nothing, list_edges("remission"))
    assert model.group_variance[MODIFIERS] == 0.16


def test_the_baseline_without_effects_is_nelson_and_aalen():
    _, rows = make_rows(n=400)
    curve = nelson_aalen(rows.time, rows.event)
    edges = list_edges("remission")
    edges = edges[edges <= rows.time.max()]
    expected = curve.at(edges).cumulative_hazard
    np.testing.assert_allclose(find_baseline(rows, be_sure(400), edges), expected, rtol=1e-10)


def test_late_entries_are_at_risk_from_then_on():
    entry = np.array([0.0, 0.0, 50.0, 10.0])
    time = np.array([20.0, 40.0, 90.0, 60.0])
    event = np.array([True, True, True, False])
    names = np.array(["A"] * 4)
    rows = lay_out(np.zeros((4, 1)), entry, time, event, names)
    found = find_baseline(rows, be_sure(4), np.array([0.0, 19.0, 20.0, 45.0, 100.0]))
    # 3 at risk on day 20, 2 on day 40, 1 on day 90
    np.testing.assert_allclose(found, [0, 0, 1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 1])


def test_what_differs_between_trials_is_their_spread():
    design, same = make_rows()
    _, different = make_rows(levels=(0.0, 0.8, -0.8))
    quiet, loud = (
        fit_transition(RELAPSE, design, rows, list_edges("remission")).between_trials
        for rows in (same, different)
    )
    assert quiet < 0.3 < loud


def test_few_events_carry_no_covariates():
    design, rows = make_rows(n=60)
    few = lay_out(rows.values, rows.entry_time, rows.time, np.arange(60) < 6, rows.trial)
    model = fit_transition(RELAPSE, design, few, list_edges("remission"))
    assert (len(model.places), model.n_events) == (0, 6)
    assert model.between_trials == 0


def test_mrd_tells_nothing_about_induction():
    mrd = Feature("mrd_end_of_induction", "mrd", "mrd", transform="log10")
    design, rows = make_rows(n=500)
    names = Design(
        (*design.features[:1], mrd, *design.features[2:]), design.strategies, design.covariates
    )
    for origin, used in (("induction", False), ("remission", True)):
        model = fit_transition(Transition(origin, "death"), names, rows, list_edges(origin))
        assert (1 in model.places) == used


def test_the_law_of_features_is_that_of_pairs_that_are_known():
    random = np.random.default_rng(5)
    rows = random.normal(size=(5000, 2)) @ np.array([[1.0, 0.6], [0.0, 0.8]])
    expected = np.corrcoef(rows.T)[0, 1]
    rows[random.random(5000) < 0.5, 1] = np.nan
    law = fit_feature_law(rows, np.zeros(2, bool))
    found = law.covariance[0, 1] / np.sqrt(law.covariance[0, 0] * law.covariance[1, 1])
    # shrunk by 2 %, which keeps the covariance positive definite
    assert found == pytest.approx(0.98 * expected, abs=0.03)
    filled = law.expect(np.array([[2.0, np.nan]]))
    assert filled[0, 1] == pytest.approx(1.2, abs=0.1)
