"""The paired difference of implied concordances against derivatives by case weights."""

import numpy as np
import pytest
from scipy.special import expit

from chorall.errors import InputError
from chorall.stats import compare_gonen_heller, concordance_gonen_heller, fit_cox


def draw_patients(n=40, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)) * [1, 10, 0.1]
    time = np.ceil(6 * rng.exponential(np.exp(-x @ [0.8, 0.03, 3.0])))
    return x, time, rng.random(n) < 0.8


def imply_plainly(x, time, event, weights):
    slopes = fit_cox(x, time, event, weights=weights, tolerance=1e-13).log_hazard_ratio
    predictor = x @ slopes
    pairs = np.outer(weights, weights) * (1 - np.eye(len(weights)))
    chance = expit(np.abs(predictor[:, None] - predictor))
    return np.sum(pairs * chance) / pairs.sum()


def test_the_error_is_that_of_the_derivatives():
    x, time, event = draw_patients()
    found = compare_gonen_heller(
        fit_cox(x, time, event, tolerance=1e-12), fit_cox(x[:, :2], time, event, tolerance=1e-12)
    )
    slopes = []
    for patient in range(40):
        step = np.where(np.arange(40) == patient, 1e-4, 0.0)
        both = [
            imply_plainly(part, time, event, 1 + sign * step)
            for sign in (1, -1)
            for part in (x, x[:, :2])
        ]
        slopes.append((both[0] - both[1] - both[2] + both[3]) / 2e-4)
    assert found.standard_error == pytest.approx(np.sqrt(np.sum(np.square(slopes))), rel=1e-5)
    ones = np.ones(40)
    expected = imply_plainly(x, time, event, ones) - imply_plainly(x[:, :2], time, event, ones)
    assert found.difference == pytest.approx(expected, rel=1e-8)


def test_each_side_is_the_concordance_of_its_model():
    x, time, event = draw_patients()
    fit = fit_cox(x, time, event)
    found = compare_gonen_heller(fit, fit)
    alone = concordance_gonen_heller(x, fit.log_hazard_ratio, fit.covariance)
    assert found.first == pytest.approx(alone.concordance, rel=1e-12)
    assert (found.difference, found.standard_error) == (0, 0)
    assert np.isnan(found.p_value)


def test_fits_to_other_patients_or_with_weights_are_refused():
    x, time, event = draw_patients()
    fit = fit_cox(x, time, event)
    with pytest.raises(InputError, match="not to the same patients"):
        compare_gonen_heller(fit, fit_cox(x[::-1], time[::-1], event[::-1]))
    with pytest.raises(InputError, match="not to the same patients"):
        compare_gonen_heller(fit, fit_cox(x[1:], time[1:], event[1:]))
    with pytest.raises(InputError, match="case weights"):
        compare_gonen_heller(fit, fit_cox(x, time, event, weights=np.full(40, 2.0)))
    with pytest.raises(InputError, match="an offset"):
        compare_gonen_heller(fit, fit_cox(x, time, event, offset=x[:, 0]))
