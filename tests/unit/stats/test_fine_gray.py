"""The Fine-Gray model by hand, its influences by differentiation, and its answers at the edges."""

from fractions import Fraction

import numpy as np
import pytest
from properties.plain_fine_gray import PlainFineGray

from chorall.errors import ConvergenceError, InputError
from chorall.stats import cumulative_incidence, fit_fine_gray
from chorall.stats.fine_gray_data import sort_rows
from chorall.stats.fine_gray_sums import sum_likelihood

# seven patients: censorings at 3 and 6 leave 4/5 and then 2/5 under observation
TIME = np.array([1.0, 2, 3, 4, 5, 6, 7])
KIND = np.array([1, 2, 0, 1, 2, 0, 1])
X = np.array([1.0, 0, 1, 0, 1, 0, 1])[:, None]


def sum_risk_by_hand(theta):
    """S0 at the events of days 1, 4 and 7 and its part with x = 1, where x = 1 has risk theta."""
    waits_at_7 = Fraction(2, 5) + Fraction(1, 2) * theta
    return [
        (3 + 4 * theta, 4 * theta),
        (2 + Fraction(4, 5) + 2 * theta, 2 * theta),
        (waits_at_7 + theta, Fraction(3, 2) * theta),
    ]


def sort_nobody_apart(time, kind):
    nobody = np.zeros(len(time), np.int64)
    return sort_rows(time, kind, None, nobody, nobody)


@pytest.mark.parametrize("theta", [Fraction(1), Fraction(2), Fraction(1, 3)])
def test_likelihood_and_score_by_hand(theta):
    rows = sort_nobody_apart(TIME, KIND)
    sums = sum_likelihood(rows, X[rows.order], np.array([np.log(float(theta))]))
    parts = sum_risk_by_hand(theta)
    total = np.prod([float(s0) for s0, _ in parts])
    assert sums.log_likelihood == pytest.approx(np.log(float(theta) ** 2 / total), rel=1e-14)
    score = 2 - sum(s1 / s0 for s0, s1 in parts)
    assert sums.gradient[0] == pytest.approx(float(score), rel=1e-13)
    information = sum(s1 / s0 - (s1 / s0) ** 2 for s0, s1 in parts)
    assert sums.information[0, 0] == pytest.approx(float(information), rel=1e-13)


def make_sample(n=60):
    generator = np.random.default_rng(3)
    x = generator.normal(size=(n, 2))
    event_time = generator.exponential(np.exp(-0.4 * x[:, 0]))
    censoring = generator.uniform(0, 2.5, n)
    kind = np.where(event_time <= censoring, generator.integers(1, 3, n), 0)
    time = np.minimum(event_time, censoring)
    entry = np.where(generator.random(n) < 0.5, 0, generator.uniform(0, 0.8, n))
    stratum, group = generator.integers(0, 2, (2, n))
    return [column[entry < time] for column in (x, time, kind, entry, stratum, group)]


def test_influences_are_the_derivatives_by_the_weight_of_a_patient():
    """The published formula leaves out factors 1 - 1 / Y, so that it is close, not equal."""
    x, time, kind, entry, stratum, group = make_sample()
    plain = PlainFineGray(x, time, kind, entry, stratum, group, np.ones(len(time)))
    beta, step = np.array([0.3, -0.1]), 1e-5
    expected = plain.find_residuals(beta)
    known = expected.copy()
    differences = np.empty_like(expected)
    for row in range(len(time)):
        scores = []
        for change in (step, -step):
            plain.case_weights = 1 + change * (np.arange(len(time)) == row)
            scores.append(plain.find_score(beta))
        differences[row] = (scores[0] - scores[1]) / (2 * step)
        known[row] -= plain.find_weight_part(row, find_expected(plain, beta))
    weight_part, numeric_part = expected - known, differences - known
    assert np.abs(weight_part).max() > 0.05
    assert np.corrcoef(weight_part.ravel(), numeric_part.ravel())[0, 1] > 0.99
    np.testing.assert_allclose(numeric_part, weight_part, atol=0.03)


