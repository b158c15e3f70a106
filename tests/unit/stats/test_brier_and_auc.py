"""Brier score and AUC by hand and by plain sums, and their answers at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import (
    brier_score,
    compare_auc,
    compare_brier_scores,
    time_dependent_auc,
)

TIME = [1, 2, 3, 3, 4, 5]
EVENT = [True, False, True, False, True, False]
RISK = [0.9, 0.5, 0.8, 0.4, 0.6, 0.1]


def test_weights_by_hand():
    # censored at 2: 1 of 5; at 3 (after the event there) 1 of 3: G(3-) = 4/5, G(3) = 8/15
    found = brier_score(RISK, TIME, EVENT, 3)
    tenth = [Fraction(value, 10) for value in (9, 5, 8, 4, 6, 1)]
    total = (1 - tenth[0]) ** 2 + Fraction(5, 4) * (1 - tenth[2]) ** 2
    total += Fraction(15, 8) * (tenth[4] ** 2 + tenth[5] ** 2)
    assert found.brier[0] == pytest.approx(float(total / 6), rel=1e-14)
    auc = time_dependent_auc(RISK, TIME, EVENT, 3)
    assert auc.auc[0] == 1
    assert (auc.n_cases[0], auc.n_controls[0]) == (2, 2)
    turned = time_dependent_auc([0.5, 0, 0.7, 0, 0.5, 0.6], TIME, EVENT, 3)
    # case 0 ties one control and loses to the other, case 2 (weight 5/4) beats both
    assert turned.auc[0] == pytest.approx((0.25 + 5 / 4) / (9 / 4), rel=1e-14)


def estimate_plainly(time, cause, marker, horizon, weights, is_auc):
    """Weighted Brier score or AUC straight from the definition: the second implementation."""

    def uncensored(until, before):
        product = 1.0
        for t in np.unique(time[cause == 0]):
            if t < until or (t == until and not before):
                left = weights[(time > t) | ((time == t) & (cause == 0))].sum()
                product *= 1 - weights[(time == t) & (cause == 0)].sum() / left
        return product

    ipcw = np.zeros(len(time))
    for i in range(len(time)):
        if time[i] > horizon:
            ipcw[i] = weights[i] / uncensored(horizon, False)
        elif cause[i]:
            ipcw[i] = weights[i] / uncensored(time[i], True)
    case = (cause == 1) & (time <= horizon)
    if not is_auc:
        return np.sum(ipcw * (case - marker) ** 2) / weights.sum()
    order = np.sign(marker[:, None] - marker[None, :]) / 2 + 0.5
    pairs = np.outer(ipcw * case, ipcw * ~case)
    return np.sum(pairs * order) / pairs.sum()


@pytest.mark.parametrize("is_auc", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_estimate_and_influence_are_those_of_the_plain_definition(seed, is_auc):
    rng = np.random.default_rng(seed)
    n = 40
    time, cause = rng.integers(1, 12, n).astype(float), rng.integers(0, 3, n)
    marker = rng.integers(0, 20, n) / 20
    kernel = time_dependent_auc if is_auc else brier_score
    both_horizons = np.column_stack([marker, marker])
    found = kernel(both_horizons, time, cause, [5, 8], cause_of_interest=1)
    for column, horizon in enumerate([5, 8]):
        value = (found.auc if is_auc else found.brier)[column]
        ones = np.ones(n)
        assert value == pytest.approx(
            estimate_plainly(time, cause, marker, horizon, ones, is_auc), rel=1e-12
        )
        step = 1e-5
        for patient in range(0, n, 5):
            both = []
            for sign in (1, -1):
                weights = ones.copy()
                weights[patient] += sign * step
                both.append(estimate_plainly(time, cause, marker, horizon, weights, is_auc))
            slope = n * (both[0] - both[1]) / (2 * step)
            assert found.influence[patient, column] == pytest.approx(slope, abs=1e-6)
        error = found.influence[:, column].std(ddof=1) / np.sqrt(n)
        assert found.standard_error[column] == pytest.approx(error, rel=1e-14)


def test_without_censoring_they_are_the_plain_mean_and_the_plain_auc():
    time, risk = np.array([1.0, 2, 3, 4]), np.array([0.7, 0.2, 0.6, 0.1])
    brier = brier_score(risk, time, [True] * 4, 2.5)
    assert brier.brier[0] == pytest.approx(np.mean((risk - [1, 1, 0, 0]) ** 2), rel=1e-14)
    assert brier.null_brier[0] == pytest.approx(0.25, rel=1e-14)
    assert time_dependent_auc(risk, time, [True] * 4, 2.5).auc[0] == 0.75


def test_the_integral_is_the_trapezium_rule():
    time, risk = np.array([1.0, 2, 3, 4]), np.outer([0.9, 0.5, 0.3, 0.2], [0.5, 0.8, 1.0])
    found = brier_score(risk, time, [True] * 4, [1, 2, 3.5])
    b = found.brier
    assert found.integrated_brier == pytest.approx((b[0] / 2 + b[1] * 1.25 + b[2] * 0.75) / 2.5)
    assert np.isnan(brier_score(risk[:, 0], time, [True] * 4, 2).integrated_brier)


def test_errors_of_scaled_and_integrated_scores_are_those_of_the_derivatives():
    rng = np.random.default_rng(11)
    n, horizons = 30, np.array([3.0, 5.0, 8.0])
    time, cause = rng.integers(1, 12, n).astype(float), rng.integers(0, 3, n)
    risk = np.sort(rng.integers(1, 20, (n, 3)) / 20, axis=1)
    found = brier_score(risk, time, cause, horizons, cause_of_interest=1)

    def measure(weights):
        """Plain and null scores at the three horizons."""
        rows = []
        for column, limit in enumerate(horizons):
            own = estimate_plainly(time, cause, risk[:, column], limit, weights, False)
            case = estimate_plainly(time, cause, np.zeros(n), limit, weights, False)
            rows.append([own, case * (1 - case)])
        own, null = np.array(rows).T
        whole = [np.trapezoid(values, horizons) for values in (own, null)]
        return np.array([*(1 - own / null), whole[0] / 5, 1 - whole[0] / whole[1]])

    slopes = np.empty((n, 5))
    for patient in range(n):
        step = 1e-5 * (np.arange(n) == patient)
        slopes[patient] = n * (measure(1 + step) - measure(1 - step)) / 2e-5
    errors = [*found.scaled_standard_error, found.integrated_standard_error]
    errors.append(found.integrated_scaled_error)
    np.testing.assert_allclose(errors, slopes.std(axis=0, ddof=1) / np.sqrt(n), rtol=1e-6)
    values = [*found.scaled_brier, found.integrated_brier, found.integrated_scaled_brier]
    np.testing.assert_allclose(values, measure(np.ones(n)), rtol=1e-12)


def test_the_integrated_difference_is_that_of_the_integrated_measures():
    rng = np.random.default_rng(12)
    time, event = rng.exponential(size=80), rng.random(80) < 0.8
    risks = [np.sort(rng.random((80, 3)), axis=1) for _ in range(2)]
    horizons = [0.3, 0.6, 1.0]
    brier = compare_brier_scores(*risks, time, event, horizons)
    expected = brier.first.integrated_brier - brier.second.integrated_brier
    assert brier.integrated_difference == pytest.approx(expected, rel=1e-12)
    auc = compare_auc(*risks, time, event, horizons)
    expected = auc.first.integrated_auc - auc.second.integrated_auc
    assert auc.integrated_difference == pytest.approx(expected, rel=1e-12)
    weights = np.array([0.15, 0.35, 0.2]) / 0.7
    assert auc.first.integrated_auc == pytest.approx(auc.first.auc @ weights, rel=1e-12)
    error = (auc.first.influence @ weights).std(ddof=1) / np.sqrt(80)
    assert auc.first.integrated_standard_error == pytest.approx(error, rel=1e-12)


def test_a_prediction_does_not_differ_from_itself():
    found = compare_brier_scores(RISK, RISK, TIME, EVENT, 3)
    assert (found.difference[0], found.standard_error[0]) == (0, 0)
    assert np.isnan(found.p_value[0])


def test_a_horizon_nobody_reached_is_not_known():
    found = brier_score(np.full((6, 2), 0.5), TIME, EVENT, [4.5, 5])
    assert np.isnan(found.brier).tolist() == [False, True]
    assert np.isnan(found.standard_error).tolist() == [False, True]
    # when the last patient had the event nothing is left unknown
    known = brier_score([0.5] * 3, [1, 2, 3], [True, False, True], 10)
    assert known.brier[0] == pytest.approx(0.25)


def test_without_cases_or_controls_there_is_no_auc():
    found = time_dependent_auc([1, 2, 3], [2, 3, 4], [True, True, True], [1, 3.5, 5])
    assert np.isnan(found.auc).tolist() == [True, False, True]
    assert brier_score([0.1] * 3, [2, 3, 4], [False] * 3, 1).scaled_brier[0] != 0


def test_each_censoring_stratum_has_its_own_weights():
    rng = np.random.default_rng(5)
    n = 60
    time, event = rng.integers(1, 9, n).astype(float), rng.uniform(size=n) < 0.5
    # both must be followed beyond the horizon
    risk, stratum = rng.uniform(size=n), np.arange(n) % 2
    found = brier_score(risk, time, event, 4, censoring_strata=stratum)
    parts = [brier_score(risk[k::2], time[k::2], event[k::2], 4) for k in (0, 1)]
    assert found.brier[0] == pytest.approx(np.mean([part.brier[0] for part in parts]), rel=1e-13)
    centred = np.concatenate([part.influence[:, 0] + part.brier[0] for part in parts])
    again = np.concatenate([found.influence[k::2, 0] + found.brier[0] for k in (0, 1)])
    np.testing.assert_allclose(again, centred, rtol=1e-10, atol=1e-12)


def test_one_patient_has_no_standard_error():
    found = brier_score([0.3], [5], [True], 4)
    assert found.brier[0] == pytest.approx(0.09)
    assert np.isnan(found.standard_error[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"risk": [1.2, *RISK[1:]]}, "`risk`: 1 of 6 is missing or outside 0 to 1"),
        ({"risk": [np.nan, *RISK[1:]]}, "missing"),
        ({"risk": RISK[1:]}, r"expected \(6, 1\)"),
        ({"horizon": [3, 2]}, "not after the one before"),
        ({"horizon": 0}, "not above 0"),
        ({"horizon": []}, "`horizon` is empty"),
        ({"event": [1, 0, 1, 0, 1, 0]}, "must be boolean"),
        ({"event": [1, 0, 1, 0, 1, 0], "cause_of_interest": 0}, "`cause_of_interest` is 0"),
        ({"cause_of_interest": 1}, "must hold integers"),
        ({"censoring_strata": ["a"]}, "differ in length"),
    ],
)
def test_what_cannot_be_judged_is_refused(change, message):
    arguments = {"risk": RISK, "time": TIME, "event": EVENT, "horizon": 3} | change
    with pytest.raises(InputError, match=message):
        brier_score(**arguments)
