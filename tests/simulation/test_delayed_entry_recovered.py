"""Measures of prediction with delayed entry find what holds among all, also the unobserved."""

import numpy as np

from chorall.stats import (
    brier_score,
    calibration,
    concordance,
    decision_curve,
    time_dependent_auc,
)

REPEATS, N = 200, 400
HORIZON, THRESHOLD = 1.0, 0.4


def draw_population(rng, n):
    """Two causes; predictions too extreme by a known part; high risks are gone before entry."""
    score = np.clip(rng.normal(size=n), -2, 2)
    of_interest, other = rng.exponential(np.exp(-score)), rng.exponential(2.5, n)
    time = np.minimum(of_interest, other)
    cause = np.where(of_interest <= other, 1, 2)
    # the prediction of a model with slope 1 / 0.8 and no competing cause
    risk = 1 - np.exp(-0.9 * np.exp(1.25 * score))
    entry = np.where(rng.random(n) < 0.3, 0.0, rng.uniform(0, 1.5, n))
    return score, risk, time, cause, entry


def observe(rng):
    """Only who is event-free at entry is seen, and followed for a while."""
    score, risk, time, cause, entry = draw_population(rng, 4 * N)
    seen = np.flatnonzero(entry < time)[:N]
    score, risk, time, cause, entry = (values[seen] for values in (score, risk, time, cause, entry))
    end = entry + rng.exponential(2.0, N)
    return score, risk, np.minimum(time, end), np.where(time <= end, cause, 0), entry


def find_truth():
    score, risk, time, cause, _ = draw_population(np.random.default_rng(1), 400_000)
    case = (time <= HORIZON) & (cause == 1)
    curve = decision_curve(risk, time, cause, HORIZON, THRESHOLD, cause_of_interest=1)
    slope = calibration(risk, time, cause, HORIZON, cause_of_interest=1).slope
    pairs = concordance(score, time, cause > 0, truncation_time=HORIZON)
    auc = time_dependent_auc(risk, time, cause, HORIZON, cause_of_interest=1)
    return np.array(
        [
            np.mean((case - risk) ** 2), auc.auc[0], pairs.concordance, slope,
            curve.net_benefit[0], risk.mean(),
        ]
    )  # fmt: skip


def estimate(rng):
    """Return the estimates and, of those that have limits, whether these hold the truth."""
    score, risk, time, cause, entry = observe(rng)
    common = {"cause_of_interest": 1, "entry_time": entry}
    brier = brier_score(risk, time, cause, HORIZON, **common)
    auc = time_dependent_auc(risk, time, cause, HORIZON, **common)
    uno = concordance(
        score, time, cause > 0, entry_time=entry, method="uno", truncation_time=HORIZON
    )
    line = calibration(risk, time, cause, HORIZON, n_groups=2, **common)
    benefit = decision_curve(risk, time, cause, HORIZON, THRESHOLD, **common).net_benefit[0]
    limits = [
        (brier.lower[0], brier.upper[0]), (auc.lower[0], auc.upper[0]), (uno.lower, uno.upper),
        (line.slope_lower, line.slope_upper),
    ]  # fmt: skip
    found = [brier.brier[0], auc.auc[0], uno.concordance, line.slope, benefit, line.mean_predicted]
    return found, limits


def test_measures_with_delayed_entry_are_right_on_average_and_their_limits_cover():
    truth, rng = find_truth(), np.random.default_rng(9)
    runs = [estimate(rng) for _ in range(REPEATS)]
    found = np.array([values for values, _ in runs])
    error = found.std(axis=0, ddof=1) / np.sqrt(REPEATS)
    # a chance of 1 in 10,000 each
    assert (np.abs(found.mean(axis=0) - truth) < 3.9 * error).all(), (found.mean(axis=0), truth)
    lower, upper = np.moveaxis(np.array([limits for _, limits in runs]), 2, 0)
    covered = ((lower <= truth[:4]) & (truth[:4] <= upper)).mean(axis=0)
    assert (covered > 0.90).all(), covered
    assert (covered < 0.99).all(), covered
