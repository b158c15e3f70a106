"""Mantel and Haenszel's odds ratio against R."""

from __future__ import annotations

import numpy as np
import pytest
from oracle.oracle_tables import read_oracle

from chorall.stats.common_odds import find_common_odds


@pytest.mark.parametrize("case", ["admissions", "sample", "one"])
def test_mantelhaen_test_gives_the_same(case) -> None:
    rows = read_oracle("common_odds").filter(case=case)
    found = find_common_odds(rows.select("a", "b", "c", "d").to_numpy().reshape(-1, 2, 2) * 1.0)
    for name in ("odds_ratio", "lower", "upper", "p_value"):
        expected = rows[name][0]
        if expected is not None:
            assert getattr(found, name) == pytest.approx(expected, rel=1e-10), name


def test_one_table_by_hand() -> None:
    """Woolf's limits are those of Robins, Breslow and Greenland in one table."""
    found = find_common_odds(np.array([[[3.0, 2.0], [1.0, 9.0]]]))
    assert found.odds_ratio == 13.5
    reach = 1.959963984540054 * np.sqrt(1 / 3 + 1 / 2 + 1 + 1 / 9)
    assert found.lower == pytest.approx(13.5 * np.exp(-reach))
    # (3 - 5 * 4 / 15)^2 over 5 * 10 * 4 * 11 / (15^2 * 14)
    assert found.p_value == pytest.approx(0.0455, abs=1e-3)


def test_tables_with_an_empty_margin_tell_nothing() -> None:
    empty = np.array([[[0.0, 4.0], [0.0, 5.0]], [[2.0, 3.0], [0.0, 0.0]]])
    assert np.isnan(find_common_odds(empty)).all()
    telling = np.array([[[3.0, 2.0], [1.0, 9.0]]])
    assert find_common_odds(np.concatenate([empty, telling])) == find_common_odds(telling)


def test_an_empty_product_has_no_limits() -> None:
    found = find_common_odds(np.array([[[3.0, 0.0], [1.0, 9.0]]]))
    assert found.odds_ratio == np.inf
    assert np.isnan(found.upper)
    assert 0 < found.p_value < 0.05
