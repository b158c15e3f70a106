"""Where two curves or tests must agree: one is the other's special case or its sum."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from properties.drawn_patients import (
    SEEDS,
    draw_patients,
    draw_untied,
    fit_or_skip,
)

from chorall import stats

FEW = settings(deadline=None, max_examples=12)
CLOSED = {"rtol": 1e-11, "atol": 1e-12}
TIGHT = {"rtol": 1e-7, "atol": 1e-8}


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
