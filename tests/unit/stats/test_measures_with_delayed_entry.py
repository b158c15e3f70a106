"""Measures of prediction with delayed entry: by hand, by a second implementation, at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import (
    brier_score,
    calibration,
    concordance,
    cumulative_incidence,
    decision_curve,
    reclassification,
    time_dependent_auc,
)

# at 3 the second patient has left before the fifth comes; the last enters after the horizon
ENTRY = [0, 0, 0, 1, 3, 5]
TIME = [2, 3, 4, 6, 5, 7]
EVENT = [True, False, True, False, True, True]
RISK = [0.9, 0.5, 0.8, 0.4, 0.6, 0.1]


def find_weights_by_hand():
    # entered by t, backwards: of the 3 just after 3 one came at 3; of the 4 just after 1 one at 1
    entered_by_1 = Fraction(2, 3)
    # censored at 3: 1 of the 3 observed then
    uncensored = Fraction(2, 3)
    at_2 = 1 / entered_by_1
    at_4 = 1 / uncensored
    return [at_2, 0, at_4, at_4, at_4, 0]


def test_weights_by_hand():
    weights, horizon = find_weights_by_hand(), 4
    total = sum(weights)
    # the weights are the jumps of Kaplan-Meier: 1/4 at 2, then 1/3 of 3/4 at 4
    assert [weight / total for weight in weights] == [Fraction(x, 4) for x in (1, 0, 1, 1, 1, 0)]
    case = [1, 0, 1, 0, 0, 0]
    tenth = [Fraction(round(10 * value), 10) for value in RISK]
    expected = sum(w * (y - p) ** 2 for w, y, p in zip(weights, case, tenth, strict=True)) / total
    found = brier_score(RISK, TIME, EVENT, horizon, entry_time=ENTRY)
    assert found.brier[0] == pytest.approx(float(expected), rel=1e-14)
    assert found.null_brier[0] == pytest.approx(0.25, rel=1e-14)
    auc = time_dependent_auc(RISK, TIME, EVENT, horizon, entry_time=ENTRY)
    assert (auc.auc[0], auc.n_cases[0], auc.n_controls[0]) == (1, 2, 2)
    curve = decision_curve(RISK, TIME, EVENT, horizon, [0.5], entry_time=ENTRY)
    # above it: both cases and the fifth patient
    assert curve.positive_fraction[0] == pytest.approx(3 / 4, rel=1e-14)
    assert curve.net_benefit[0] == pytest.approx(2 / 4 - 1 / 4, rel=1e-14)


def test_uno_by_hand():
    # events at 2, 4, 5, 7 with weights (H G)^-2, H rising at 5 as well; nobody is with the last
    found = concordance(
        [3, 1, 1, 2, 0, 5], TIME, EVENT, entry_time=ENTRY, method="uno", truncation_time=4
    )
    at_2, at_4 = Fraction(3, 2) ** 2, Fraction(3, 2) ** 2
    # at 2: beats all three with it; at 4: loses to one of score 2 and beats one of score 0
    assert found.concordance == pytest.approx(float((3 * at_2 + at_4) / (3 * at_2 + 2 * at_4)))


def find_chance(columns, weights, i, until, before):
    """Chance of a patient to be seen just before or at a time: uncensored, and entered."""
    time, cause, entry, stratum, _ = columns
    mine, product = stratum == stratum[i], 1.0
    for t in np.unique(time[mine & (cause == 0)]):
        if t < until or (t == until and not before):
            gone = (time == t) & (cause == 0) & mine
            left = mine & (entry < t) & (time > t) | gone
            product *= 1 - weights[gone].sum() / weights[left].sum()
    for v in np.unique(entry[mine])[1:]:
        if v > until or (v == until and before):
            present = weights[mine & (entry <= v) & (time > v)].sum()
            product *= 1 - weights[mine & (entry == v)].sum() / present
    return product


def estimate_plainly(columns, horizon, weights, measure):
    """Estimate a Brier score or an AUC from its definition, every weight by its own product."""
    time, cause, entry, _, marker = columns
    chance = np.full(len(time), np.inf)
    for i in range(len(time)):
        if time[i] > horizon and entry[i] <= horizon:
            chance[i] = find_chance(columns, weights, i, horizon, False)
        elif time[i] <= horizon and cause[i]:
            chance[i] = find_chance(columns, weights, i, time[i], True)
    observed = weights / chance
    case = (cause == 1) & (time <= horizon)
    if measure == "brier":
        return np.sum(observed * (case - marker) ** 2) / observed.sum()
    order = np.sign(marker[:, None] - marker[None, :]) / 2 + 0.5
    pairs = np.outer(observed * case, observed * ~case)
    return np.sum(pairs * order) / pairs.sum()


def estimate_uno_plainly(columns, horizon, weights):
    """Go through all pairs in which one has the event while the other is observed."""
    time, cause, entry, stratum, marker = columns
    good = total = 0.0
    for i in np.flatnonzero((cause > 0) & (time <= horizon)):
        chance = find_chance(columns, weights, i, time[i], True)
        for j in np.flatnonzero((entry < time[i]) & (stratum == stratum[i])):
            if time[j] > time[i] or (time[j] == time[i] and cause[j] == 0):
                pair = weights[i] * weights[j] / chance**2
                good += pair * (1 + np.sign(marker[i] - marker[j])) / 2
                total += pair
    return good / total


def draw_columns(seed, n=50):
    rng = np.random.default_rng(seed)
    time, cause = rng.integers(2, 14, n).astype(float), rng.integers(0, 3, n)
    stratum = rng.integers(0, 2, n)
    entry = np.where(rng.random(n) < 0.5, 0.0, np.floor(rng.uniform(0, time)))
    return time, cause, entry, stratum, rng.integers(0, 20, n) / 20


@pytest.mark.parametrize("measure", ["brier", "auc"])
@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_estimate_and_influence_are_those_of_the_plain_definition(seed, stratified, measure):
    columns = draw_columns(seed)
    time, cause, entry, stratum, marker = columns
    strata = stratum if stratified else None
    columns = (time, cause, entry, stratum if stratified else 0 * stratum, marker)
    kernel = time_dependent_auc if measure == "auc" else brier_score
    found = kernel(
        marker, time, cause, 7, cause_of_interest=1, entry_time=entry, censoring_strata=strata
    )
    n, step = len(time), 1e-5
    value = found.auc[0] if measure == "auc" else found.brier[0]
    assert value == pytest.approx(estimate_plainly(columns, 7, np.ones(n), measure), rel=1e-12)
    for patient in range(0, n, 5):
        both = []
        for sign in (1, -1):
            weights = np.ones(n)
            weights[patient] += sign * step
            both.append(estimate_plainly(columns, 7, weights, measure))
        slope = n * (both[0] - both[1]) / (2 * step)
        assert found.influence[patient, 0] == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("stratified", [False, True])
def test_uno_is_the_plain_sum_over_pairs(stratified):
    time, cause, entry, stratum, marker = draw_columns(5)
    weights = np.random.default_rng(1).integers(1, 4, len(time)) / 2
    strata = stratum if stratified else None
    plain = (time, cause, entry, stratum if stratified else 0 * stratum, marker)
    found = concordance(
        marker, time, cause > 0, entry_time=entry, strata=strata, weights=weights,
        method="uno", truncation_time=9,
    )  # fmt: skip
    assert found.concordance == pytest.approx(estimate_uno_plainly(plain, 9, weights), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_weighted_incidence_is_that_of_aalen_and_johansen(seed):
    time, cause, entry, _, _ = draw_columns(seed)
    curve = cumulative_incidence(time, cause, entry_time=entry, n_causes=2).at([3, 6, 9])
    risk = curve.cumulative_incidence[0]
    found = brier_score(
        np.zeros((len(time), 3)), time, cause, [3, 6, 9], cause_of_interest=1, entry_time=entry
    )
    np.testing.assert_allclose(found.brier, risk, rtol=1e-12)
    np.testing.assert_allclose(found.null_brier, risk * (1 - risk), rtol=1e-12)


def test_everybody_from_the_origin_is_no_delayed_entry():
    time, cause, _, stratum, marker = draw_columns(3)
    nobody_late = np.zeros(len(time))
    for kernel in (brier_score, time_dependent_auc):
        with_entry, without = (
            kernel(marker, time, cause, 7, cause_of_interest=1, censoring_strata=stratum, **extra)
            for extra in ({"entry_time": nobody_late}, {})
        )
        np.testing.assert_allclose(with_entry.influence, without.influence, atol=1e-10)
        np.testing.assert_allclose(with_entry.standard_error, without.standard_error, rtol=1e-10)
    both = [
        concordance(marker, time, cause > 0, method="uno", **extra).concordance
        for extra in ({"entry_time": nobody_late}, {})
    ]
    assert both[0] == pytest.approx(both[1], rel=1e-12)


GAP = {"time": [1, 2, 2, 5, 6, 7], "entry_time": [0, 0, 0, 3, 3, 4]}


@pytest.mark.parametrize("kernel", [brier_score, time_dependent_auc])
def test_periods_that_nobody_links_are_refused(kernel):
    with pytest.raises(InputError, match="everybody under observation has only just entered"):
        kernel(RISK, event=EVENT, horizon=4.5, **GAP)
    # what comes after the horizon does not matter
    assert np.isfinite(brier_score(RISK, event=[True] * 6, horizon=1.5, **GAP).brier[0])


def test_other_measures_refuse_such_periods_too():
    with pytest.raises(InputError, match="only just entered"):
        concordance(RISK, event=EVENT, method="uno", **GAP)
    with pytest.raises(InputError, match="only just entered"):
        decision_curve(RISK, event=EVENT, horizon=4.5, threshold=[0.5], **GAP)
    with pytest.raises(InputError, match="only just entered"):
        calibration(RISK, event=EVENT, horizon=4.5, **GAP)
    table = reclassification(RISK, RISK, event=EVENT, horizon=4.5, cut=[0.05], **GAP)
    assert np.isnan(table.observed[1, 1])


def test_a_horizon_before_all_entries_is_not_known():
    late = {"time": [5, 6, 7], "entry_time": [2, 3, 4], "event": [True, True, False]}
    found = brier_score(np.full((3, 2), 0.5), horizon=[1, 5.5], **late)
    assert np.isnan(found.brier).tolist() == [True, False]
    with pytest.raises(InputError, match="nobody was followed"):
        calibration([0.2, 0.3, 0.4], horizon=1, **late)
