"""Trials together: each column is what the kernel gives for one effect."""

import numpy as np
import pytest

from chorall.models.within_trials import pool_trials_together
from chorall.stats import pool_effects

SAME = 1e-10


def test_each_effect_is_pooled_as_by_itself():
    rng = np.random.default_rng(8)
    errors = rng.uniform(0.1, 0.6, (5, 40))
    effects = (
        rng.normal(0, rng.choice([0, 0.4, 2], 40), (5, 40)) + rng.normal(size=(5, 40)) * errors
    )
    effects[rng.random((5, 40)) < 0.25] = np.nan
    effects[:, 0], effects[1:, 1] = np.nan, np.nan
    many = pool_trials_together(effects, errors)
    assert np.isnan(many.estimate[0])
    assert np.isnan(many.common_p_value[0])
    assert many.n_trials[0] == 0
    for column in range(1, 40):
        there = np.isfinite(effects[:, column])
        one = pool_effects(effects[there, column], errors[there, column])
        for name in ("estimate", "standard_error", "lower", "upper", "p_value", "tau2"):
            same = pytest.approx(getattr(one, name), abs=SAME, nan_ok=True)
            assert getattr(many.random, name)[column] == same
        fixed = pool_effects(effects[there, column], errors[there, column], method="fixed")
        assert many.common_estimate[column] == pytest.approx(fixed.estimate, abs=SAME)
        assert many.common_error[column] == pytest.approx(fixed.standard_error, abs=SAME)
        assert many.common_p_value[column] == pytest.approx(fixed.p_value, abs=SAME)
        assert many.q_p_value[column] == pytest.approx(one.q_p_value, abs=SAME, nan_ok=True)


def test_an_effect_without_an_error_does_not_enter():
    found = pool_trials_together([[0.5], [0.1]], [[0.0], [0.2]])
    assert found.n_trials.tolist() == [1]
    assert found.estimate == pytest.approx([0.1])
