"""Residuals, proportional hazards, baseline and prediction, by hand and at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import (
    check_proportional_hazards,
    find_baseline_hazard,
    find_cox_residuals,
    find_schoenfeld_residuals,
    fit_cox,
    predict_cox_survival,
)

TIME = [1, 1, 6, 6, 8, 9]
EVENT = [True, False, True, True, False, True]
X = [[1], [1], [1], [0], [0], [0]]


def fit_by_hand(ties="breslow"):
    fit = fit_cox(X, TIME, EVENT, ties=ties, tolerance=1e-12)
    return fit, float(fit.hazard_ratio[0])


def test_martingale_residuals_by_hand():
    fit, r = fit_by_hand()
    hazards = {1: 1 / (3 * r + 3), 6: 2 / (r + 3), 9: 1.0}
    expected = [
        EVENT[i] - r ** X[i][0] * sum(h for time, h in hazards.items() if time <= TIME[i])
        for i in range(6)
    ]
    np.testing.assert_allclose(find_cox_residuals(fit), expected, rtol=1e-10)


def test_martingale_residuals_of_efron_spare_the_tied():
    fit, r = fit_by_hand("efron")
    first = 1 / (3 * r + 3)
    one, two = 1 / (r + 3), 1 / (r / 2 + 2.5)
    expected = [
        1 - r * first,
        -r * first,
        1 - r * (first + one + two / 2),
        1 - (first + one + two / 2),
        -(first + one + two),
        1 - (first + one + two + 1),
    ]
    np.testing.assert_allclose(find_cox_residuals(fit), expected, rtol=1e-9, atol=1e-12)


def test_schoenfeld_residuals_by_hand():
    fit, r = fit_by_hand()
    found = find_schoenfeld_residuals(fit)
    means = [3 * r / (3 * r + 3), r / (r + 3), r / (r + 3), 0]
    np.testing.assert_allclose(found.residuals[:, 0], np.subtract([1, 1, 0, 0], means), rtol=1e-9)
    assert found.position.tolist() == [0, 2, 3, 5]
    assert found.stratum.tolist() == [None] * 4


def test_baseline_hazard_and_survival_by_hand():
    fit, r = fit_by_hand()
    hazards = [1 / (3 * r + 3), 2 / (r + 3), 1.0]
    found = find_baseline_hazard(fit)
    np.testing.assert_allclose(found.hazard, hazards, rtol=1e-9)
    curve = predict_cox_survival(fit, X, [0, 1, 7, 9, 10])
    cumulative = np.cumsum([0, *hazards])[[0, 1, 2, 3]]
    expected = np.exp(-np.outer([r, r, r, 1, 1, 1], cumulative))
    np.testing.assert_allclose(curve.survival[:, :4], expected, rtol=1e-9)
    # nobody was followed beyond 9
    assert np.isnan(curve.survival[:, 4]).all()
    assert np.isnan(curve.lower[:, 4]).all()
    assert (curve.lower[:, 0] == 1).all()
    assert (curve.standard_error[:, 0] == 0).all()


def test_without_covariates_the_hazard_is_that_of_nelson_and_aalen():
    fit = fit_cox(np.empty((4, 0)), [1, 2, 3, 4], [True, False, True, True], ties="breslow")
    found = find_baseline_hazard(fit).cumulative_hazard
    expected = [Fraction(1, 4), Fraction(1, 4) + Fraction(1, 2), Fraction(7, 4)]
    np.testing.assert_allclose(found, [float(value) for value in expected], rtol=1e-14)
    assert find_cox_residuals(fit, "score").shape == (4, 0)


def make_fit(**options):
    generator = np.random.default_rng(11)
    x = generator.normal(size=(80, 2))
    time = np.ceil(generator.exponential(10 * np.exp(-x[:, 0])))
    event = generator.random(80) < 0.7
    return fit_cox(x, time, event, **options), x, time, event


def test_one_stratum_is_predicted_as_if_alone():
    generator = np.random.default_rng(1)
    strata = np.where(generator.random(80) < 0.5, "north", "south")
    fit, x, time, event = make_fit(strata=strata)
    found = predict_cox_survival(fit, x[:2], [3, 8], stratum=["south", "north"])
    baseline = find_baseline_hazard(fit)
    for row, name in enumerate(["south", "north"]):
        own = baseline.stratum == name
        for column, at in enumerate([3, 8]):
            hazard = baseline.hazard[own][baseline.time[own] <= at].sum()
            risk = np.exp(x[row] @ fit.log_hazard_ratio)
            assert found.survival[row, column] == pytest.approx(np.exp(-hazard * risk), rel=1e-10)
    assert set(time[event & (strata == "north")]) == set(baseline.time[baseline.stratum == "north"])


def test_the_limits_hold_the_estimate():
    fit, x, *_ = make_fit()
    for scale in ("log-log", "log", "plain"):
        found = predict_cox_survival(fit, x, [1, 5, 10], conf_type=scale)
        assert (found.lower <= found.survival).all()
        assert (found.survival <= found.upper).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda fit, x: predict_cox_survival(fit, x, 3), "`stratum` is needed"),
        (lambda fit, x: predict_cox_survival(fit, x, 3, stratum="c"), "holds c; expected .* a, b"),
        (lambda fit, x: predict_cox_survival(fit, x[:, :1], 3, stratum="a"), "has 1 columns"),
        (lambda fit, x: predict_cox_survival(fit, x[0], 3, stratum="a"), "one row per patient"),
        (lambda fit, x: find_cox_residuals(fit, "schoenfeld"), "martingale, deviance"),
        (lambda fit, x: check_proportional_hazards(fit, transform="sqrt"), "km, rank"),
        (lambda fit, x: check_proportional_hazards(fit, terms=["x"]), "`terms` names 1"),
    ],
)
def test_what_is_not_known_is_named(call, said):
    fit, x, *_ = make_fit(strata=np.tile(["a", "b"], 40))
    with pytest.raises(InputError, match=said):
        call(fit, x)


@pytest.mark.parametrize(
    "call",
    [
        find_baseline_hazard,
        find_cox_residuals,
        find_schoenfeld_residuals,
        check_proportional_hazards,
        lambda fit: predict_cox_survival(fit, [[0, 0]], 1),
    ],
)
def test_exact_ties_have_no_hazard(call):
    with pytest.raises(InputError, match="exact ties"):
        call(make_fit(ties="exact")[0])


@pytest.mark.parametrize("options", [{"ridge": 1.0}, {"firth": True}])
def test_a_penalised_fit_has_no_test_of_proportional_hazards(options):
    with pytest.raises(InputError, match="penalised"):
        check_proportional_hazards(make_fit(**options)[0])


def test_an_event_at_time_zero_has_no_logarithm():
    fit = fit_cox(X, [0, *TIME[1:]], EVENT)
    with pytest.raises(InputError, match="no logarithm"):
        check_proportional_hazards(fit, transform="log")


def test_a_planted_change_of_the_hazard_ratio_is_found():
    generator = np.random.default_rng(2)
    x = (np.arange(2000) % 2).astype(float)
    # hazard ratio 3 up to time 1, one third after it
    early = generator.exponential(1 / np.where(x == 1, 3, 1))
    late = 1 + generator.exponential(1 / np.where(x == 1, 1 / 3, 1))
    time = np.where(early < 1, early, late)
    fit = fit_cox(x[:, None], time, np.ones(2000, bool))
    assert check_proportional_hazards(fit).p_value[0] < 1e-10


def test_results_cannot_be_changed():
    fit, x, *_ = make_fit()
    with pytest.raises(ValueError, match="read-only"):
        predict_cox_survival(fit, x, 3).survival[0] = 0
