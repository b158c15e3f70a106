"""Logistic regression: worked by hand, separation, Firth, score test, refusals."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import fit_logistic, score_logistic

# 2 x 2: 3 of 10 without and 6 of 10 with; the odds ratio is (6/4) / (3/7) = 7/2
X = np.repeat([0.0, 1.0], 10)[:, None]
EVENT = np.array([True] * 3 + [False] * 7 + [True] * 6 + [False] * 4)


def test_a_binary_covariate_gives_the_odds_ratio_of_the_table():
    fit = fit_logistic(X, EVENT)
    assert fit.odds_ratio[0] == pytest.approx(3.5, rel=1e-9)
    error = np.sqrt(1 / 3 + 1 / 7 + 1 / 6 + 1 / 4)
    assert fit.standard_error[0] == pytest.approx(error, rel=1e-9)
    assert fit.intercept[0] == pytest.approx(np.log(3 / 7), rel=1e-9)
    assert (fit.converged, fit.separated, fit.warnings) == (True, False, ())


def test_firth_adds_a_half_to_each_cell_of_a_saturated_table():
    """Jeffreys' prior of a saturated 2 x 2 table is one half of a patient in every cell."""
    fit = fit_logistic(X, EVENT, firth=True)
    assert fit.odds_ratio[0] == pytest.approx((6.5 / 4.5) / (3.5 / 7.5), rel=1e-7)
    nobody = np.array([False] * 10 + [True] * 6 + [False] * 4)
    finite = fit_logistic(X, nobody, firth=True)
    assert finite.odds_ratio[0] == pytest.approx((6.5 / 4.5) / (0.5 / 10.5), rel=1e-7)
    assert finite.converged


def test_firth_maximises_the_penalised_likelihood():
    """A plain second implementation: climb log L + log det(I) / 2 by differences."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(4)
    x = np.column_stack([rng.normal(size=30), rng.random(30) < 0.3])
    event = rng.random(30) < 0.2
    design = np.column_stack([np.ones(30), x])

    def loss(beta):
        eta = design @ beta
        chance = 1 / (1 + np.exp(-eta))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        return -(
            np.sum(event * eta - np.log1p(np.exp(eta))) + np.linalg.slogdet(information)[1] / 2
        )

    best = minimize(
        loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}
    )
    fit = fit_logistic(x, event, firth=True)
    np.testing.assert_allclose([*fit.intercept, *fit.log_odds_ratio], best.x, atol=1e-5)
    assert fit.penalised_log_likelihood == pytest.approx(-best.fun, abs=1e-9)


def test_separation_is_told_and_gives_no_number():
    fit = fit_logistic([[0.0], [1.0], [2.0], [3.0]], [False, False, True, True])
    assert fit.separated
    assert np.isnan(fit.log_odds_ratio).all()
    assert "firth=True" in fit.warnings[0]


def test_a_stratum_without_events_is_separation():
    strata = ["a"] * 20 + ["b"] * 2
    x, event = np.vstack([X, [[0.0], [1.0]]]), np.concatenate([EVENT, [False, False]])
    assert fit_logistic(x, event, strata=strata).separated
    assert np.isfinite(fit_logistic(x, event, strata=strata, firth=True).log_odds_ratio).all()


def test_units_of_a_covariate_change_nothing_else():
    rng = np.random.default_rng(1)
    x, event = rng.normal(size=(50, 1)), rng.random(50) < 0.4
    usual, large = fit_logistic(x, event), fit_logistic(1000 * x, event)
    assert large.z[0] == pytest.approx(usual.z[0], rel=1e-7)
    assert 1000 * large.log_odds_ratio[0] == pytest.approx(usual.log_odds_ratio[0], rel=1e-7)


def test_the_score_test_is_cochran_and_armitage():
    """By hand: U = sum (x - mean)(y - mean), V = mean (1 - mean) sum (x - mean)^2."""
    x = np.repeat([0.0, 1.0, 2.0], [5, 5, 5])
    event = np.array([1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0], dtype=bool)
    # y mean 6/15; U = 0 * (-1) ... = (3 - 1) * 1 = 2; V = 6/15 * 9/15 * 10 = 2.4
    assert score_logistic(x[:, None], event).chi_square == pytest.approx(4 / 2.4)
    assert score_logistic(x[:, None], event, strata=np.ones(15)).chi_square == pytest.approx(
        4 / 2.4
    )


def test_the_score_test_needs_no_estimate():
    found = score_logistic([[0.0], [1.0], [2.0], [3.0]], [False, False, True, True])
    assert found.chi_square == pytest.approx(2.0**2 / (0.25 * 5))
    assert np.isnan(score_logistic([[0.0], [1.0]], [False, False]).p_value)


@pytest.mark.parametrize(
    ("x", "event", "message"),
    [
        ([[1.0], [np.nan]], [True, False], "missing"),
        ([1.0, 2.0], [True, False], "one column per covariate"),
        ([[1.0], [2.0]], [1, 0], "must be boolean"),
        ([[1.0], [1.0]], [True, False], "columns 0"),
        ([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], [True, False, True], "columns 1"),
        ([[1.0], [2.0]], [True], "2 rows"),
    ],
)
def test_what_cannot_be_fitted_is_refused(x, event, message):
    with pytest.raises(InputError, match=message):
        fit_logistic(x, event)
