"""Sums of effects by draw, and quadratic forms of rows, against the plain sums."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.stats._drawn_sums import N_LANES, sum_drawn
from chorall.stats._sparse_rows import measure_forms

F, FLAGS, AGES, S = 5, 2, 3, 4
FACTORS = np.array([[0, 1, 2, 3, 4, 0, 2, 5, 3, 6], [7, 7, 7, 7, 7, 1, 3, 7, 5, 7]])
"""Five single ones, two pairs, a strategy, a strategy by a value, the other strategy."""


@pytest.mark.parametrize(("rows", "drawn", "offsets"), [(1, 1, 1), (1, 9, 9), (9, 1, 1), (9, 9, 9)])
@pytest.mark.parametrize("filled", [0.0, 0.3, 1.0])
def test_sums_are_those_of_all_covariates(rows, drawn, offsets, filled):
    random = np.random.default_rng(rows + drawn)
    values = random.normal(size=(rows, F)) * (random.random((rows, F)) < filled)
    aged = random.normal(size=(rows, AGES))
    flags = (random.random((S, FLAGS)) < 0.5).astype(float)
    effects = random.normal(size=(FACTORS.shape[1] + AGES, drawn, 2 * N_LANES))
    offset = random.normal(size=(offsets, 2 * N_LANES))
    found = sum_drawn(values, flags, FACTORS, aged, effects, offset)
    n = max(rows, drawn)
    assert found.shape == (S, n, 2 * N_LANES)
    for one, own in zip(found, flags, strict=True):
        numbers = np.hstack([values, np.tile(own, (rows, 1)), np.ones((rows, 1))])
        columns = np.hstack([numbers[:, FACTORS[0]] * numbers[:, FACTORS[1]], aged])
        plain = np.einsum("dp,pdk->dk", np.broadcast_to(columns, (n, columns.shape[1])),
                          np.broadcast_to(effects, (len(effects), n, 2 * N_LANES)))  # fmt: skip
        np.testing.assert_allclose(one, plain + offset, rtol=1e-12, atol=1e-12)


def test_what_a_strategy_does_not_touch_is_the_same_to_the_last_digit():
    values, aged = np.array([[0.1, 0.7, 0.0, 1.0, 0.3]]), np.zeros((1, 0))
    effects = np.random.default_rng(1).normal(size=(FACTORS.shape[1], 50, N_LANES))
    effects[-1] = 0  # the second strategy does nothing
    found = sum_drawn(values, np.array([[0.0, 0.0], [0.0, 1.0]]), FACTORS, aged, effects,
                      np.zeros((1, N_LANES)))  # fmt: skip
    np.testing.assert_array_equal(found[0], found[1])


@pytest.mark.parametrize("filled", [0.0, 0.2, 1.0])
def test_forms_are_those_of_the_whole_matrices(filled):
    random = np.random.default_rng(3)
    rows = random.normal(size=(20, 9)) * (random.random((20, 9)) < filled)
    roots, linear = random.normal(size=(2, 9, 9)), random.normal(size=(2, 9))
    matrices = np.array([one @ one.T for one in roots])
    plain = np.einsum("np,kpq,nq->nk", rows, matrices, rows) - 2 * rows @ linear.T
    np.testing.assert_allclose(measure_forms(rows, linear, matrices), plain, rtol=1e-11, atol=1e-11)
