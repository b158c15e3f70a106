"""Limits of draws, against NumPy's own quantiles."""

import numpy as np
import pytest

from chorall.models.bank.question import summarise


@pytest.mark.parametrize("n", [1, 2, 100, 101, 500])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.999])
def test_limits_are_the_quantiles_by_n_plus_1(n, level):
    draws = np.random.default_rng(n).normal(size=(3, 4, n))
    found = summarise(draws, level)
    ends = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=-1, method="weibull")
    np.testing.assert_allclose(found[..., 0], draws.mean(axis=-1), rtol=1e-13)
    np.testing.assert_allclose(np.moveaxis(found[..., 1:], -1, 0), ends, rtol=1e-12, atol=1e-13)


def test_by_hand():
    # 99 draws: a share of 5 % lies below the draw number 5, one of 95 % below number 95
    found = summarise(np.arange(1.0, 100.0)[::-1].copy(), 0.9).tolist()
    assert found == pytest.approx([50.0, 5.0, 95.0], rel=1e-12)
