"""Concordance by hand and pair by pair, and its answers at the edges."""

import itertools

import numpy as np
import pytest
from scipy.special import expit

from chorall.errors import InputError
from chorall.stats import compare_concordance, concordance, concordance_gonen_heller

TIME = np.array([1.0, 2, 2, 3, 4, 4, 5, 6])
EVENT = np.array([1, 1, 0, 1, 1, 1, 0, 1], bool)
SCORE = np.array([3.0, 1, 2, 2, 0, 2, 1, 0])


def test_pairs_by_hand():
    # usable pairs of (1, 2c), (1, 2), (1, 3) ... with higher score first; by hand:
    # patient 0 beats all 7; patient 1 (score 1 at 2): 2c 2 -, 3: 2 -, 4: 0 +, 4: 2 -, 5: =, 6: +
    # patient 3 (score 2 at 3): 0 +, 2 =, 1 +, 0 +; patient 4 (0 at 4): 5: -, 6: =
    # patient 5 (2 at 4): 5: +, 6: +; patient 7 is the last
    found = concordance(SCORE, TIME, EVENT)
    counts = (found.n_concordant, found.n_discordant, found.n_tied_score, found.n_tied_time)
    assert counts == (7 + 2 + 3 + 0 + 2, 3 + 0 + 1, 1 + 1 + 1, 1)
    assert found.concordance == pytest.approx((14 + 1.5) / 21, rel=1e-15)


def list_pairs(score, time, event, entry, stratum, weights, event_weights):
    """Look at every pair: the slow second implementation."""
    sums = np.zeros(3)
    for i, j in itertools.permutations(range(len(time)), 2):
        later = time[j] > time[i] or (time[j] == time[i] and not event[j])
        if event[i] and later and entry[j] < time[i] and stratum[i] == stratum[j]:
            place = 0 if score[i] > score[j] else 1 if score[i] < score[j] else 2
            sums[place] += weights[i] * weights[j] * event_weights[i]
    return sums


@pytest.mark.parametrize("seed", range(8))
def test_sums_and_influence_are_those_of_all_pairs(seed):
    rng = np.random.default_rng(seed)
    n = 25
    time, score = rng.integers(1, 9, n).astype(float), rng.integers(0, 5, n).astype(float)
    event, stratum = rng.uniform(size=n) < 0.6, rng.integers(0, 2, n)
    entry = np.minimum(rng.integers(0, 6, n), time - 1)
    weights = rng.choice([0.5, 1.0, 2.0], n)

    def measure(case_weights):
        good, bad, tied = list_pairs(score, time, event, entry, stratum, case_weights, np.ones(n))
        return (good + tied / 2) / (good + bad + tied)

    found = concordance(score, time, event, entry_time=entry, strata=stratum, weights=weights)
    pairs = list_pairs(score, time, event, entry, stratum, weights, np.ones(n))
    totals = [found.n_concordant, found.n_discordant, found.n_tied_score]
    np.testing.assert_allclose(totals, pairs, rtol=1e-13)
    step = 1e-6
    for patient in range(n):
        more, less = weights.copy(), weights.copy()
        more[patient] += step
        less[patient] -= step
        slope = weights[patient] * (measure(more) - measure(less)) / (2 * step)
        assert found.influence[patient] == pytest.approx(slope, abs=1e-8)


def test_uno_weighs_events_by_the_censoring_before_them():
    # censored at 2 (one of six still at risk of it) and at 5
    uncensored = {1.0: 1.0, 2.0: 1.0, 3.0: 5 / 6, 4.0: 5 / 6, 6.0: 5 / 12}
    event_weights = [1 / uncensored.get(time, np.inf) ** 2 for time in TIME]
    ones = np.ones(8)
    expected = list_pairs(SCORE, TIME, EVENT, 0 * ones, ones, ones, event_weights)
    found = concordance(SCORE, TIME, EVENT, method="uno")
    totals = [found.n_concordant, found.n_discordant, found.n_tied_score]
    np.testing.assert_allclose(totals, expected, rtol=1e-13)


def test_turning_the_score_turns_the_concordance():
    found, turned = concordance(SCORE, TIME, EVENT), concordance(-SCORE, TIME, EVENT)
    assert turned.concordance == pytest.approx(1 - found.concordance, rel=1e-14)
    assert turned.standard_error == pytest.approx(found.standard_error, rel=1e-12)


