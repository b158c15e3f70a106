"""Where two models must agree: one is the other's special case, or its limit."""

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
    np.testing.assert_allclose(fit.log_hazard_ratio, cox.log_hazard_ratio, **TIGHT)
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
def test_penalties_of_0_and_without_end(seed):
    p = draw_patients(seed)
    options = {"strata": p.strata, "weights": p.weights}
    plain = fit_or_skip(stats.fit_cox, p.x, p.time, p.event, tolerance=1e-11, **options)
    tiny = stats.fit_cox(p.x, p.time, p.event, ridge=1e-13, tolerance=1e-11, **options)
    np.testing.assert_allclose(tiny.log_hazard_ratio, plain.log_hazard_ratio, **TIGHT)
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
def test_a_scan_of_two_endpoints_is_two_scans(seed):
    p = draw_patients(seed)
    relapsed, died = p.cause == 1, p.event
    assume(relapsed.any())
    options = {"strata": p.strata, "minimum_carriers": 0, "firth_below": 0, "n_threads": 1}
    endpoints = {"relapse": (p.time, relapsed), "death": (p.time + 1, died, p.entry_time)}
    both = stats.scan_endpoints(p.x, endpoints, **options)
    for name, (time, event, *entry) in endpoints.items():
        entry_time = entry[0] if entry else None
        alone = stats.scan_markers(p.x, time, event, entry_time=entry_time, **options)
        for field in ("log_hazard_ratio", "standard_error", "score_chi_square", "status"):
            np.testing.assert_array_equal(getattr(both[name], field), getattr(alone, field))
