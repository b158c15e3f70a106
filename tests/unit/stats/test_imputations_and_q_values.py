"""Rubin's rules and q-values by hand, and their answers at the edges."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import adjust_p_values, combine_imputations, find_q_values


def test_rubins_rules_by_hand():
    # within 2, between 1 over 4 imputations: total 2 + 5/4
    estimates = np.sqrt(0.75) * np.array([-1.0, 1.0, -1.0, 1.0]) + 3
    found = combine_imputations(estimates, [np.sqrt(2.0)] * 4)
    assert found.estimate == pytest.approx(3)
    assert found.between_variance == pytest.approx(1, rel=1e-14)
    assert found.standard_error == pytest.approx(np.sqrt(3.25), rel=1e-14)
    # lambda = 1.25 / 3.25
    assert found.degrees_of_freedom == pytest.approx(3 / (1.25 / 3.25) ** 2, rel=1e-14)
    assert found.relative_increase == pytest.approx(0.625, rel=1e-14)


def test_each_coefficient_is_combined_by_itself():
    values, errors = [[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]], [[1.0, 2.0]] * 3
    found = combine_imputations(values, errors, complete_degrees_of_freedom=30)
    alone = combine_imputations([1.0, 2.0, 3.0], [1.0] * 3, complete_degrees_of_freedom=30)
    assert found.estimate.shape == (2,)
    assert found.lower[0] == pytest.approx(float(alone.lower), rel=1e-14)
    # nothing depends on the imputation: what is left is the loss of a small sample
    assert found.standard_error[1] == 2
    assert found.degrees_of_freedom[1] == pytest.approx(31 / 33 * 30)


def test_without_missing_information_the_limits_are_normal():
    found = combine_imputations([1.0, 1.0], [0.5, 0.5])
    assert np.isinf(found.degrees_of_freedom)
    assert found.missing_fraction == 0
    assert found.upper == pytest.approx(1 + 1.959963984540054 * 0.5, rel=1e-12)
    assert found.p_value == pytest.approx(0.04550026389635842, rel=1e-10)


@pytest.mark.parametrize(
    ("estimate", "error"),
    [([1.0], [1.0]), ([1.0, 2.0], [1.0]), ([1.0, np.nan], [1.0, 1.0]), ([1.0, 2.0], [0.0, 1.0])],
)
def test_what_cannot_be_combined_is_refused(estimate, error):
    with pytest.raises(InputError, match="imput"):
        combine_imputations(estimate, error)


def test_complete_degrees_of_freedom_are_positive():
    with pytest.raises(InputError, match="above 0"):
        combine_imputations([1.0, 2.0], [1.0, 1.0], complete_degrees_of_freedom=0)


def test_holm_and_bonferroni_by_hand():
    p = [0.01, 0.04, 0.03, np.nan]
    np.testing.assert_allclose(adjust_p_values(p, "holm"), [0.03, 0.06, 0.06, np.nan])
    np.testing.assert_allclose(adjust_p_values(p, "bonferroni"), [0.03, 0.12, 0.09, np.nan])
    assert adjust_p_values([], "holm").shape == (0,)


def test_q_values_with_everything_null_are_those_of_benjamini_and_hochberg():
    p = np.array([0.9, 0.01, np.nan, 0.03, 0.02])
    np.testing.assert_allclose(find_q_values(p, null_fraction=1.0), adjust_p_values(p))
    np.testing.assert_allclose(find_q_values(p, null_fraction=0.5), adjust_p_values(p) / 2)


def test_the_null_fraction_is_found_when_it_is_known():
    rng = np.random.default_rng(7)
    p = np.concatenate([rng.uniform(size=8000), rng.beta(0.05, 8, 2000)])
    ratio = find_q_values(p) / adjust_p_values(p)
    assert np.ptp(ratio[adjust_p_values(p) < 0.9]) < 1e-12
    assert ratio.min() == pytest.approx(0.8, abs=0.05)


def test_the_bootstrap_rule_by_hand():
    # ten p-values: the parts above 0.05, 0.10, ... and the error of each, written out
    p = np.array([0.001, 0.01, 0.02, 0.03, 0.15, 0.3, 0.45, 0.6, 0.75, 0.97])
    tuning = [k / 20 for k in range(1, 20)]
    parts = [np.mean(p >= t) / (1 - t) for t in tuning]
    lowest = np.quantile(parts, 0.1)
    errors = [
        sum(p >= t) / (10 * (1 - t)) ** 2 * (1 - sum(p >= t) / 10) + (part - lowest) ** 2
        for t, part in zip(tuning, parts, strict=True)
    ]
    expected = parts[int(np.argmin(errors))]
    assert find_q_values(p)[-1] == pytest.approx(expected * 0.97)


def test_p_values_that_are_all_small_do_not_make_every_q_value_zero():
    assert (find_q_values(np.full(50, 0.01)) > 0).all()
    assert np.isnan(find_q_values([np.nan])).all()


@pytest.mark.parametrize("part", [0, 1.5, -1])
def test_null_fractions_out_of_range_are_refused(part):
    with pytest.raises(InputError, match="above 0 and at most 1"):
        find_q_values([0.1], null_fraction=part)
    with pytest.raises(InputError, match="outside 0 to 1"):
        find_q_values([1.1])
