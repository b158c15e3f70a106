"""Where a measure or a pooled number must be a plain one."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from properties.drawn_patients import (
    SEEDS,
    draw_patients,
    fit_or_skip,
)

from chorall import stats

FEW = settings(deadline=None, max_examples=12)
CLOSED = {"rtol": 1e-11, "atol": 1e-12}
TIGHT = {"rtol": 1e-7, "atol": 1e-8}


@given(SEEDS)
@FEW
def test_measures_without_censoring_are_their_plain_definitions(seed):
    p = draw_patients(seed)
    everybody = np.ones(len(p.time), bool)
    happened = p.time <= 4
    brier = stats.brier_score(p.risk, p.time, everybody, 4.0)
    assert brier.brier[0] == pytest.approx(np.mean((happened - p.risk) ** 2), rel=1e-12)
    found = stats.time_dependent_auc(p.risk, p.time, everybody, 4.0)
    assume(0 < happened.sum() < len(happened))
    pairs = p.risk[happened][:, None] - p.risk[~happened]
    area = np.mean((pairs > 0) + 0.5 * (pairs == 0))
    assert found.auc[0] == pytest.approx(area, rel=1e-12)
    curve = stats.decision_curve(p.risk, p.time, everybody, 4.0, [0.25])
    flagged = p.risk >= 0.25
    gain = np.mean(flagged & happened) - np.mean(flagged & ~happened) / 3
    assert curve.net_benefit[0] == pytest.approx(gain, rel=1e-12, abs=1e-14)
    observed = stats.calibration(p.risk, p.time, everybody, 4.0, n_groups=2).observed
    assert observed == pytest.approx(happened.mean(), rel=1e-12)
    # Uno's weights are 1 where nobody is censored
    uno = stats.concordance(p.risk, p.time, everybody, method="uno")
    harrell = stats.concordance(p.risk, p.time, everybody)
    assert uno.concordance == pytest.approx(harrell.concordance, rel=1e-12)


@given(SEEDS)
@FEW
def test_a_measure_compared_with_itself_does_not_differ(seed):
    p = draw_patients(seed)
    same = stats.compare_concordance(p.risk, p.risk, p.time, p.event)
    assert same.difference == 0
    assert same.standard_error == pytest.approx(0, abs=1e-12)
    alone = stats.concordance(p.risk, p.time, p.event)
    turned = stats.compare_concordance(p.risk, -p.risk, p.time, p.event)
    assert turned.first.concordance == alone.concordance
    assert turned.second.concordance == pytest.approx(1 - alone.concordance, rel=1e-12)


@pytest.mark.parametrize("method", ["reml", "pm", "dl", "fixed"])
def test_pooling_one_study_or_the_same_study_is_that_study(method):
    one = stats.pool_effects([0.3], [0.1], method=method)
    assert (one.estimate, one.standard_error) == pytest.approx((0.3, 0.1))
    four = stats.pool_effects([0.3] * 4, [0.2] * 4, method=method, hartung_knapp=False)
    assert (four.estimate, four.standard_error) == pytest.approx((0.3, 0.1))
    assert four.tau2 == 0 or np.isnan(four.tau2)
    no_moderator = stats.fit_meta_regression(
        [0.1, 0.5, 0.2], [0.1, 0.2, 0.1], np.empty((3, 0)), method=method
    )
    pooled = stats.pool_effects([0.1, 0.5, 0.2], [0.1, 0.2, 0.1], method=method)
    assert no_moderator.coefficients[0] == pytest.approx(pooled.estimate, rel=1e-9)
    assert no_moderator.standard_error[0] == pytest.approx(pooled.standard_error, rel=1e-9)


def test_pooling_one_proportion_is_a_logistic_model_of_it():
    found = stats.pool_proportions([7], [20])
    assert found.estimate == pytest.approx(0.35)
    assert found.standard_error == pytest.approx(np.sqrt(1 / 7 + 1 / 13), rel=1e-9)
    twins = stats.pool_proportions([7, 7], [20, 20], t_distribution=False)
    assert (twins.estimate, twins.tau2) == pytest.approx((0.35, 0), abs=1e-9)
    joined = stats.pool_proportions([14], [40])
    assert twins.standard_error == pytest.approx(joined.standard_error, rel=1e-7)


def test_imputations_that_agree_are_one_fit():
    found = stats.combine_imputations([[0.4, -1.0]] * 5, [[0.2, 0.5]] * 5)
    np.testing.assert_allclose(found.estimate, [0.4, -1.0], rtol=1e-15)
    np.testing.assert_allclose(found.standard_error, [0.2, 0.5], rtol=1e-15)
    np.testing.assert_array_equal(found.missing_fraction, [0, 0])


@given(SEEDS)
@FEW
def test_one_cluster_each_is_the_robust_error_and_gonen_heller_of_pairs_is_its_formula(seed):
    p = draw_patients(seed)
    fit = fit_or_skip(stats.fit_cox, p.x, p.time, p.event, ties="breslow")
    robust = stats.fit_cox(
        p.x, p.time, p.event, ties="breslow", cluster=np.arange(len(p.time))
    ).covariance
    influence = stats.find_cox_residuals(fit, "dfbeta")
    np.testing.assert_allclose(influence.T @ influence, robust, rtol=1e-7, atol=1e-10)
    found = stats.concordance_gonen_heller(p.x, fit.log_hazard_ratio, fit.covariance)
    score = p.x @ fit.log_hazard_ratio
    apart = np.abs(score[:, None] - score)[np.triu_indices(len(score), 1)]
    # a tied pair counts one half
    expected = np.mean(1 / (1 + np.exp(-apart)))
    assert found.concordance == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("compare", "measure", "name"),
    [
        (stats.compare_brier_scores, stats.brier_score, "brier"),
        (stats.compare_auc, stats.time_dependent_auc, "auc"),
    ],
)
@given(SEEDS)
@FEW
def test_a_difference_of_measures_is_that_of_both_with_the_error_of_its_influences(
    compare, measure, name, seed
):
    p = draw_patients(seed)
    other = p.risk[::-1]
    one, two = (measure(risk, p.time, p.event, 4.0) for risk in (p.risk, other))
    found = compare(p.risk, other, p.time, p.event, 4.0)
    assume(np.isfinite(getattr(one, name)[0]))
    difference = getattr(one, name) - getattr(two, name)
    np.testing.assert_allclose(found.difference, difference, **CLOSED)
    own = (one.influence - two.influence)[:, 0]
    error = np.sqrt(np.sum(own**2) / (len(own) - 1) / len(own))
    np.testing.assert_allclose(found.standard_error[0], error, rtol=1e-9, atol=1e-12)
    turned = compare(other, p.risk, p.time, p.event, 4.0)
    np.testing.assert_allclose(turned.difference, -found.difference, **CLOSED)
    np.testing.assert_allclose(turned.standard_error, found.standard_error, **CLOSED)


@given(SEEDS)
@FEW
def test_implied_concordances_differ_by_their_difference(seed):
    p = draw_patients(seed)
    whole, part = (fit_or_skip(stats.fit_cox, x, p.time, p.event) for x in (p.x, p.x[:, :1]))
    found = stats.compare_gonen_heller(whole, part)
    expected = [
        stats.concordance_gonen_heller(x, fit.log_hazard_ratio, fit.covariance).concordance
        for x, fit in ((p.x, whole), (p.x[:, :1], part))
    ]
    np.testing.assert_allclose([found.first, found.second], expected, rtol=1e-9)
    assert found.difference == pytest.approx(expected[0] - expected[1], abs=1e-10)


@given(SEEDS)
@FEW
def test_an_estimate_by_stratum_is_that_of_the_stratum_alone(seed):
    p = draw_patients(seed)
    curves = stats.estimate_by_stratum(stats.kaplan_meier, p.strata, p.time, p.event)
    for stratum in (0, 1):
        rows = p.strata == stratum
        alone = stats.kaplan_meier(p.time[rows], p.event[rows])
        np.testing.assert_array_equal(curves[stratum].survival, alone.survival)
        np.testing.assert_array_equal(curves[stratum].n_at_risk, alone.n_at_risk)
