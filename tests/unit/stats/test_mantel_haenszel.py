"""The common odds ratio: by hand, against enumeration, and at its edges."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import mantel_haenszel

TWO = [[[3, 1], [2, 6]], [[1, 4], [3, 5]]]


def enumerate_sums(tables):
    """Return the probability of each sum of upper left cells as exact fractions."""
    choices = []
    for (a, b), (c, d) in tables:
        row, column, n = a + b, a + c, a + b + c + d
        cells = range(max(0, row + column - n), min(row, column) + 1)
        ways = {
            k: Fraction(comb(column, k) * comb(n - column, row - k), comb(n, row)) for k in cells
        }
        choices.append(ways)
    sums: dict[int, Fraction] = {}
    for cells in product(*(choice.items() for choice in choices)):
        chance = Fraction(1)
        for _, part in cells:
            chance *= part
        place = sum(k for k, _ in cells)
        sums[place] = sums.get(place, Fraction(0)) + chance
    return sums


def test_the_exact_p_value_is_that_of_all_tables():
    sums = enumerate_sums(TWO)
    observed = sums[4]
    expected = float(sum(chance for chance in sums.values() if chance <= observed))
    assert mantel_haenszel(TWO).p_value == pytest.approx(expected, rel=1e-12)


def test_the_estimate_is_mantel_and_haenszels():
    # sum a d / n over sum b c / n: (18/12 + 5/13) / (2/12 + 12/13)
    expected = Fraction(18, 12) + Fraction(5, 13)
    expected /= Fraction(2, 12) + Fraction(12, 13)
    assert mantel_haenszel(TWO).odds_ratio == pytest.approx(float(expected))


def test_exact_limits_are_where_the_tails_are_equal():
    found = mantel_haenszel(TWO)
    sums = {place: float(chance) for place, chance in enumerate_sums(TWO).items()}
    for ratio, inside in (
        (found.conditional_lower, range(4, 99)),
        (found.conditional_upper, range(5)),
    ):
        weights = {place: chance * ratio**place for place, chance in sums.items()}
        tail = sum(weight for place, weight in weights.items() if place in inside)
        assert tail / sum(weights.values()) == pytest.approx(0.025, rel=1e-9)


def test_tables_with_an_empty_margin_change_nothing():
    found = mantel_haenszel([*TWO, [[0, 0], [9, 4]], [[5, 0], [7, 0]]])
    usual = mantel_haenszel(TWO)
    assert (found.n_tables, found.n) == (usual.n_tables, usual.n) == (2, 25)
    assert (found.odds_ratio, found.p_value) == (usual.odds_ratio, usual.p_value)


def test_nothing_to_tell_is_no_evidence():
    found = mantel_haenszel([[[0, 0], [3, 4]]])
    assert (found.p_value, found.n_tables) == (1.0, 0)
    assert np.isnan(found.odds_ratio)


def test_turning_the_tables_turns_the_odds_ratio():
    turned = mantel_haenszel([[row[::-1] for row in table] for table in TWO])
    usual = mantel_haenszel(TWO)
    assert turned.odds_ratio == pytest.approx(1 / usual.odds_ratio)
    assert turned.conditional_odds_ratio == pytest.approx(
        1 / usual.conditional_odds_ratio, rel=1e-9
    )
    assert turned.p_value == pytest.approx(usual.p_value)


def test_the_exact_part_can_be_left_out():
    test, none = (mantel_haenszel(TWO, exact=word) for word in ("test", "none"))
    full = mantel_haenszel(TWO)
    assert (test.p_value, test.odds_ratio) == (full.p_value, full.odds_ratio)
    assert np.isnan([test.conditional_odds_ratio, none.p_value]).all()


def test_strong_association_in_large_tables_is_finite():
    found = mantel_haenszel([[[900, 20], [30, 2000]], [[400, 5], [10, 900]]])
    assert 0 <= found.p_value < 1e-300
    assert found.conditional_lower < found.conditional_odds_ratio < found.conditional_upper
    assert found.conditional_odds_ratio == pytest.approx(found.odds_ratio, rel=0.05)


@pytest.mark.parametrize("tables", [[[1, 2], [3, 4]], [[[1.5, 2], [3, 4]]], [[[-1, 2], [3, 4]]]])
def test_what_is_no_table_is_refused(tables):
    with pytest.raises(InputError, match="tables"):
        mantel_haenszel(tables)
