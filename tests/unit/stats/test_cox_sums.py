"""The compiled sums behind a Cox fit give what NumPy gives, for any number of columns."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.stats._cox_rows import multiply_columns, standardise_rows, sum_rows
from chorall.stats._positive import invert_positive
from chorall.stats.cox_order import argsort_days

# sums of a few hundred rounded products
ROUNDING = 1e-12


@pytest.mark.parametrize("n", [1, 3, 4, 5, 66])
@pytest.mark.parametrize("p", [1, 2, 7, 8, 9, 16, 31, 33, 40])
def test_sums_of_rows_and_squares(n: int, p: int) -> None:
    generator = np.random.default_rng(n * 100 + p)
    rows, linear = generator.normal(size=(n, p)), generator.normal(size=n)
    square = generator.random(n)
    total, squares = sum_rows(rows, linear, square)
    np.testing.assert_allclose(total, linear @ rows, rtol=0, atol=ROUNDING * n)
    np.testing.assert_allclose(squares, (rows.T * square) @ rows, rtol=0, atol=ROUNDING * n)
    offset = generator.normal(size=n)
    product = multiply_columns(rows, np.arange(p, dtype=float), offset)
    np.testing.assert_allclose(product, rows @ np.arange(p) + offset, rtol=ROUNDING, atol=1e-10)


def test_a_weight_below_zero_counts_as_zero_and_nan_stays() -> None:
    rows, nothing = np.ones((2, 3)), np.zeros(2)
    assert sum_rows(rows, nothing, np.array([-1e-17, 2.0]))[1].tolist() == [[2.0] * 3] * 3
    assert np.isnan(sum_rows(rows, nothing, np.array([np.nan, 2.0]))[1]).all()


@pytest.mark.parametrize("p", [1, 2, 3, 4, 5, 8, 9, 60])
def test_the_inverse_of_a_positive_matrix(p: int) -> None:
    generator = np.random.default_rng(p)
    half = generator.normal(size=(3 * p, p))
    matrix = half.T @ half
    inverse = invert_positive(matrix)
    assert inverse is not None
    np.testing.assert_allclose(inverse @ matrix, np.eye(p), rtol=0, atol=1e-9)
    np.testing.assert_array_equal(inverse, inverse.T)


@pytest.mark.parametrize("pivot", [0.0, -1.0, np.nan])
@pytest.mark.parametrize("place", [0, 1, 3, 4, 6])
def test_a_matrix_that_is_not_positive_has_no_inverse(pivot: float, place: int) -> None:
    diagonal = np.arange(1.0, 8.0)
    diagonal[place] = pivot
    assert invert_positive(np.diag(diagonal)) is None


@pytest.mark.parametrize(
    "keys",
    [
        [-3.0, 0.0, -65535.0, -3.0, -7.0],
        [-0.5, -65534.5, -2.0, 0.0],
        [-1e-300, 0.0, -1.0],
        [-65536.0, -1e300, -1.0],
    ],
)
def test_days_are_sorted_like_any_number(keys: list[float]) -> None:
    values = np.array(keys)
    order = argsort_days(values)
    assert values[order].tolist() == sorted(keys)
    assert sorted(order.tolist()) == list(range(len(keys)))


def test_a_constant_column_is_centred_to_exact_zeros() -> None:
    rows = np.column_stack([np.full(1000, 0.1), np.arange(1000.0)])
    centre, scale, variance = standardise_rows(rows, np.full(1000, 0.3))
    assert (rows[:, 0] == 0).all()
    assert (centre[0], scale[0], variance[0]) == (0.1, 1.0, 0.0)
    np.testing.assert_allclose([centre[1], variance[1]], [499.5, 83333.25], rtol=ROUNDING)
    np.testing.assert_allclose([rows[:, 1].mean(), rows[:, 1].std()], [0, 1], rtol=0, atol=1e-12)
