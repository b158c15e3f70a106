"""Built rules and the gain of waiting, against the law that patients were drawn by."""

from __future__ import annotations

import numpy as np
import pytest
from simulation.risk_replicates import TARGETS, replicate_rule, replicate_waiting

N_RULES, N_WAITING = 25, 20


@pytest.fixture(scope="module")
def rules():
    return [replicate_rule(np.random.default_rng([9, seed])) for seed in range(N_RULES)]


def test_apparent_order_is_too_good_and_left_out_order_is_not(rules):
    apparent = np.array([one.apparent - one.fresh for one in rules])
    left_out = np.array([one.left_out - one.fresh for one in rules])
    assert apparent.mean() > 3 * apparent.std(ddof=1) / np.sqrt(N_RULES)
    assert abs(left_out.mean()) < 3.5 * left_out.std(ddof=1) / np.sqrt(N_RULES)


def test_shrinkage_takes_the_winners_curse_away(rules):
    with_it = np.array([one.predicted - one.true for one in rules])
    without = np.array([one.raw for one in rules])
    assert without.mean() > 3 * without.std(ddof=1) / np.sqrt(N_RULES)
    assert with_it.mean() < without.mean()
    assert abs(with_it.mean()) < 0.02


def test_a_target_is_rarely_called_met_where_the_truth_misses_it(rules):
    wrong = [
        verdict == "met"
        for one in rules
        for place, (verdict, truth) in enumerate(one.verdicts)
        if verdict and not _holds(place, truth)
    ]
    right = [
        verdict == "missed"
        for one in rules
        for place, (verdict, truth) in enumerate(one.verdicts)
        if verdict and _holds(place, truth)
    ]
    assert sum(wrong) <= 2
    assert sum(right) <= 2
    assert len(right) > N_RULES


def _holds(place, truth):
    low = 0.0 if place == 0 else TARGETS[place - 1]
    high = 1.0 if place == len(TARGETS) else TARGETS[place]
    return low <= truth <= high


def test_waiting_is_claimed_to_help_only_where_it_does():
    null = [replicate_waiting(np.random.default_rng([7, s]), 0.0) for s in range(N_WAITING)]
    real = [replicate_waiting(np.random.default_rng([8, s]), 1.3) for s in range(N_WAITING)]
    assert sum(one["concordance"][1] > 0 for one in null) <= 2
    assert sum(one["brier"][2] < 0 for one in null) <= 2
    assert sum(one["concordance"][1] > 0 for one in real) >= 17
    assert sum(one["brier"][2] < 0 for one in real) >= 17
