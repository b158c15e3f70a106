"""No small set follows from those shown, held against plain linear algebra over the parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chorall.analyses.hidden_sets import Question, find_hidden_sets, list_differences
from chorall.errors import InputError

WIDTH = 6


def ask(sizes, shown, worth=None, *, known=(), secret=()):
    shown = np.array(shown, dtype=np.int64)
    width = len(sizes)
    return Question(
        sizes=np.array(sizes, dtype=np.int64), shown=shown,
        worth=np.array(worth or [0] * len(shown), dtype=np.int64),
        known=np.array(known, dtype=np.int64).reshape(-1, width),
        watched=list_differences(np.vstack([shown, *known])),
        secret=np.array(secret, dtype=np.int64).reshape(-1, width),
    )  # fmt: skip


def find_by_rank(vectors, cells):
    """Return which cells lie in the span of the vectors."""
    rank = np.linalg.matrix_rank(vectors) if len(vectors) else 0
    return [
        np.linalg.matrix_rank(np.vstack([vectors, cell])) == rank if cell.any() else False
        for cell in cells
    ]


SETS = st.lists(st.lists(st.integers(0, 1), min_size=WIDTH, max_size=WIDTH), min_size=2, max_size=5)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 9), min_size=WIDTH, max_size=WIDTH), SETS)
def test_no_small_set_is_told_and_nothing_is_hidden_needlessly(sizes, sets):
    """The last one is known from elsewhere."""
    *shown, known = sets
    question = ask(sizes, shown, known=[known])
    hidden = find_hidden_sets(question, 5)
    some = question.sizes > 0
    counts = question.watched @ question.sizes
    small = question.watched[(counts > 0) & (counts < 5)][:, some]

    def told(rows):
        vectors = np.array([known, *rows], dtype=float).reshape(-1, WIDTH)[:, some]
        return np.array(find_by_rank(vectors, small.astype(float)), dtype=bool)

    by_the_known_alone = told([])
    seen = [one for one, gone in zip(shown, hidden, strict=True) if not gone]
    assert not (told(seen) & ~by_the_known_alone).any()
    for one, gone in zip(shown, hidden, strict=True):
        if gone:
            assert (told([*seen, one]) & ~by_the_known_alone).any() or 0 < one @ question.sizes < 5


def test_by_hand_two_that_differ_by_two_lose_the_smaller():
    sizes = [20, 2, 30]
    inner, outer, whole = [1, 0, 0], [1, 1, 0], [1, 1, 1]
    assert find_hidden_sets(ask(sizes, [inner, outer, whole]), 5).tolist() == [True, False, False]
    found = find_hidden_sets(ask(sizes, [inner, outer, whole], [2, 1, 1]), 5)
    assert found.tolist() == [False, True, False], "the one of less worth"


def test_by_hand_three_sums_that_tell_two_patients():
    """20 + 7 and 7 + 12 less 20 + 12 are twice 7; with 7 known, 12 and 20; 12 less 10 is 2."""
    sizes = [20, 7, 10, 2]
    sums = [[1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 1, 1], [0, 0, 1, 0]]
    question = ask(sizes, sums)
    assert [0, 0, 0, 1] not in question.watched.tolist(), "only by halves"
    watched = Question(**{name: getattr(question, name) for name in ("sizes", "shown", "worth")},
                       known=question.known, watched=np.array([[0, 0, 0, 1]]),
                       secret=question.secret)  # fmt: skip
    assert find_hidden_sets(watched, 5).sum() == 1


def test_a_part_without_patients_hides_nothing():
    sizes = [20, 0, 3]
    shown = [[1, 0, 0], [1, 1, 1]]
    assert find_hidden_sets(ask(sizes, shown), 5).tolist() == [True, False]


def test_what_is_secret_is_not_told_however_large():
    sizes, parts = [20, 30], [[1, 0], [0, 1], [1, 1]]
    assert not find_hidden_sets(ask(sizes, parts), 5).any()
    assert find_hidden_sets(ask(sizes, parts, secret=[[1, 0]]), 5).tolist() == [True, True, False]
    with pytest.raises(InputError, match="1 or more"):
        find_hidden_sets(ask(sizes, parts), 0)
