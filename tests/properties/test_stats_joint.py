"""Where two kernels must give the same number: one is the other's special case or its sum."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from properties.test_stats_invariances import draw_patients

from chorall import stats
from chorall.errors import ConvergenceError, InputError

FEW = settings(deadline=None, max_examples=12)
SEEDS = st.integers(0, 2**32 - 1)
CLOSED = {"rtol": 1e-11, "atol": 1e-12}
ITERATED = {"rtol": 1e-7, "atol": 1e-8}


def fit_or_skip(kernel, *arguments, **options):
    try:
        return kernel(*arguments, **options)
    except (InputError, ConvergenceError):
        assume(False)


def draw_untied(seed):
    """Everybody at a time of his own, so that no tie rule matters."""
    p = draw_patients(seed)
    later = np.random.default_rng(seed).permutation(len(p.time)) / 100
    return p.change(time=p.time + later)


def indicate(group):
    """Return one column for each group but the first."""
    return (group[:, None] == np.unique(group)[1:]).astype(float)


@given(SEEDS)
@FEW
def test_the_log_rank_test_is_the_score_test_of_a_cox_model_without_ties(seed):
    p = draw_untied(seed)
    options = {"entry_time": p.entry_time, "strata": p.strata}
    test = stats.logrank(p.time, p.event, p.group, **options)
    fit = fit_or_skip(stats.fit_cox, indicate(p.group), p.time, p.event, **options)
    assert test.chi_square == pytest.approx(fit.score_test.chi_square, rel=1e-9)
    assert test.p_value == pytest.approx(fit.score_test.p_value, rel=1e-9)


@given(SEEDS)
@FEW
def test_the_log_rank_test_is_the_score_test_of_exact_ties_with_ties(seed):
    """The hypergeometric variance is that of the conditional logistic likelihood."""
    p = draw_patients(seed)
    options = {"entry_time": p.entry_time, "strata": p.strata}
    test = stats.logrank(p.time, p.event, p.group, **options)
    fit = fit_or_skip(stats.fit_cox, indicate(p.group), p.time, p.event, ties="exact", **options)
    assert test.chi_square == pytest.approx(fit.score_test.chi_square, rel=1e-9)


@given(SEEDS)
@FEW
def test_the_scan_s_score_test_of_one_group_is_the_log_rank_test_without_ties(seed):
    p = draw_untied(seed)
    two = p.group % 2
    test = stats.logrank(p.time, p.event, two, strata=p.strata, entry_time=p.entry_time)
    scan = stats.scan_markers(
        two[:, None] * 1.0, p.time, p.event, strata=p.strata, entry_time=p.entry_time,
        n_threads=1, minimum_carriers=0, firth_below=0, score_only=True,
    )  # fmt: skip
    assume(scan.status[0] == "fitted")
    assert scan.score_chi_square[0] == pytest.approx(test.chi_square, rel=1e-8)


@given(SEEDS)
@FEW
def test_weights_of_0_and_0_are_the_plain_test_and_two_groups_have_one_trend(seed):
    p = draw_patients(seed)
    options = {"strata": p.strata, "entry_time": p.entry_time}
    plain = stats.logrank(p.time, p.event, p.group, **options)
    weighted = stats.weighted_logrank(p.time, p.event, p.group, **options)
    np.testing.assert_allclose(weighted.variance, plain.variance, **CLOSED)
    assert weighted.chi_square == pytest.approx(plain.chi_square, rel=1e-10)
    two = stats.logrank(p.time, p.event, p.group % 2, **options)
    trend = stats.logrank_trend(p.time, p.event, p.group % 2, **options)
    assert trend.chi_square == pytest.approx(two.chi_square, rel=1e-10)


@given(SEEDS)
@FEW
def test_a_stratified_test_adds_up_its_strata(seed):
    p = draw_patients(seed)
    whole = stats.logrank(p.time, p.event, p.group, strata=p.strata)
    observed, expected, variance = np.zeros(3), np.zeros(3), np.zeros((3, 3))
    for stratum in (0, 1):
        rows = p.strata == stratum
        present = np.unique(p.group[rows])
        assume(len(present) > 1)
        part = stats.logrank(p.time[rows], p.event[rows], p.group[rows])
        observed[present] += part.observed
        expected[present] += part.expected
        variance[np.ix_(present, present)] += part.variance
    np.testing.assert_allclose(whole.observed, observed, **CLOSED)
    np.testing.assert_allclose(whole.expected, expected, **CLOSED)
    np.testing.assert_allclose(whole.variance, variance, **CLOSED)


@given(SEEDS)
@FEW
def test_gray_s_score_with_one_cause_is_the_log_rank_score(seed):
    p = draw_patients(seed)
    cause = p.event.astype(int)
    gray = stats.gray_test(p.time, cause, p.group, strata=p.strata)
    plain = stats.logrank(p.time, p.event, p.group, strata=p.strata)
    np.testing.assert_allclose(gray.score[0], plain.observed - plain.expected, **CLOSED)


@given(SEEDS, st.booleans())
@FEW
def test_incidences_of_one_and_of_all_causes(seed, delayed):
    p = draw_patients(seed)
    entry_time = p.entry_time if delayed else None
    curve = stats.kaplan_meier(p.time, p.event, entry_time=entry_time)
    one = stats.cumulative_incidence(p.time, p.event.astype(int), entry_time=entry_time)
    np.testing.assert_allclose(one.cumulative_incidence[0], 1 - curve.survival, **CLOSED)
    # Aalen's variance is Greenwood's only where events are not tied
    all_causes = stats.cumulative_incidence(p.time, p.cause, entry_time=entry_time)
    np.testing.assert_allclose(all_causes.survival, curve.survival, **CLOSED)
    total = all_causes.cumulative_incidence.sum(axis=0) + all_causes.survival
    np.testing.assert_allclose(total, 1, **CLOSED)


@given(SEEDS)
@FEW
def test_two_states_are_a_kaplan_meier_curve_with_its_greenwood_errors(seed):
    p = draw_patients(seed)
    curve = stats.kaplan_meier(p.time, p.event, entry_time=p.entry_time)
    states = stats.transition_probabilities(
        p.entry_time, p.time, np.ones(len(p.time), int), 2 * p.event, initial=1
    ).at(curve.time)
    np.testing.assert_allclose(states.state_occupation[0], curve.survival, **CLOSED)
    known = curve.survival > 0
    np.testing.assert_allclose(
        states.standard_error[0][known], curve.standard_error[known], rtol=1e-9, atol=1e-12
    )


@given(SEEDS)
@FEW
def test_competing_risks_are_a_history_out_of_one_state(seed):
    p = draw_patients(seed)
    curves = stats.cumulative_incidence(p.time, p.cause, entry_time=p.entry_time, n_causes=2)
    goal = np.where(p.cause == 0, 0, p.cause + 1)
    states = stats.transition_probabilities(
        p.entry_time, p.time, np.ones(len(p.time), int), goal, initial=1, n_states=3
    ).at(curves.time)
    np.testing.assert_allclose(states.state_occupation[1:], curves.cumulative_incidence, **CLOSED)


@given(SEEDS)
@FEW
def test_the_hazard_without_covariates_is_nelson_and_aalen_s(seed):
    p = draw_patients(seed)
    hazard = stats.nelson_aalen(p.time, p.event, entry_time=p.entry_time, weights=p.weights)
    nothing = np.empty((len(p.time), 0))
    fit = stats.fit_cox(
        nothing, p.time, p.event, entry_time=p.entry_time, weights=p.weights, ties="breslow"
    )
    baseline = stats.find_baseline_hazard(fit)
    np.testing.assert_allclose(
        baseline.cumulative_hazard, hazard.at(baseline.time).cumulative_hazard, **CLOSED
    )


@given(SEEDS)
@FEW
def test_martingale_residuals_are_events_less_the_baseline_at_the_own_risk(seed):
    p = draw_patients(seed)
    fit = fit_or_skip(stats.fit_cox, p.x, p.time, p.event, ties="breslow")
    baseline = stats.find_baseline_hazard(fit)
    cumulative = np.concatenate([[0.0], baseline.cumulative_hazard])
    reached = cumulative[np.searchsorted(baseline.time, p.time, side="right")]
    risk = np.exp(p.x @ fit.log_hazard_ratio)
    found = stats.find_cox_residuals(fit)
    np.testing.assert_allclose(found, p.event - risk * reached, rtol=1e-9, atol=1e-10)
    survival = stats.predict_cox_survival(fit, p.x, [4.0]).survival[:, 0]
    at_4 = cumulative[np.searchsorted(baseline.time, 4.0, side="right")]
    np.testing.assert_allclose(survival, np.exp(-risk * at_4), rtol=1e-9)


@given(SEEDS, st.booleans())
@FEW
def test_fine_gray_without_competing_events_is_cox(seed, delayed):
    p = draw_patients(seed)
    options = {"strata": p.strata, "entry_time": p.entry_time if delayed else None}
    event = p.cause == 1
    assume(event.any())
    fit = fit_or_skip(stats.fit_fine_gray, p.x, p.time, event.astype(int), **options)
    cox = fit_or_skip(
        stats.fit_cox, p.x, p.time, event, ties="breslow", cluster=np.arange(len(p.time)), **options
    )
    np.testing.assert_allclose(fit.log_hazard_ratio, cox.log_hazard_ratio, **ITERATED)
    np.testing.assert_allclose(fit.covariance, cox.covariance, rtol=1e-6, atol=1e-9)
    assert fit.log_likelihood == pytest.approx(cox.log_likelihood, rel=1e-9)


@given(SEEDS)
@FEW
def test_fine_gray_without_covariates_predicts_the_cumulative_incidence_of_untied_times(seed):
    p = draw_untied(seed)
    assume((p.cause == 1).any())
    fit = fit_or_skip(stats.fit_fine_gray, np.empty((len(p.time), 0)), p.time, p.cause)
    at = [2.5, 5.0]
    hazard = -np.log1p(-fit.predict(np.empty((1, 0)), at).cumulative_incidence[0])
    # the subdistribution hazard's steps: dF over 1 - F, summed
    curves = stats.cumulative_incidence(p.time, p.cause)
    incidence = curves.cumulative_incidence[0]
    steps = np.diff(incidence, prepend=0) / (1 - np.concatenate([[0], incidence[:-1]]))
    expected = [steps[curves.time <= t].sum() for t in at]
    np.testing.assert_allclose(hazard, expected, rtol=1e-9, atol=1e-12)


@given(SEEDS)
@FEW
def test_the_restricted_mean_is_the_area_under_the_curve(seed):
    p = draw_patients(seed)
    curve = stats.kaplan_meier(p.time, p.event, weights=p.weights)
    grid = np.linspace(0, 4, 4001)[:-1] + 0.0005
    area = curve.at(grid).survival.mean() * 4
    found = stats.restricted_mean(p.time, p.event, horizon=4.0, weights=p.weights)
    assert found.restricted_mean == pytest.approx(area, rel=1e-12)
    pair = stats.restricted_mean_difference(p.time, p.event, p.group % 2, horizon=3.0)
    alone = [
        stats.restricted_mean(p.time[rows], p.event[rows], horizon=3.0)
        for rows in (p.group % 2 == 0, p.group % 2 == 1)
    ]
    expected = alone[1].restricted_mean - alone[0].restricted_mean
    assert pair.difference == pytest.approx(expected, rel=1e-12, abs=1e-14)
    error = np.hypot(alone[0].standard_error, alone[1].standard_error)
    assert pair.standard_error == pytest.approx(error, rel=1e-12)


@given(SEEDS)
@FEW
def test_conditional_survival_is_a_ratio(seed):
    p = draw_patients(seed)
    curve = stats.kaplan_meier(p.time, p.event)
    found = stats.conditional_survival(p.time, p.event, given=2.0)
    later = curve.at(found.time + 2.0).survival / curve.at(2.0).survival
    np.testing.assert_allclose(found.survival, later, **CLOSED)


@given(SEEDS)
@FEW
def test_pseudo_values_are_the_jackknife(seed):
    p = draw_patients(seed)
    n, everybody = len(p.time), stats.kaplan_meier(p.time, p.event).at(4.0).survival[0]
    found = stats.pseudo_values(p.time, p.event, 4.0)[:, 0]
    for i in (0, 7, n - 1):
        rest = np.arange(n) != i
        without = stats.kaplan_meier(p.time[rest], p.event[rest]).at(4.0).survival[0]
        assert found[i] == pytest.approx(n * everybody - (n - 1) * without, abs=1e-10)
    # without censoring up to the horizon their mean is the estimate, exactly
    whole = stats.pseudo_values(p.time, np.ones(n, bool), 4.0)
    assert whole.mean() == pytest.approx((p.time > 4).mean(), abs=1e-12)


@given(SEEDS)
@FEW
def test_the_reverse_curve_without_ties_shares_the_risk_sets(seed):
    p = draw_untied(seed)
    forwards = stats.kaplan_meier(p.time, p.event)
    backwards = stats.reverse_kaplan_meier(p.time, p.event)
    # nobody else leaves at an untied time: the two products make the empirical distribution
    left = [(p.time > t).mean() for t in forwards.time]
    np.testing.assert_allclose(forwards.survival * backwards.survival, left, **CLOSED)
    np.testing.assert_array_equal(forwards.n_at_risk, stats.count_at_risk(p.time, forwards.time))


@given(SEEDS)
@FEW
def test_penalties_of_0_and_without_end(seed):
    p = draw_patients(seed)
    options = {"strata": p.strata, "weights": p.weights}
    plain = fit_or_skip(stats.fit_cox, p.x, p.time, p.event, tolerance=1e-11, **options)
    tiny = stats.fit_cox(p.x, p.time, p.event, ridge=1e-13, tolerance=1e-11, **options)
    np.testing.assert_allclose(tiny.log_hazard_ratio, plain.log_hazard_ratio, **ITERATED)
    huge = stats.fit_cox(p.x, p.time, p.event, ridge=1e14, **options)
    np.testing.assert_allclose(huge.log_hazard_ratio, 0, atol=1e-10)
    net = stats.fit_elastic_net_cox(
        p.x, p.time, p.event, penalties=[0.0], ties="efron", tolerance=1e-11, **options
    )
    np.testing.assert_allclose(
        net.log_hazard_ratio[0], plain.log_hazard_ratio, rtol=1e-4, atol=1e-5
    )
    assert net.log_likelihood[0] == pytest.approx(plain.log_likelihood, abs=1e-7)


@given(SEEDS)
@FEW
def test_an_elastic_net_of_squares_is_a_ridge(seed):
    p = draw_patients(seed)
    penalty, n = 0.2, len(p.time)
    net = fit_or_skip(
        stats.fit_elastic_net_cox, p.x, p.time, p.event, l1_ratio=0.0, penalties=[penalty],
        standardise=False, tolerance=1e-11,
    )  # fmt: skip
    ridge = stats.fit_cox(p.x, p.time, p.event, ties="breslow", ridge=penalty * n)
    np.testing.assert_allclose(
        net.log_hazard_ratio[0], ridge.log_hazard_ratio, rtol=1e-5, atol=1e-7
    )


@given(SEEDS)
@FEW
def test_random_effects_lie_between_nothing_and_the_plain_fit(seed):
    p = draw_patients(seed)
    plain = fit_or_skip(stats.fit_cox, p.x, p.time, p.event, tolerance=1e-11)

    def fit(variance):
        return stats.fit_random_effects_cox(
            p.x, ["a", "a"], p.time, p.event, mean_groups=[], group_variance=[variance]
        )

    endless, none, some = fit(1e10), fit(1e-12), fit(0.5)
    np.testing.assert_allclose(
        endless.log_hazard_ratio, plain.log_hazard_ratio, rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(endless.covariance, plain.covariance, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(none.log_hazard_ratio, 0, atol=1e-8)
    ridge = stats.fit_cox(p.x, p.time, p.event, ridge=1 / 0.5)
    np.testing.assert_allclose(some.log_hazard_ratio, ridge.log_hazard_ratio, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(some.covariance, ridge.covariance, rtol=1e-6, atol=1e-8)


@given(SEEDS)
@FEW
def test_a_scan_of_one_marker_is_a_cox_model(seed):
    p = draw_patients(seed)
    options = {"strata": p.strata, "entry_time": p.entry_time}
    scan = stats.scan_markers(
        p.x[:, [1]], p.time, p.event, covariates=p.x[:, [0]], n_threads=1,
        minimum_carriers=0, firth_below=0, **options,
    )  # fmt: skip
    full = fit_or_skip(stats.fit_cox, p.x, p.time, p.event, **options)
    null = fit_or_skip(stats.fit_cox, p.x[:, :1], p.time, p.event, **options)
    assume(scan.status[0] == "fitted")
    assert scan.log_hazard_ratio[0] == pytest.approx(full.log_hazard_ratio[1], rel=1e-7, abs=1e-8)
    assert scan.standard_error[0] == pytest.approx(full.standard_error[1], rel=1e-7)
    ratio = 2 * (full.log_likelihood - null.log_likelihood)
    assert scan.likelihood_ratio_chi_square[0] == pytest.approx(ratio, rel=1e-7, abs=1e-8)


@given(SEEDS)
@FEW
def test_a_scan_by_firth_is_a_cox_model_by_firth(seed):
    p = draw_patients(seed)
    marker = (p.group == 1) * 1.0
    scan = stats.scan_markers(
        marker[:, None], p.time, p.event, n_threads=1, minimum_carriers=0, firth_below=99
    )
    assume(scan.method[0] == "firth")
    fit = fit_or_skip(stats.fit_cox, marker[:, None], p.time, p.event, firth=True)
    assert scan.log_hazard_ratio[0] == pytest.approx(fit.log_hazard_ratio[0], rel=1e-6, abs=1e-7)


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
