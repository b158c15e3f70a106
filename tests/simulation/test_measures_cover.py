"""The intervals of pooled effects and of measures of prediction cover what they should."""

import numpy as np
import pytest

from chorall.stats import brier_score, concordance, pool_effects, pool_proportions

REPEATS = 200


def assert_covers(n_covered, level=0.95, slack=0.02):
    """Allow three binomial standard deviations and what a small sample lacks."""
    error = np.sqrt(level * (1 - level) / REPEATS)
    assert n_covered / REPEATS >= level - 3 * error - slack
    assert n_covered / REPEATS <= level + 3 * error + slack


@pytest.mark.parametrize("tau", [0.0, 0.3])
def test_hartung_knapp_limits_of_five_studies_cover_the_mean(tau):
    rng = np.random.default_rng(20)
    errors = np.array([0.1, 0.15, 0.2, 0.3, 0.4])
    covered = 0
    for _ in range(REPEATS):
        effects = 0.5 + rng.normal(size=5) * np.sqrt(tau**2 + errors**2)
        found = pool_effects(effects, errors)
        covered += found.lower <= 0.5 <= found.upper
    assert_covers(covered)


def test_prediction_limits_cover_one_more_study():
    rng = np.random.default_rng(21)
    covered = 0
    for _ in range(REPEATS):
        errors = rng.uniform(0.1, 0.3, 12)
        found = pool_effects(0.5 + rng.normal(size=12) * np.hypot(0.3, errors), errors)
        covered += found.prediction_lower <= 0.5 + 0.3 * rng.normal() <= found.prediction_upper
    assert_covers(covered)


def test_limits_of_pooled_rare_proportions_cover():
    rng = np.random.default_rng(22)
    n = np.array([40, 80, 120, 160, 200, 300])
    truth, covered = np.log(0.05 / 0.95), 0
    for _ in range(REPEATS):
        chance = 1 / (1 + np.exp(-truth - 0.4 * rng.normal(size=6)))
        found = pool_proportions(rng.binomial(n, chance), n)
        covered += found.lower <= 0.05 <= found.upper
    assert_covers(covered)


def test_limits_of_concordance_and_brier_score_cover():
    rng = np.random.default_rng(23)

    def draw(n):
        score = rng.normal(size=n)
        time, censoring = rng.exponential(np.exp(-score)), rng.uniform(0, 3, n)
        risk = 1 - np.exp(-0.8 * np.exp(0.7 * score))
        return score, risk, np.minimum(time, censoring), time <= censoring, time

    score, risk, *_, time = draw(1_000_000)
    everybody = np.ones(len(time), bool)
    # of pairs of exponential times with these hazards, without censoring
    true_concordance = concordance(score, time, everybody, method="uno", truncation_time=1)
    true_brier = np.mean(((time <= 1) - risk) ** 2)
    covered = np.zeros(2)
    for _ in range(REPEATS):
        score, risk, time, event, _ = draw(200)
        found = concordance(score, time, event, method="uno", truncation_time=1)
        brier = brier_score(risk, time, event, 1)
        covered += [
            found.lower <= true_concordance.concordance <= found.upper,
            brier.lower[0] <= true_brier <= brier.upper[0],
        ]
    for count in covered:
        assert_covers(count)
