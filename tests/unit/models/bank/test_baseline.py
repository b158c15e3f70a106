"""The baseline of a mean over draws, and the place of a trial, against long sums and by hand."""

import numpy as np
import pytest
from unit.models.bank.test_transition_fit import lay_out

from chorall.models.bank.baseline import draw_ratio, find_baseline, find_effective_risk
from chorall.models.bank.level import place_trial
from chorall.models.bank.noise import draw_evenly
from chorall.stats import kaplan_meier

EDGES = np.arange(0, 1201, 10.0)


def draw_rows(spread, n=20_000):
    """Return patients whose log hazard is not known: normal with this spread."""
    random = np.random.default_rng(3)
    ratio = np.exp(random.normal(scale=spread, size=n))
    time = random.exponential(400 / ratio)
    end = np.minimum(time, 1200)
    return lay_out(np.zeros((n, 1)), np.zeros(n), end, time <= 1200, np.array(["A"] * n))


@pytest.mark.parametrize("spread", [0.0, 0.6, 1.2])
def test_the_mean_over_draws_is_the_survival_of_the_patients(spread):
    rows = draw_rows(spread)
    n = len(rows.time)
    hazard = find_baseline(rows, draw_ratio(np.zeros(n), np.full(n, spread**2)), EDGES)
    draws = np.exp(spread * draw_evenly(np.random.default_rng(1), 4000, 1)[:, 0])
    mean = np.exp(-draws[:, None] * hazard).mean(axis=0)
    observed = kaplan_meier(rows.time, rows.event).at(EDGES[1:]).survival
    np.testing.assert_allclose(mean[1:], observed, atol=0.004)


def test_the_baseline_found_is_the_planted_one():
    """Hazard 1/400 a day of a patient at the means, in spite of the spread around it."""
    rows = draw_rows(0.8)
    n = len(rows.time)
    hazard = find_baseline(rows, draw_ratio(np.zeros(n), np.full(n, 0.64)), EDGES)
    np.testing.assert_allclose(hazard[[30, 60, 119]], EDGES[[30, 60, 119]] / 400, rtol=0.04)


def test_what_is_certain_is_its_own_effective_risk():
    rows = draw_rows(0.0, n=50)
    risk = np.linspace(-1, 1, 50)
    drawn = draw_ratio(risk, np.zeros(50))
    found = find_effective_risk(rows, drawn, EDGES / 400, EDGES)
    np.testing.assert_allclose(found, risk, atol=1e-12)


def test_a_trial_lies_where_its_events_pull_it():
    """20 events where 10 are expected, deviation 0.5: the mode solves 20 - 10 exp(u) = 4 u."""
    level, error = place_trial(20, 10.0, 0.5)
    variance = error**2
    mode = level - (0.25 - variance) / 2
    assert 20 - 10 * np.exp(mode) == pytest.approx(4 * mode, abs=1e-9)
    assert variance == pytest.approx(1 / (10 * np.exp(mode) + 4), abs=1e-12)
    assert 0 < mode < np.log(2)


def test_a_trial_without_patients_is_a_trial_not_seen():
    assert place_trial(0, 0.0, 0.5) == (0.0, 0.5)
    assert place_trial(9, 3.0, 0.0) == (0.0, 0.0)
    level, error = place_trial(0, 1e-9, 0.5)
    assert (level, error) == pytest.approx((0.0, 0.5), abs=1e-6)


@pytest.mark.parametrize("draws", [2, 3, 100, 500])
def test_even_draws_have_mean_0_and_deviation_1(draws):
    found = draw_evenly(np.random.default_rng(2), draws, 4)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=0), 1, atol=1e-12)
    assert draw_evenly(np.random.default_rng(2), draws, 0).shape == (draws, 0)