def find_expected(plain, beta):
    plain.case_weights = np.ones(len(plain.time))
    risk, total, mean = plain.sum_risk(beta)
    hazard = np.where(plain.kind == 1, 1 / total, 0.0)
    return risk[:, :, None] * (plain.x[:, None] - mean[None]) * hazard[None, :, None]


def test_without_covariates_the_prediction_is_the_cumulative_incidence_to_first_order():
    time, cause = np.arange(1.0, 2001.0), np.tile([1, 2, 0, 1], 500)
    fit = fit_fine_gray(np.empty((2000, 0)), time, cause)
    found = fit.predict(np.empty((1, 0)), [300.5, 1500.5])
    curves = cumulative_incidence(time, cause).at([300.5, 1500.5])
    assert fit.n_iterations == 0
    # 1 - exp(-sum) for 1 - product, and Fine and Gray's variance for Aalen's
    np.testing.assert_allclose(
        found.cumulative_incidence[0], curves.cumulative_incidence[0], rtol=2e-3
    )
    np.testing.assert_allclose(found.standard_error[0], curves.standard_error[0], rtol=1e-2)


def test_prediction_is_not_known_after_the_last_follow_up():
    fit = fit_fine_gray(X, TIME, KIND)
    found = fit.predict([[1.0]], [0.5, 7.0, 7.5])
    assert found.cumulative_incidence[0, 0] == 0
    assert np.isnan(found.lower[0, 0])
    assert 0 < found.lower[0, 1] < found.cumulative_incidence[0, 1] < found.upper[0, 1] < 1
    assert np.isnan(found.cumulative_incidence[0, 2])


def test_a_prediction_needs_the_stratum_of_a_stratified_fit():
    time, kind, x = np.tile(TIME, 2), np.tile(KIND, 2), np.tile(X, (2, 1))
    fit = fit_fine_gray(x, time, kind, strata=np.repeat(["A", "B"], 7))
    assert fit.n_strata == fit.n_censoring_strata == 2
    with pytest.raises(InputError, match="one for each row of `x`, of: A, B"):
        fit.predict([[1.0]], 5)
    with pytest.raises(InputError, match="C, not in the fit"):
        fit.predict([[1.0]], 5, strata=["C"])
    with pytest.raises(InputError, match="2 columns"):
        fit.predict([[1.0, 2.0]], 5, strata=["A"])
    both = fit.predict([[1.0], [1.0]], 5, strata=["A", "B"]).cumulative_incidence
    assert both[0] == pytest.approx(both[1], rel=1e-12)


def test_one_censoring_distribution_for_all_strata_can_be_asked_for():
    x, time, kind, _, stratum, _ = make_sample()
    apart = fit_fine_gray(x, time, kind, strata=stratum)
    together = fit_fine_gray(x, time, kind, strata=stratum, censoring_strata=np.zeros(len(x)))
    assert (apart.n_censoring_strata, together.n_censoring_strata) == (2, 1)
    assert not np.allclose(apart.log_hazard_ratio, together.log_hazard_ratio, rtol=1e-6)


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(InputError, match=r"`cause_of_interest` is 3.*causes in `cause`: 1, 2"):
        fit_fine_gray(X, TIME, KIND, cause_of_interest=3)
    with pytest.raises(InputError, match="no event has this cause; causes in `cause`: none"):
        fit_fine_gray(X, TIME, 0 * KIND)
    with pytest.raises(InputError, match="column 0 is constant"):
        fit_fine_gray(np.ones((7, 1)), TIME, KIND)
    with pytest.raises(InputError, match="column 1 is a linear combination of column 0"):
        fit_fine_gray(np.column_stack([X, 1 - 2 * X]), TIME, KIND)
    with pytest.raises(InputError, match=r"`x\[:, 0\]`: 1 of 7 is missing or infinite"):
        fit_fine_gray(np.where(TIME[:, None] == 2, np.nan, X), TIME, KIND)
    with pytest.raises(InputError, match="`entry_time`: 1 of 7 is not before `time`"):
        fit_fine_gray(X, TIME, KIND, entry_time=[0, 0, 0, 0, 5, 0, 0])
    with pytest.raises(InputError, match="`tolerance` is 2"):
        fit_fine_gray(X, TIME, KIND, tolerance=2)


