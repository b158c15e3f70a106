"""What holds for shrunken and pooled effects of any family."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chorall.stats import pool_effect_rows, shrink_effects

EFFECT = st.integers(-40, 40).map(lambda n: n / 10)
ERROR = st.integers(1, 20).map(lambda n: n / 10)
FAMILY = st.lists(st.tuples(EFFECT, ERROR), min_size=3, max_size=12)
ROUNDING = 1e-9
FEWER = settings(max_examples=25, deadline=None)


def columns(family):
    estimate, error = (np.array(column, dtype=float) for column in zip(*family, strict=True))
    return estimate, error


@FEWER
@given(FAMILY)
def test_a_mixture_keeps_the_sign_and_never_enlarges(family):
    estimate, error = columns(family)
    found = shrink_effects(estimate, error)
    assert (np.abs(found.estimate) <= np.abs(estimate) + ROUNDING).all()
    assert (found.estimate * estimate >= -ROUNDING).all()
    assert (found.lower <= found.upper).all()
    assert abs(found.prior_weights.sum() - 1) < ROUNDING


@FEWER
@given(FAMILY)
def test_of_two_with_one_error_the_larger_stays_the_larger(family):
    estimate, error = columns(family)
    for prior in ("mixture", "normal"):
        found = shrink_effects(estimate, np.full_like(error, error[0]), prior=prior)
        order = np.argsort(estimate, kind="stable")
        assert (np.diff(found.estimate[order]) >= -ROUNDING).all()


@FEWER
@given(FAMILY)
def test_a_normal_prior_draws_towards_the_mean_and_more_for_a_larger_error(family):
    estimate, error = columns(family)
    found = shrink_effects(estimate, error, prior="normal")
    distance, left = estimate - found.prior_mean, found.estimate - found.prior_mean
    assert (np.abs(left) <= np.abs(distance) + ROUNDING).all()
    far = np.abs(distance) > 1e-6
    kept = left[far] / distance[far]
    order = np.argsort(error[far], kind="stable")
    assert (np.diff(kept[order]) <= 1e-6).all()


@FEWER
@given(FAMILY)
def test_turning_all_signs_turns_all_shrunken_signs(family):
    estimate, error = columns(family)
    for prior in ("mixture", "normal"):
        there = shrink_effects(estimate, error, prior=prior)
        back = shrink_effects(-estimate, error, prior=prior)
        np.testing.assert_allclose(back.estimate, -there.estimate, atol=1e-6)
        np.testing.assert_allclose(back.upper, -there.lower, atol=1e-5)


@FEWER
@given(st.lists(FAMILY.filter(lambda family: len(family) == 3), min_size=1, max_size=5))
def test_rows_pool_alone_and_together_alike(families):
    estimate, error = (np.array(part) for part in zip(*map(columns, families), strict=True))
    together = pool_effect_rows(estimate, error)
    for place in range(len(families)):
        alone = pool_effect_rows(estimate[place : place + 1], error[place : place + 1])
        assert alone.estimate[0] == together.estimate[place]
        assert alone.tau2[0] == together.tau2[place]
