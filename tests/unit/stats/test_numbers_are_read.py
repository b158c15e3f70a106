"""What a number is to a kernel: nothing under a mask, no text, nothing whose square overflows."""

from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from chorall.errors import InputError
from chorall.stats import (
    adjust_p_values,
    bootstrap,
    brier_score,
    combine_imputations,
    concordance,
    concordance_gonen_heller,
    count_at_risk,
    cumulative_incidence,
    fit_cox,
    fit_elastic_net_cox,
    fit_fine_gray,
    fit_meta_regression,
    fit_random_effects_cox,
    gray_test,
    kaplan_meier,
    nelson_aalen,
    pool_effects,
    proportion_interval,
    scan_markers,
)

TIME = np.array([4.0, 2.0, 3.0, 5.0, 1.0, 6.0])
EVENT = np.array([True, True, False, True, True, False])
CAUSE = np.array([1, 2, 0, 1, 1, 0])
X = np.array([[0.0, 1.5], [1.0, 0.5], [0.0, 2.0], [1.0, -1.0], [1.0, 0.0], [0.0, 0.25]])
RISK = np.array([0.5, 0.25, 0.75, 0.5, 0.9, 0.1])
FIRST_HIDDEN = [True, False, False, False, False, False]


def hide(values):
    """Mask the first row; what lies under the mask must not be read."""
    mask = np.zeros(np.shape(values), bool)
    mask[0] = True
    return np.ma.masked_array(values, mask)


