"""Columns of a transition: doubt about completions and effects, against the plain sums."""

import numpy as np
import pytest

from chorall.models.bank.columns import Columns


@pytest.mark.parametrize("q", [0, 1, 5])
def test_the_risk_drawn_is_that_of_every_completion(q):
    random = np.random.default_rng(q)
    is_drawn = np.array([True, False, True])
    drawn = random.normal(size=(4, 2, q))
    columns = Columns(np.arange(q), random.normal(size=(3, q)), is_drawn, drawn)
    centre, effect, root = random.normal(size=q), random.normal(size=q), random.normal(size=(q, q))
    mean, variance = columns.find_drawn_risk(centre, effect, root @ root.T)
    risks, spreads = (drawn - centre) @ effect, (((drawn - centre) @ root) ** 2).sum(axis=2)
    known = columns.expected[1] - centre
    expected = [risks[:, 0].mean(), known @ effect, risks[:, 1].mean()]
    np.testing.assert_allclose(mean, expected, atol=1e-12)
    spread = risks.var(axis=0, ddof=1) + spreads.mean(axis=0)
    expected = [spread[0], ((known @ root) ** 2).sum(), spread[1]]
    np.testing.assert_allclose(variance, expected, atol=1e-12)


def test_chosen_rows_and_columns():
    drawn = np.arange(12.0).reshape(2, 2, 3)
    columns = Columns(np.array([4, 5, 6]), np.eye(3), np.array([True, False, True]), drawn)
    kept = columns.keep(np.array([False, True, True])).choose(np.array([True, False, True]))
    assert kept.places.tolist() == [4, 6]
    assert kept.expected.tolist() == [[0, 0], [0, 1]]
    assert kept.is_drawn.tolist() == [False, True]
    assert kept.drawn.tolist() == [[[3.0, 5.0]], [[9.0, 11.0]]]
