"""Nobody can work out a hidden count: a brute-force attack that tries every possible table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.table_attack import attack

from chorall.analyses.baseline.suppression import hide_small_counts


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    n_levels, n_groups, most = draw(st.sampled_from([(2, 1, 9), (2, 2, 7), (3, 2, 5), (2, 3, 6),
                                                     (4, 1, 5), (3, 3, 3)]))  # fmt: skip
    cells = st.integers(0, most)
    rows = st.lists(
        st.lists(cells, min_size=n_groups, max_size=n_groups),
        min_size=n_levels,
        max_size=n_levels,
    )
    return np.array(draw(rows), dtype=np.int64)


@settings(max_examples=250)
@given(tables(), st.integers(2, 5))
def test_every_hidden_count_could_be_another(counts: np.ndarray, smallest: int) -> None:
    hidden = hide_small_counts(counts, smallest)
    for cell, values in attack(counts, hidden).items():
        assert len(values) > 1, f"{cell} of {counts.tolist()} can only be {values}"


@settings(max_examples=250)
@given(tables(), st.integers(1, 5))
def test_every_small_count_is_hidden_and_nothing_without_one(
    counts: np.ndarray, smallest: int
) -> None:
    hidden = hide_small_counts(counts, smallest)
    whole = np.column_stack([counts, counts.sum(axis=1)])
    small = (whole > 0) & (whole < smallest)
    assert np.all(hidden[small])
    assert small.any() or not hidden.any()


def test_without_the_linked_cells_the_attack_succeeds() -> None:
    counts = np.array([[2, 20], [30, 40]])
    primary_only = np.array([[True, False, False], [False, False, False]])
    assert attack(counts, primary_only)[0, 0] == {2}
    linked = hide_small_counts(counts, 5)
    assert linked.sum() == 4
    assert len(attack(counts, linked)[0, 0]) > 4, "it could as well be 5 or more"


def test_a_small_total_is_hidden_with_a_partner() -> None:
    hidden = hide_small_counts(np.array([[1, 2], [30, 40], [9, 8]]), 5)
    assert hidden.tolist() == [[True, True, True], [False, False, False], [True, True, True]]


def test_a_table_of_one_group_hides_two_levels() -> None:
    hidden = hide_small_counts(np.array([[3], [50], [9]]), 5)
    assert hidden.all(axis=1).tolist() == [True, False, True]


@pytest.mark.parametrize("smallest", [0, 1])
def test_nothing_is_hidden_where_nothing_is_asked_for(smallest: int) -> None:
    assert not hide_small_counts(np.array([[1, 0], [2, 3]]), smallest).any()
