"""Measures of prediction and their errors against plain weighted definitions.

Errors are those of the infinitesimal jackknife: the derivative of the plain definition by the
weight of each patient, here a difference of two values.
"""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chorall.stats import brier_score, concordance, decision_curve, time_dependent_auc

FEW = settings(deadline=None, max_examples=6)
SEEDS = st.integers(0, 2**32 - 1)
HORIZON = 4.0
STEP = 1e-5
CLOSE = {"rtol": 1e-11, "atol": 1e-12}
DIFFERENCE = {"rtol": 1e-5, "atol": 1e-7}


def draw(seed, n=12):
    generator = np.random.default_rng(seed)
    time = generator.integers(1, 8, n).astype(float)
    cause = generator.integers(0, 3, n)
    risk = generator.integers(1, 8, n) / 8
    assume((time > HORIZON).any())
    assume(((time <= HORIZON) & (cause == 1)).any())
    return risk, time, cause


def stay_uncensored(time, cause, weight, at, *, before):
    """Probability of no censoring by `at`, or just before it; events come before censorings."""
    product = 1.0
    for t in np.unique(time[cause == 0]):
        if t < at or (t == at and not before):
            at_risk = weight[(time > t) | ((time == t) & (cause == 0))].sum()
            product *= 1 - weight[(time == t) & (cause == 0)].sum() / at_risk
    return product


def weigh(time, cause, weight):
    """Weights of those known at the horizon: cases, others with an event, and survivors."""
    known = np.zeros(len(time))
    for i, t in enumerate(time):
        if t > HORIZON:
            known[i] = 1 / stay_uncensored(time, cause, weight, HORIZON, before=False)
        elif cause[i] > 0:
            known[i] = 1 / stay_uncensored(time, cause, weight, t, before=True)
    return known


def find_brier(risk, time, cause, weight):
    happened = (time <= HORIZON) & (cause == 1)
    known = weigh(time, cause, weight)
    return (weight * known * (happened - risk) ** 2).sum() / weight.sum()


def find_auc(risk, time, cause, weight):
    known = weight * weigh(time, cause, weight)
    case = (time <= HORIZON) & (cause == 1)
    pairs = (known * case)[:, None] * (known * ~case)
    higher = (risk[:, None] > risk) + 0.5 * (risk[:, None] == risk)
    return (pairs * higher).sum() / pairs.sum()


def differentiate(measure, risk, time, cause):
    """Return the influence of each patient, times n, as a difference over the weights."""
    n, influence = len(time), []
    for i in range(n):
        values = []
        for step in (STEP, -STEP):
            weight = np.full(n, 1 - step)
            weight[i] += step * n
            values.append(measure(risk, time, cause, weight))
        influence.append((values[0] - values[1]) / (2 * STEP))
    return np.array(influence)


MEASURES = [(brier_score, "brier", find_brier), (time_dependent_auc, "auc", find_auc)]


@pytest.mark.parametrize(("kernel", "name", "measure"), MEASURES, ids=["brier", "auc"])
@pytest.mark.parametrize("competing", [False, True])
@given(SEEDS)
@FEW
def test_value_and_error_are_those_of_the_definition(kernel, name, measure, competing, seed):
    risk, time, cause = draw(seed)
    if competing:
        found = kernel(risk, time, cause, HORIZON, cause_of_interest=1)
    else:
        cause = np.minimum(cause, 1)
        found = kernel(risk, time, cause == 1, HORIZON)
    n = len(time)
    np.testing.assert_allclose(
        getattr(found, name)[0], measure(risk, time, cause, np.ones(n)), **CLOSE
    )
    influence = differentiate(measure, risk, time, cause)
    np.testing.assert_allclose(found.influence[:, 0], influence, **DIFFERENCE)
    # as a standard deviation of the influences, over the root of n
    error = np.sqrt(np.sum(influence**2) / (n - 1) / n)
    np.testing.assert_allclose(found.standard_error[0], error, **DIFFERENCE)


@given(SEEDS, st.sampled_from([0.25, 0.5, 0.6]))
@FEW
def test_net_benefit_is_won_less_lost(seed, threshold):
    risk, time, cause = draw(seed)
    flagged = risk >= threshold
    assume(flagged.any() and (time[flagged] >= HORIZON).any())
    found = decision_curve(risk, time, cause, HORIZON, [threshold], cause_of_interest=1)
    # Aalen and Johansen among those flagged, by its definition
    alive, incidence = 1.0, 0.0
    t, c = time[flagged], cause[flagged]
    for now in np.unique(t[t <= HORIZON]):
        at_risk = (t >= now).sum()
        incidence += alive * ((t == now) & (c == 1)).sum() / at_risk
        alive *= 1 - ((t == now) & (c > 0)).sum() / at_risk
    part = flagged.mean()
    benefit = incidence * part - (1 - incidence) * part * threshold / (1 - threshold)
    np.testing.assert_allclose(found.net_benefit[0], benefit, **CLOSE)


def count_pairs(score, time, event, entry, weight):
    """Concordant less discordant, over comparable pairs with another score: Somers' d, plainly."""
    won = total = 0.0
    for i in np.flatnonzero(event):
        for j in range(len(time)):
            later = time[j] > time[i] or (time[j] == time[i] and not event[j])
            if i != j and later and entry[j] < time[i]:
                pair = weight[i] * weight[j]
                total += pair
                won += pair * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
    return won / total if total else np.nan


@given(SEEDS)
@FEW
def test_concordance_counts_every_comparable_pair(seed):
    score, time, cause = draw(seed)
    generator = np.random.default_rng(seed)
    entry = np.floor(time * 0.7 * generator.random(len(time)))
    weight = generator.integers(1, 4, len(time)) / 2
    event = cause > 0
    found = concordance(score, time, event, entry_time=entry, weights=weight)
    expected = count_pairs(score, time, event, entry, weight)
    np.testing.assert_allclose(found.concordance, expected, **CLOSE)
    n_pairs = found.n_concordant + found.n_discordant + found.n_tied_score
    assert n_pairs == 0 or found.n_concordant <= n_pairs