def test_a_gap_in_delayed_follow_up_is_refused_when_somebody_waits_across_it():
    entry = np.array([0.0, 0, 0, 3, 3, 3, 3])
    with pytest.raises(InputError, match="everybody under observation has only just"):
        fit_fine_gray(X, TIME, KIND, entry_time=entry)
    # with nobody waiting there is nothing to weigh
    kind = np.where(TIME == 2, 0, KIND)
    assert fit_fine_gray(X, TIME, kind, entry_time=entry).converged


def test_a_singular_sandwich_has_no_joint_test():
    """Five patients at one time: their influences lie on a line."""
    x = np.array([[1.0, 1], [-1, 1], [1, -1], [1, 1], [1, 1]])
    fit = fit_fine_gray(x, np.ones(5), [0, 1, 1, 1, 0])
    assert fit.converged
    assert np.isnan(fit.wald_test.p_value)
    assert np.isfinite(fit.standard_error).all()


def test_a_covariate_that_separates_the_events_is_named():
    x = np.column_stack([np.sin(TIME), KIND == 1]).astype(float)
    with pytest.raises(ConvergenceError, match=r"column 1 \(plus infinity\)"):
        fit_fine_gray(x, TIME, KIND)


def test_too_few_iterations_are_reported_not_hidden():
    x, time, kind, *_ = make_sample()
    fit = fit_fine_gray(x, time, kind, max_iterations=1)
    assert not fit.converged
    assert "did not converge" in fit.warnings[0]


@pytest.mark.parametrize("unit", [1e-300, 1e300 / 7, 1.0])
def test_extreme_units_of_time_change_nothing(unit):
    expected = fit_fine_gray(X, TIME, KIND)
    found = fit_fine_gray(X, TIME * unit, KIND)
    np.testing.assert_array_equal(found.log_hazard_ratio, expected.log_hazard_ratio)
    np.testing.assert_array_equal(found.covariance, expected.covariance)


def test_float32_and_strided_arrays_are_read_as_they_are():
    x, time, kind, *_ = make_sample()
    expected = fit_fine_gray(x.astype(np.float32).astype(float), time, kind)
    wide = np.repeat(x.astype(np.float32), 2, axis=1)
    found = fit_fine_gray(wide[:, ::2], np.repeat(time, 2)[::2], np.repeat(kind, 2)[::2])
    np.testing.assert_array_equal(found.log_hazard_ratio, expected.log_hazard_ratio)


def test_a_cluster_of_copies_has_the_covariance_of_one_of_them():
    x, time, kind, *_ = make_sample()
    once = fit_fine_gray(x, time, kind)
    names = np.tile(np.arange(len(time)), 2)
    twice = fit_fine_gray(np.tile(x, (2, 1)), np.tile(time, 2), np.tile(kind, 2), cluster=names)
    assert twice.n_clusters == len(time)
    np.testing.assert_allclose(twice.log_hazard_ratio, once.log_hazard_ratio, rtol=1e-9)
    # Breslow's rule: copies are tied with each other, and yet nothing changes
    np.testing.assert_allclose(twice.covariance, once.covariance, rtol=1e-9)


def test_results_cannot_be_written_to():
    fit = fit_fine_gray(X, TIME, KIND)
    with pytest.raises(ValueError, match="read-only"):
        fit.log_hazard_ratio[0] = 0
