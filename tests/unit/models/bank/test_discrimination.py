"""Concordance from the variance of the log hazard: the identity of the anchor's supplement."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.models.bank.discrimination import expected_concordance
from chorall.stats import concordance


def test_a_variance_of_one_is_a_concordance_of_72_5_percent():
    assert expected_concordance(1.0) == pytest.approx(0.725, abs=5e-4)


@pytest.mark.parametrize("variance", [0.0, 0.1, 1.0, 2.5, 4.0])
def test_a_plain_sum_over_a_fine_grid_says_the_same(variance):
    grid = np.linspace(-12, 12, 240_001)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    probability = 1 / (1 + np.exp(-np.abs(grid) * np.sqrt(2 * variance)))
    exact = (density * probability).sum() * (grid[1] - grid[0])
    assert expected_concordance(variance) == pytest.approx(exact, abs=1e-7)


def test_patients_drawn_with_variance_one_show_it():
    random = np.random.default_rng(3)
    risk = random.normal(size=4000)
    time = random.exponential(np.exp(-risk))
    found = concordance(risk, time, np.ones(4000, bool))
    assert found.concordance == pytest.approx(expected_concordance(1.0), abs=0.01)


@pytest.mark.parametrize("variance", [-1.0, float("nan"), float("inf")])
def test_what_is_no_variance_is_refused(variance):
    with pytest.raises(InputError, match="variance"):
        expected_concordance(variance)
