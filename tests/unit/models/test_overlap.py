"""Overlap weights: exact balance, and a table by hand."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.models.overlap import measure_balance, weigh_overlap

ONE = np.zeros


def test_one_binary_covariate_by_hand():
    # of 10 patients with it 6 are treated, of 20 without it 5
    x = np.repeat([1.0, 0.0], [10, 20])[:, None]
    treated = np.concatenate([np.arange(10) < 6, np.arange(20) < 5])
    found = weigh_overlap(x, treated, ONE(30, int))
    assert found.propensity[0] == pytest.approx(float(Fraction(6, 10)))
    assert found.propensity[-1] == pytest.approx(float(Fraction(5, 20)))
    # 1 - e of the treated: 6 times 2/5 and 5 times 3/4; their mean is 123 / 220
    mean = (6 * Fraction(2, 5) + 5 * Fraction(3, 4)) / 11
    assert found.weights[0] == pytest.approx(float(Fraction(2, 5) / mean))
    size = (6 * Fraction(2, 5) + 5 * Fraction(3, 4)) ** 2 / (
        6 * Fraction(2, 5) ** 2 + 5 * Fraction(3, 4) ** 2
    )
    assert found.effective[0] == pytest.approx(float(size))


def test_covariates_and_strata_are_balanced_exactly():
    rng = np.random.default_rng(4)
    x, strata = rng.normal(size=(400, 3)), rng.integers(0, 3, 400)
    treated = rng.random(400) < 1 / (1 + np.exp(-x[:, 0] - 0.5 * strata + 1))
    found = weigh_overlap(x, treated, strata)
    before, after = measure_balance(x, treated, found.weights)
    assert before[0] > 0.5
    assert np.abs(after).max() < 1e-6
    shares = [
        np.bincount(strata[side], found.weights[side]) / found.weights[side].sum()
        for side in (treated, ~treated)
    ]
    assert shares[0] == pytest.approx(shares[1], abs=1e-6)
    assert found.effective[0] < treated.sum()


def test_no_overlap_is_said():
    x = np.arange(20.0)[:, None]
    found = weigh_overlap(x, x[:, 0] > 9.5, ONE(20, int))
    assert found.separated
    assert np.isnan(found.weights).all()
