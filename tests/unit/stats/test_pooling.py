"""Pooled effects by hand, and their answers at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import fit_meta_regression, pool_effects

EFFECTS = [-0.35, 0.12, -0.61, -0.09, -0.44, 0.28]
ERRORS = [0.18, 0.25, 0.31, 0.12, 0.2, 0.4]


def test_fixed_effect_and_q_by_hand():
    # weights 4, 1, 4
    found = pool_effects([1, 2, 4], [0.5, 1, 0.5], method="fixed")
    mean = Fraction(4 + 2 + 16, 9)
    q = 4 * (1 - mean) ** 2 + (2 - mean) ** 2 + 4 * (4 - mean) ** 2
    assert found.estimate == pytest.approx(float(mean), rel=1e-15)
    assert found.standard_error == pytest.approx(1 / 3, rel=1e-15)
    assert found.q == pytest.approx(float(q), rel=1e-14)
    np.testing.assert_allclose(found.weights, [4 / 9, 1 / 9, 4 / 9], rtol=1e-14)
    assert found.tau2 == 0
    assert not found.hartung_knapp
    assert np.isnan([found.prediction_lower, found.tau2_upper]).all()


def test_dersimonian_laird_by_hand():
    found = pool_effects([1, 2, 4], [0.5, 1, 0.5], method="dl", hartung_knapp=False)
    mean = Fraction(22, 9)
    q = 4 * (1 - mean) ** 2 + (2 - mean) ** 2 + 4 * (4 - mean) ** 2
    tau2 = (q - 2) / (9 - Fraction(33, 9))
    assert found.tau2 == pytest.approx(float(tau2), rel=1e-14)
    assert found.i_squared == pytest.approx(float((q - 2) / q), rel=1e-14)


def test_equal_variances_have_closed_forms():
    # REML is then the sample variance less the sampling variance, Hartung-Knapp the t test
    effects = np.array([0.1, 0.7, -0.4, 1.2, 0.3])
    found = pool_effects(effects, [0.2] * 5)
    assert found.tau2 == pytest.approx(effects.var(ddof=1) - 0.04, rel=1e-12)
    assert found.standard_error == pytest.approx(effects.std(ddof=1) / np.sqrt(5), rel=1e-12)
    assert pool_effects(effects, [0.2] * 5, method="pm").tau2 == pytest.approx(
        found.tau2, rel=1e-12
    )


def test_paule_mandel_brings_q_to_its_expectation():
    found = pool_effects(EFFECTS, ERRORS, method="pm")
    weights = 1 / (np.square(ERRORS) + found.tau2)
    mean = np.average(EFFECTS, weights=weights)
    assert np.sum(weights * (EFFECTS - mean) ** 2) == pytest.approx(5, rel=1e-12)


def test_reml_is_the_highest_point_of_the_restricted_likelihood():
    def likelihood(tau2):
        variance = np.square(ERRORS) + tau2
        mean = np.average(EFFECTS, weights=1 / variance)
        residual = np.sum((EFFECTS - mean) ** 2 / variance)
        return -0.5 * (np.log(variance).sum() + np.log(np.sum(1 / variance)) + residual)

    found = pool_effects(EFFECTS, ERRORS)
    assert found.tau2 > 0
    others = np.concatenate([np.linspace(0, 1, 2001), found.tau2 * np.array([0.999, 1.001])])
    assert all(likelihood(found.tau2) >= likelihood(tau2) for tau2 in others)


def test_identical_studies_warn_that_the_limits_are_too_narrow():
    found = pool_effects([0.3, 0.3, 0.3], [0.1, 0.2, 0.3])
    assert (found.tau2, found.tau2_lower, found.tau2_upper) == (0, 0, 0)
    assert found.standard_error == pytest.approx(0, abs=1e-15)
    assert "narrower" in found.warnings[0]
    usual = pool_effects([0.3, 0.3, 0.3], [0.1, 0.2, 0.3], hartung_knapp=False)
    assert usual.warnings == ()
    assert usual.standard_error == pytest.approx(np.sqrt(1 / (100 + 25 + 100 / 9)), rel=1e-14)


@pytest.mark.parametrize("method", ["reml", "pm", "dl"])
def test_one_study_is_handed_back_and_nothing_is_said_of_others(method):
    found = pool_effects([0.4], [0.2], method=method)
    assert (found.estimate, found.standard_error) == (0.4, pytest.approx(0.2))
    assert found.upper == pytest.approx(0.4 + 1.959963984540054 * 0.2)
    unknown = [found.tau2, found.tau2_upper, found.prediction_upper, found.q_p_value]
    assert np.isnan(unknown).all()
    assert "one study" in found.warnings[0]


@pytest.mark.parametrize("scale", [1e-150, 1e-3, 1e3, 1e100])
def test_the_unit_does_not_matter(scale):
    plain = pool_effects(EFFECTS, ERRORS)
    found = pool_effects(np.multiply(EFFECTS, scale), np.multiply(ERRORS, scale))
    for name in ("estimate", "standard_error", "prediction_upper"):
        assert getattr(found, name) == pytest.approx(scale * getattr(plain, name), rel=1e-9)
    assert found.p_value == pytest.approx(plain.p_value, rel=1e-9)


@pytest.mark.parametrize(
    ("estimate", "error", "message"),
    [
        ([1, np.nan], [1, 1], "`estimate`: 1 of 2 is missing or infinite; at positions 1"),
        ([1, 2], [1, 0], "`standard_error`: 1 of 2 is not a finite number above 0"),
        ([1, 2], [1, -1], "not a finite number above 0"),
        ([1, 2], [1], "differ in length"),
        ([], [], "empty"),
        (["a"], [1], "must hold numbers"),
    ],
)
def test_what_is_no_effect_is_refused(estimate, error, message):
    with pytest.raises(InputError, match=message):
        pool_effects(estimate, error)


def test_unknown_method_lists_the_known():
    with pytest.raises(InputError, match="reml, fixed, pm, dl"):
        pool_effects([1], [1], method="REML")


def test_a_moderator_that_explains_all_leaves_no_tau2():
    x = np.array([0.0, 1, 2, 3, 4])
    found = fit_meta_regression(1 + 2 * x, [0.1] * 5, x)
    np.testing.assert_allclose(found.coefficients, [1, 2], atol=1e-12)
    assert found.tau2 == 0
    assert found.r_squared == 1
    assert found.q_degrees_of_freedom == 3


def test_without_moderators_the_regression_is_the_pooled_effect():
    found = fit_meta_regression(EFFECTS, ERRORS, np.empty((6, 0)))
    pooled = pool_effects(EFFECTS, ERRORS)
    assert found.coefficients[0] == pytest.approx(pooled.estimate, rel=1e-14)
    assert found.tau2 == pytest.approx(pooled.tau2, rel=1e-14)
    assert np.isnan(found.moderator_p_value)


@pytest.mark.parametrize(
    ("moderators", "message"),
    [
        ([1] * 6, "constant or a linear combination"),
        (np.ones((5, 1)), "one row for each of the 6 studies"),
        ([1, 2, 3, 4, 5, np.nan], r"rows \[5\]"),
        (np.arange(36).reshape(6, 6) ** 2, "cannot carry 7 coefficients"),
        (["a"] * 6, "must hold numbers"),
    ],
)
def test_moderators_that_cannot_be_used_are_refused(moderators, message):
    with pytest.raises(InputError, match=message):
        fit_meta_regression(EFFECTS, ERRORS, moderators)
