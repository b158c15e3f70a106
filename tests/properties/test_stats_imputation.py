"""What holds for chained equations on any data."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chorall.stats import impute_chained

N = 24
KINDS = ["pmm", "binary", "categorical", "normal"]


@st.composite
def incomplete(draw):
    """Columns with few distinct values and any pattern of missing ones; two values stay known."""
    numbers = draw(arrays(np.int64, (N, 4), elements=st.integers(0, 5)))
    x = np.column_stack([
        numbers[:, 0], numbers[:, 1] % 2, numbers[:, 2] % 3, numbers[:, 3] / 4
    ]).astype(float)  # fmt: skip
    x[:2] = [[0, 0, 0, 0.25], [1, 1, 1, 0.5]]
    missing = draw(arrays(np.bool_, (N, 4)))
    missing[:2] = False
    fixed = draw(arrays(np.int64, (N, 2), elements=st.integers(-1, 1))).astype(float)
    applies = draw(arrays(np.bool_, (N, 4)))
    return np.where(missing, np.nan, x), fixed, applies


@given(incomplete(), st.integers(0, 2**32), st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_only_what_is_missing_and_applies_is_filled_in(data, seed, n_donors) -> None:
    x, fixed, applies = data
    found = impute_chained(
        x, KINDS, fixed=fixed, may_impute=applies, n_imputations=2, n_iterations=2, seed=seed,
        n_donors=n_donors,
    )  # fmt: skip
    known = ~np.isnan(x)
    for values in found.values:
        np.testing.assert_array_equal(values[known], x[known])
        np.testing.assert_array_equal(np.isnan(values), ~known & ~applies)
        for column in (0, 1, 2):
            kept = values[~np.isnan(values[:, column]), column]
            assert set(kept) <= set(x[known[:, column], column])
    np.testing.assert_array_equal(found.imputed, ~known & applies)
    assert np.isfinite(found.values[:, ~np.isnan(found.values[0])]).all()


@given(incomplete(), st.integers(0, 100))
@settings(max_examples=15, deadline=None)
def test_each_data_set_depends_on_the_seed_and_its_number_alone(data, seed) -> None:
    x, fixed, _ = data
    few = impute_chained(x, KINDS, fixed=fixed, n_imputations=1, n_iterations=2, seed=seed)
    more = impute_chained(x, KINDS, fixed=fixed, n_imputations=3, n_iterations=2, seed=seed)
    np.testing.assert_array_equal(few.values[0], more.values[0])


@given(incomplete(), st.floats(0.001, 1000), st.floats(-100, 100))
@settings(max_examples=15, deadline=None)
def test_the_unit_of_a_predictor_does_not_matter(data, unit, shift) -> None:
    """But for the last digits, which may turn a draw; so only the numbers are compared."""
    x, fixed, _ = data
    number = x[:, [3]]
    wide = np.column_stack([fixed[:, 0] * 0.7 + 0.2, np.arange(N) % 5])
    one = impute_chained(number, ["normal"], fixed=wide, n_imputations=1, n_iterations=1, seed=3)
    other = impute_chained(
        number * unit + shift, ["normal"], fixed=wide * unit + shift, n_imputations=1,
        n_iterations=1, seed=3,
    )  # fmt: skip
    np.testing.assert_allclose(
        (other.values - shift) / unit, one.values, rtol=1e-6, atol=1e-6 * (1 + abs(shift) / unit)
    )


def test_the_order_of_patients_changes_draws_but_not_their_distribution() -> None:
    rng = np.random.default_rng(0)
    n = 400
    z = rng.standard_normal(n)
    marker = (rng.random(n) < 1 / (1 + np.exp(-z))) * 1.0
    marker[rng.random(n) < 0.4] = np.nan
    order = rng.permutation(n)
    given = {"n_imputations": 60, "n_iterations": 1, "seed": 8}
    one = impute_chained(marker[:, None], ["binary"], fixed=z[:, None], **given)
    other = impute_chained(marker[order, None], ["binary"], fixed=z[order, None], **given)
    missing = np.isnan(marker)
    back = np.empty_like(other.values[..., 0])
    back[:, order] = other.values[..., 0]
    assert (one.values[:, missing, 0] != back[:, missing]).any()
    share = one.values[:, missing, 0].mean(axis=0), back[:, missing].mean(axis=0)
    error = np.sqrt((share[0] * (1 - share[0]) + share[1] * (1 - share[1])) / 60 + 1e-3)
    assert (np.abs(share[0] - share[1]) / error < 5).all()
    assert abs(share[0].mean() - share[1].mean()) < 0.03
