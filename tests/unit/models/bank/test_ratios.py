"""Doubt about log hazards: quadratic forms of the effects, against the plain ones."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.models.bank.made_bank import make_bank

from chorall.models.bank.ratios import find_difference_variance, find_half_variance
from chorall.models.bank.transition_fit import find_covariance

BANK = make_bank()
OLD, NEW = np.zeros(1), np.ones(1)


def draw_features(n=7):
    random = np.random.default_rng(2)
    flags = (random.random((n, 3)) < 0.4).astype(float)
    return np.column_stack([random.normal(size=n), flags, random.normal(size=n)])


def expand(features, flags):
    own = np.tile(flags, (len(features), 1))
    return BANK.design.expand(np.hstack([features, own]))


@pytest.mark.parametrize("flags", [OLD, NEW])
def test_half_the_variance_is_that_of_centred_covariates_and_ages(flags):
    features = draw_features()
    (found,) = find_half_variance(BANK, features, [flags])
    for number, model in enumerate(BANK.transitions):
        centred = expand(features, flags)[:, model.places] - model.centre
        aged = (BANK.design.expand_level(features) - model.level_centre) @ model.level_root
        plain = np.einsum("np,pq,nq->n", centred, find_covariance(model), centred)
        expected = (plain + (aged**2).sum(axis=1)) / 2
        np.testing.assert_allclose(found[:, number], expected, rtol=1e-10, atol=1e-12)


def test_strategies_differ_by_their_own_covariates_alone():
    features = draw_features()
    found = find_difference_variance(BANK, features, NEW, OLD)
    for number, model in enumerate(BANK.transitions):
        apart = (expand(features, NEW) - expand(features, OLD))[:, model.places]
        plain = np.einsum("np,pq,nq->n", apart, find_covariance(model), apart)
        np.testing.assert_allclose(found[:, number], plain, rtol=1e-12, atol=1e-15)
    assert not find_difference_variance(BANK, features, NEW, NEW).any()