def test_perfect_and_useless_scores():
    assert concordance(np.zeros(8), TIME, EVENT).concordance == 0.5
    untied = TIME + np.arange(8) / 10
    perfect = concordance(-untied, untied, EVENT)
    assert perfect.concordance == 1
    assert (perfect.standard_error, perfect.lower, perfect.upper) == (0, 1, 1)


@pytest.mark.parametrize(
    ("time", "event"), [([1, 2, 3], [False] * 3), ([2, 2, 2], [True] * 3), ([1], [True])]
)
def test_without_a_pair_nothing_is_known(time, event):
    found = concordance(np.arange(len(time)), time, event)
    assert np.isnan([found.concordance, found.standard_error, found.lower, found.upper]).all()


def test_a_stratum_without_pairs_adds_nothing():
    alone = concordance(SCORE, TIME, EVENT)
    found = concordance(
        [*SCORE, 5, 7], [*TIME, 1, 2], [*EVENT, False, False], strata=["x"] * 8 + ["y"] * 2
    )
    assert found.concordance == alone.concordance
    assert found.standard_error == pytest.approx(alone.standard_error, rel=1e-14)


def test_infinite_scores_have_an_order_and_missing_ones_are_refused():
    found = concordance([np.inf, 1, -np.inf], [1, 2, 3], [True] * 3)
    assert found.concordance == 1
    with pytest.raises(InputError, match="`score`: 1 of 3 is missing; at positions 1"):
        concordance([1, np.nan, 2], [1, 2, 3], [True] * 3)
    with pytest.raises(InputError, match="differ in length"):
        concordance([1, 2], [1, 2, 3], [True] * 3)


def test_an_unknown_method_is_refused():
    with pytest.raises(InputError, match="harrell, uno"):
        concordance([1, 2], [1, 2], [True] * 2, method="somers")


def test_the_same_score_twice_does_not_differ():
    found = compare_concordance(SCORE, 10 * SCORE, TIME, EVENT)
    assert (found.difference, found.standard_error) == (0, 0)
    assert np.isnan(found.p_value)


def test_gonen_heller_is_the_mean_over_all_pairs_and_its_error_the_delta_method():
    rng = np.random.default_rng(3)
    x, slopes = rng.normal(size=(40, 3)), np.array([0.5, -0.8, 0.2])
    root = rng.normal(size=(3, 3)) * 0.1
    covariance = root @ root.T

    def measure(b, keep):
        predictor = x[keep] @ b
        pairs = itertools.combinations(predictor, 2)
        return np.mean([expit(abs(one - other)) for one, other in pairs])

    everybody = np.arange(40)
    found = concordance_gonen_heller(x, slopes, covariance)
    assert found.concordance == pytest.approx(measure(slopes, everybody), rel=1e-13)
    step = 1e-6 * np.eye(3)
    gradient = [
        (measure(slopes + e, everybody) - measure(slopes - e, everybody)) / 2e-6 for e in step
    ]
    # leaving patient i of n out moves the mean by 2 (own mean - mean) / (n - 2)
    own = [measure(slopes, np.delete(everybody, i)) - found.concordance for i in everybody]
    spread = np.sum(np.square(own)) * (38 / 40) ** 2
    expected = np.sqrt(spread + np.array(gradient) @ covariance @ gradient)
    assert found.standard_error == pytest.approx(expected, rel=1e-5)


def test_gonen_heller_does_not_depend_on_the_block_size(monkeypatch):
    x = np.random.default_rng(1).normal(size=(30, 2))
    whole = concordance_gonen_heller(x, [1.0, 0.3], np.eye(2) * 0.01)
    monkeypatch.setattr("chorall.stats.gonen_heller.BLOCK_PAIRS", 70)
    found = concordance_gonen_heller(x, [1.0, 0.3], np.eye(2) * 0.01)
    assert found.concordance == pytest.approx(whole.concordance, rel=1e-14)
    assert found.standard_error == pytest.approx(whole.standard_error, rel=1e-12)


@pytest.mark.parametrize(
    ("x", "slopes", "covariance"),
    [
        ([[1.0]], [1.0], [[1.0]]),
        ([[1.0], [2.0]], [1.0, 2.0], [[1.0]]),
        ([[1.0], [np.nan]], [1.0], [[1.0]]),
        ([["a"], ["b"]], [1.0], [[1.0]]),
    ],
)
def test_gonen_heller_refuses_what_is_no_model(x, slopes, covariance):
    with pytest.raises(InputError):
        concordance_gonen_heller(x, slopes, covariance)
