"""Concordance with competing causes: by hand, pair by pair, and at the edges."""

import itertools

import numpy as np
import pytest

from chorall.stats import compare_concordance, concordance


def test_pairs_by_hand():
    # cause 1 at 1 and 4, cause 2 at 2, censored at 3: after its event the second patient stays
    found = concordance([3, 0, 1, 2], [1, 2, 3, 4], [1, 2, 0, 1], cause_of_interest=1)
    # at 1: beats all three; at 4: beats the one with cause 2, the censored one is gone
    assert (found.n_concordant, found.n_discordant) == (4, 0)
    turned = concordance([3, 5, 1, 2], [1, 2, 3, 4], [1, 2, 0, 1], cause_of_interest=1)
    assert (turned.n_concordant, turned.n_discordant) == (2, 2)


def find_chance(columns, weights, i):
    """Chance of patient i to be observed just before the own time."""
    _, time, cause, entry, stratum = columns
    mine, product = stratum == stratum[i], 1.0
    for t in np.unique(time[mine & (cause == 0) & (time < time[i])]):
        gone = mine & (time == t) & (cause == 0)
        product *= 1 - weights[gone].sum() / weights[gone | mine & (entry < t) & (time > t)].sum()
    for v in np.unique(entry[mine])[1:]:
        if v >= time[i]:
            present = weights[mine & (entry <= v) & (time > v)].sum()
            product *= 1 - weights[mine & (entry == v)].sum() / present
    return product


def list_pairs(columns, weights, chance, horizon):
    """Look at every pair: the slow second implementation."""
    score, time, cause, entry, stratum = columns
    sums = np.zeros(3)
    for i, j in itertools.permutations(range(len(time)), 2):
        if cause[i] != 1 or time[i] > horizon or stratum[i] != stratum[j]:
            continue
        tied_and_free = time[j] == time[i] and cause[j] != 1
        if (time[j] > time[i] or tied_and_free) and entry[j] < time[i]:
            pair = chance[i] ** -2
        elif cause[j] == 2 and time[j] < time[i]:
            pair = 1 / chance[i] / chance[j]
        else:
            continue
        sums[0 if score[i] > score[j] else 1 if score[i] < score[j] else 2] += (
            weights[i] * weights[j] * pair
        )
    return sums


def draw_columns(seed, n=30):
    rng = np.random.default_rng(seed)
    time, score = rng.integers(2, 10, n).astype(float), rng.integers(0, 6, n).astype(float)
    entry = np.where(rng.random(n) < 0.6, 0.0, np.minimum(rng.integers(0, 6, n), time - 1))
    weights = rng.choice([0.5, 1.0, 2.0], n)
    return (score, time, rng.integers(0, 3, n), entry, rng.integers(0, 2, n)), weights


@pytest.mark.parametrize("method", ["harrell", "uno"])
@pytest.mark.parametrize("seed", range(4))
def test_sums_are_those_of_all_pairs(seed, method):
    columns, weights = draw_columns(seed)
    score, time, cause, entry, stratum = columns
    found = concordance(
        score, time, cause, cause_of_interest=1, entry_time=entry, strata=stratum,
        weights=weights, method=method, truncation_time=7,
    )  # fmt: skip
    ones = np.ones(len(time))
    chance = ones
    if method == "uno":
        chance = np.array([find_chance(columns, weights, i) for i in range(len(time))])
    totals = [found.n_concordant, found.n_discordant, found.n_tied_score]
    np.testing.assert_allclose(totals, list_pairs(columns, weights, chance, 7), rtol=1e-12)


@pytest.mark.parametrize("method", ["harrell", "uno"])
@pytest.mark.parametrize("seed", range(2))
def test_the_influence_is_the_derivative_by_the_weight_chances_being_held(seed, method):
    columns, weights = draw_columns(seed)
    score, time, cause, entry, stratum = columns
    found = concordance(
        score, time, cause, cause_of_interest=1, entry_time=entry, strata=stratum,
        weights=weights, method=method, truncation_time=7,
    )  # fmt: skip
    chance = np.ones(len(time))
    if method == "uno":
        chance = np.array([find_chance(columns, weights, i) for i in range(len(time))])
    for patient in range(0, len(time), 3):
        both = []
        for step in (1e-6, -1e-6):
            moved = weights.copy()
            moved[patient] += step
            good, bad, tied = list_pairs(columns, moved, chance, 7)
            both.append((good + tied / 2) / (good + bad + tied))
        slope = weights[patient] * (both[0] - both[1]) / 2e-6
        assert found.influence[patient] == pytest.approx(slope, abs=1e-7)


def test_without_censoring_both_methods_compare_all_with_each_case():
    (score, time, cause, *_), _ = draw_columns(7)
    cause = np.where(cause == 0, 2, cause)
    harrell, uno = (
        concordance(score, time, cause, cause_of_interest=1, method=m) for m in ("harrell", "uno")
    )
    assert uno.concordance == pytest.approx(harrell.concordance, rel=1e-13)
    beyond = np.where(cause == 2, 100.0, time)
    expected = concordance(score, beyond, cause == 1)
    assert harrell.concordance == pytest.approx(expected.concordance, rel=1e-13)


def test_two_scores_are_compared_on_the_same_pairs():
    (score, time, cause, *_), _ = draw_columns(8)
    found = compare_concordance(score, -score, time, cause, cause_of_interest=1)
    assert found.first.concordance == pytest.approx(1 - found.second.concordance, rel=1e-13)