HIDDEN = {
    "x of a Cox model": lambda: fit_cox(hide(X), TIME, EVENT),
    "x of a Fine-Gray model": lambda: fit_fine_gray(hide(X), TIME, CAUSE),
    "x of a concordance": lambda: concordance_gonen_heller(hide(X), [0.1, 0.2], np.eye(2)),
    "risk": lambda: brier_score(hide(RISK), TIME, EVENT, 3.0),
    "score": lambda: concordance(hide(RISK), TIME, EVENT),
    "event": lambda: kaplan_meier(TIME, hide(EVENT)),
    "cause": lambda: cumulative_incidence(TIME, hide(CAUSE)),
    "counts": lambda: proportion_interval(hide([1, 2]), [3, 3]),
    "estimate of a study": lambda: pool_effects(hide([0.1, 0.2]), [0.1, 0.1]),
    "estimate of an imputation": lambda: combine_imputations(hide([0.1, 0.2]), [0.1, 0.1]),
    "moderators": lambda: fit_meta_regression([1, 2, 4], [1, 1, 2], hide([[1.0], [2.0], [3.0]])),
    "arrays of a bootstrap": lambda: bootstrap(np.mean, [hide(RISK)], n_resamples=3, seed=1),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_lies_under_a_mask_is_missing(name):
    with pytest.raises(InputError, match=r"missing|not counts|masked|mask"):
        HIDDEN[name]()


def test_a_masked_p_value_and_a_masked_marker_are_not_tested():
    np.testing.assert_array_equal(adjust_p_values(hide([0.1, 0.2])), [np.nan, 0.2])
    assert scan_markers(hide(X), TIME, EVENT, minimum_carriers=0).n_tested.tolist() == [5, 5]


@pytest.mark.parametrize(
    "values",
    [X.astype(str), X.astype(str).astype(object), X.astype("m8[D]"), X.astype(complex)],
    ids=["text", "text in objects", "durations", "complex"],
)
def test_covariates_that_are_no_numbers_are_refused(values):
    for fit in (
        lambda: fit_cox(values, TIME, EVENT),
        lambda: fit_fine_gray(values, TIME, CAUSE),
        lambda: fit_elastic_net_cox(values, TIME, EVENT),
        lambda: fit_random_effects_cox(values, ["a", "b"], TIME, EVENT),
    ):
        with pytest.raises(InputError, match="`x` must hold numbers"):
            fit()


def test_text_that_reads_like_a_number_is_not_one():
    for text in (["1", "2"], np.array(["1", "2"], object), pl.Series(["1", "2"])):
        with pytest.raises(InputError, match="`time` must hold numbers"):
            kaplan_meier(text, [True, False])
    with pytest.raises(InputError, match="`n` must hold numbers"):
        proportion_interval([1], ["3"])
    with pytest.raises(InputError, match=r"`risk` must hold numbers, but holds object \(str\)"):
        brier_score(np.array(["0.5"] * 6, object), TIME, EVENT, 3.0)


def test_objects_that_are_numbers_are_read():
    expected = kaplan_meier([1, 2], [True, False]).survival
    for time in ([Decimal(1), Decimal(2)], np.array([1, np.float32(2)], object)):
        np.testing.assert_array_equal(kaplan_meier(time, [True, False]).survival, expected)
    with pytest.raises(InputError, match="integers too large"):
        kaplan_meier([1, 10**400], [True, False])


@pytest.mark.parametrize("code", [2**63, 2**64 - 1])
def test_a_cause_beyond_64_bits_is_not_taken_for_another(code):
    codes = np.array([1, 0, code], np.uint64)
    for kernel in (
        lambda: cumulative_incidence([1, 2, 3], codes),
        lambda: gray_test([1, 2, 3], codes, [0, 1, 1]),
        lambda: fit_fine_gray(X[:3], TIME[:3], codes),
    ):
        with pytest.raises(InputError, match=r"`cause`: 1 of 3 is above what 64 bits hold"):
            kernel()


def test_the_largest_cause_of_64_bits_is_a_cause():
    codes = np.array([1, 0, 2**63 - 1], np.uint64)
    assert gray_test([1, 2, 3], codes, [0, 1, 1]).causes.tolist() == [1, 2**63 - 1]


@pytest.mark.parametrize("size", [1e300, 1.7e308])
def test_enormous_covariates_are_named_and_refused(size):
    x = np.where(X > 0.5, size, -size)
    for fit in (
        lambda: fit_cox(x, TIME, EVENT),
        lambda: fit_fine_gray(x, TIME, CAUSE),
        lambda: fit_elastic_net_cox(x, TIME, EVENT),
        lambda: fit_random_effects_cox(x, ["a", "b"], TIME, EVENT),
    ):
        with pytest.raises(InputError, match=r"`x\[:, 1\]`: 6 of 6 are beyond 1e\+100"):
            fit()
    with pytest.raises(InputError, match=r"`covariates\[:, 0\]`: 6 of 6 are beyond"):
        scan_markers(X[:, :1], TIME, EVENT, covariates=x)


def test_large_covariates_below_the_bound_are_used():
    usual, large = (fit_cox(X * unit, TIME, EVENT, tolerance=1e-12) for unit in (1.0, 1e90))
    np.testing.assert_allclose(large.log_hazard_ratio * 1e90, usual.log_hazard_ratio, rtol=1e-8)


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_weights_far_from_1_are_refused(size):
    weights = np.ones(6) * size
    for kernel in (
        lambda: kaplan_meier(TIME, EVENT, weights=weights),
        lambda: nelson_aalen(TIME, EVENT, weights=weights),
        lambda: fit_cox(X, TIME, EVENT, weights=weights),
        lambda: concordance(RISK, TIME, EVENT, weights=weights),
    ):
        with pytest.raises(InputError, match=r"`weights`: 6 of 6 are not within a factor 1e\+50"):
            kernel()


@pytest.mark.parametrize("size", [1e-40, 1e40])
def test_weights_within_the_bound_give_the_unweighted_answers(size):
    weights = np.full(6, size)
    weighted, plain = kaplan_meier(TIME, EVENT, weights=weights), kaplan_meier(TIME, EVENT)
    np.testing.assert_allclose(weighted.survival, plain.survival, rtol=1e-12)
    found, usual = concordance(RISK, TIME, EVENT, weights=weights), concordance(RISK, TIME, EVENT)
    assert found.concordance == pytest.approx(usual.concordance, rel=1e-12)
    assert found.standard_error == pytest.approx(usual.standard_error, rel=1e-12)
    fit = fit_cox(X, TIME, EVENT, weights=weights, tolerance=1e-12)
    usual_fit = fit_cox(X, TIME, EVENT, tolerance=1e-12)
    np.testing.assert_allclose(fit.log_hazard_ratio, usual_fit.log_hazard_ratio, rtol=1e-8)


@pytest.mark.parametrize("unit", [1e300, 1e-300])
def test_estimates_of_impossible_size_are_refused(unit):
    estimate, error = np.array([1.0, 2.0]) * unit, np.array([0.1, 0.1]) * unit
    for kernel in (pool_effects, combine_imputations):
        with pytest.raises(InputError, match=r"[Gg]ive another unit"):
            kernel(estimate, error)


def test_a_missing_time_to_count_at_is_not_counted_as_nobody():
    with pytest.raises(InputError, match="`at`: 1 of 2 is missing; at positions 1"):
        count_at_risk([1, 2], [1, np.nan])
