"""Moments of linear predictors against the plain sums, for rows with and without zeros."""

import numpy as np
import pytest

from chorall.stats.predictor_moments import find_predictor_moments


@pytest.mark.parametrize("filled", [0.0, 0.06, 0.5, 1.0])
@pytest.mark.parametrize("q", [1, 7, 120])
def test_moments_are_those_of_the_centred_rows(filled: float, q: int) -> None:
    random = np.random.default_rng(q)
    rows = random.normal(size=(50, q)) * (random.random((50, q)) < filled)
    root = random.normal(size=(q, q))
    centre, effect = rows.mean(axis=0), random.normal(size=q)
    mean, variance = find_predictor_moments(rows, centre, effect, root @ root.T)
    centred = rows - centre
    np.testing.assert_allclose(mean, centred @ effect, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(variance, ((centred @ root) ** 2).sum(axis=1), rtol=1e-10, atol=1e-9)


def test_by_hand() -> None:
    mean, variance = find_predictor_moments(
        np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([1.0, 1.0]), np.array([3.0, 5.0]),
        np.array([[2.0, 1.0], [1.0, 4.0]]),
    )  # fmt: skip
    # (0, -1) and (0, 1): -5 and 5, and 4 twice
    assert mean.tolist() == [-5.0, 5.0]
    assert variance.tolist() == [4.0, 4.0]


def test_a_predictor_without_doubt_has_no_variance_below_zero() -> None:
    rows = np.full((1, 3), 0.1)
    assert find_predictor_moments(rows, rows[0], np.ones(3), np.full((3, 3), 1 / 3))[1] >= 0
    no_columns = find_predictor_moments(np.empty((2, 0)), *[np.empty(0)] * 2, np.empty((0, 0)))
    assert [one.tolist() for one in no_columns] == [[0.0, 0.0], [0.0, 0.0]]
