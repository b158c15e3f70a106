"""Proportions and adjusted p-values by hand, and their answers at the edges."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import adjust_p_values, proportion_interval


def test_nobody_tested_means_nothing_known():
    for method in ("wilson", "clopper-pearson"):
        found = proportion_interval([0, 1], [0, 2], method=method)
        assert np.isnan(found.estimate[0])
        assert (found.lower[0], found.upper[0]) == (0.0, 1.0)
        assert found.estimate[1] == 0.5


def test_limits_at_the_ends_are_exact():
    for method in ("wilson", "clopper-pearson"):
        found = proportion_interval([0, 7], 7, method=method)
        assert found.lower[0] == 0.0
        assert found.upper[1] == 1.0
        assert found.upper[0] == pytest.approx(1 - found.lower[1], rel=1e-14)


def test_clopper_pearson_of_no_event_is_the_rule_of_the_nth_root():
    found = proportion_interval(0, 20, method="clopper-pearson")
    assert found.upper == pytest.approx(1 - 0.025 ** (1 / 20), rel=1e-13)


def test_wilson_limits_solve_the_score_equation():
    found = proportion_interval(13, 40)
    for limit in (found.lower, found.upper):
        score = (13 / 40 - limit) / np.sqrt(limit * (1 - limit) / 40)
        assert abs(score) == pytest.approx(1.959963984540054, rel=1e-12)


@pytest.mark.parametrize(
    ("n_events", "n"), [(3, 2), (-1, 2), (0.5, 2), (np.nan, 2), (1, np.inf), ("a", 2)]
)
def test_what_is_not_a_count_is_refused(n_events, n):
    with pytest.raises(InputError, match=r"counts|`n_events` must hold numbers"):
        proportion_interval(n_events, n)


def test_unknown_method_lists_the_known():
    with pytest.raises(InputError, match="wilson, clopper-pearson"):
        proportion_interval(1, 2, method="wald")
    with pytest.raises(InputError, match="BH, BY"):
        adjust_p_values([0.1], "fdr")


def test_benjamini_hochberg_by_hand():
    # sorted 0.01 0.02 0.03 0.9 times 4/1 4/2 4/3 4/4, then the running minimum from the top
    found = adjust_p_values([0.9, 0.01, 0.03, 0.02])
    np.testing.assert_allclose(found, [0.9, 0.04, 0.04, 0.04], rtol=1e-15)


def test_missing_p_values_stay_missing_and_do_not_count():
    found = adjust_p_values([0.01, np.nan, 0.04], "BY")
    np.testing.assert_allclose(found, [0.03, np.nan, 0.06], rtol=1e-15)
    assert adjust_p_values([]).shape == (0,)
    assert np.isnan(adjust_p_values([np.nan])).all()


def test_p_values_outside_zero_to_one_are_refused():
    with pytest.raises(InputError, match="`p`: 2 of 3 are outside 0 to 1; at positions 0, 2"):
        adjust_p_values([-0.1, 0.5, 1.1])
