"""Doubly robust risks: by hand, by a second route, and right if one of two models is."""

import numpy as np
import pytest
from scipy.special import expit

from chorall.errors import InputError
from chorall.stats import doubly_robust_risk, fit_logistic, kaplan_meier

HAND = {
    "x": [[0], [0], [0], [0], [1], [1], [1], [1]],
    "treated": [True, True, False, False] * 2,
    "time": [1, 5, 1, 5, 5, 5, 1, 5],
    "cause": [1, 0, 1, 0, 0, 0, 1, 0],
}


def draw(n, seed, *, effect=-0.5):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 2))
    treated = rng.random(n) < expit(-0.6 + 0.8 * x[:, 0] + 0.4 * x[:, 1])
    hazard = np.exp(0.5 * x[:, 0] - 0.5 * x[:, 1]) / 1500
    death = rng.standard_exponential(n) / (hazard * np.exp(effect * treated))
    seen = rng.uniform(800, 4000, n)
    return {
        "x": x,
        "treated": treated,
        "time": np.minimum(death, seen),
        "cause": (death < seen).astype(int),
    }


def weigh_censoring(time, cause, horizon):
    """Return 1 / G of who is known at the horizon, 0 of the others, by the definition."""
    staying = kaplan_meier(time, cause == 0)
    known = (cause > 0) & (time <= horizon) | (time > horizon)
    at = np.minimum(time, horizon)
    weights = np.zeros(len(time))
    for row in np.flatnonzero(known):
        weights[row] = 1 / staying.at(at[row] - 1e-9).survival[0]
    return weights


def test_four_cells_by_hand():
    # treated: 1/2 and 0 of two each; untreated: 1/2 and 1/2. No covariate goes with treatment.
    found = doubly_robust_risk(**HAND, horizon=3)
    assert found.risk == pytest.approx([1 / 4, 1 / 2])
    assert found.risk_difference == pytest.approx(-1 / 4)
    # influences: twice each patient's own less the cell's mean, and the cell's difference
    own = np.array([1.0, -1, -1, 1, 0, 0, -1, 1])
    cell = np.array([0, 0, 0, 0, -0.5, -0.5, -0.5, -0.5])
    influence = own + cell + 1 / 4
    assert found.influence == pytest.approx(influence)
    assert found.difference_error == pytest.approx(influence.std(ddof=1) / np.sqrt(8))
    assert found.effective == pytest.approx([4, 4])


def test_a_second_route_by_weights_of_censoring_agrees():
    data = draw(3000, 4)
    horizon = 1200.0
    found = doubly_robust_risk(**data, horizon=horizon)
    x, treated, time, cause = data.values()
    fit = fit_logistic(x, treated)
    chance = expit(fit.intercept[0] + x @ fit.log_odds_ratio)
    design = np.column_stack([np.ones(len(x)), x])
    risks = []
    for side, own in ((treated, chance), (~treated, 1 - chance)):
        known = np.zeros(len(x))
        known[side] = weigh_censoring(time[side], cause[side], horizon)
        happened = ((cause == 1) & (time <= horizon)).astype(float)
        root = np.sqrt(known)
        slopes = np.linalg.lstsq(design * root[:, None], happened * root, rcond=None)[0]
        expected = design @ slopes
        risks.append((expected + side / own * known * (happened - expected)).mean())
    # both estimate the same and differ by what censoring hides
    assert found.risk == pytest.approx(risks, abs=found.difference_error / 4)


def find_truth(effect=-0.5, horizon=1200.0):
    rng = np.random.default_rng(99)
    x = rng.standard_normal((400_000, 2))
    hazard = np.exp(0.5 * x[:, 0] - 0.5 * x[:, 1]) / 1500
    return (np.exp(-horizon * hazard) - np.exp(-horizon * hazard * np.exp(effect))).mean()


def test_one_wrong_model_does_not_matter_and_two_do():
    data, truth = draw(60_000, 5), find_truth()
    right = doubly_robust_risk(**data, horizon=1200)
    assert right.risk_difference == pytest.approx(truth, abs=4 * right.difference_error)
    x = data["x"]
    # the outcome is far from linear in these columns, treatment is not: one model is right
    warped = np.column_stack([x, np.exp(x[:, 0])])
    half = doubly_robust_risk(**data | {"x": warped}, horizon=1200)
    assert half.risk_difference == pytest.approx(truth, abs=4 * half.difference_error)
    # a confounder left out: both are wrong
    wrong = doubly_robust_risk(**data | {"x": x[:, 1:]}, horizon=1200)
    assert abs(wrong.risk_difference - truth) > 10 * wrong.difference_error


def test_strata_have_their_own_intercepts():
    data = draw(400, 6)
    trial = np.arange(400) % 3
    found = doubly_robust_risk(**data, horizon=1000, strata=trial)
    dummies = np.column_stack([data["x"], trial == 1, trial == 2])
    expected = doubly_robust_risk(**data | {"x": dummies}, horizon=1000)
    assert found.risk_difference == pytest.approx(expected.risk_difference, rel=1e-9)
    assert found.difference_error == pytest.approx(expected.difference_error, rel=1e-9)


def test_nothing_is_said_without_overlap_or_follow_up():
    data = draw(200, 7)
    told = doubly_robust_risk(**data | {"x": data["treated"][:, None] * 1.0}, horizon=1000)
    assert told.separated
    assert np.isnan(told.risk_difference)
    assert told.effective.tolist() == [0, 0]
    late = doubly_robust_risk(**data, horizon=90_000)
    assert not late.separated
    assert np.isnan(late.risk_difference)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strata": [0, 0, 0, 0, 1, 1, 1, 2]}, "only treated or only untreated"),
        ({"treated": [True] * 8}, "only treated or only untreated"),
        ({"treated": [True] * 7}, "treated"),
        ({"treated": [2, 1, 0, 0, 1, 1, 0, 0]}, "`treated`"),
        ({"x": [[1.0]] * 8}, "columns 0"),
        ({"time": [np.nan, 5, 1, 5, 5, 5, 1, 5]}, "`time`"),
        ({"horizon": 0}, "horizon"),
        ({"conf_level": 2}, "conf_level"),
    ],
)
def test_what_cannot_be_used_is_named(change, message):
    with pytest.raises(InputError, match=message):
        doubly_robust_risk(**{**HAND, "horizon": 3, **change})
