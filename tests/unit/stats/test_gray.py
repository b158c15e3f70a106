"""Gray's test by hand, and its answers at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import gray_test

TIME = [1, 2, 3, 4, 5, 6]
CAUSE = [1, 1, 2, 1, 2, 0]
GROUP = list("AAABBB")


def test_score_by_hand():
    """Day 1: 3 of 6. Day 2: A has 2 at risk, S = 2/3, F = 1/3, so counts 2; B counts 3."""
    expected_in_a = Fraction(3, 6) + Fraction(2, 5) + 0
    found = gray_test(TIME, CAUSE, GROUP, cause_of_interest=1)
    assert found.n_events.tolist() == [[2, 1]]
    assert found.score[0, 0] == pytest.approx(float(2 - expected_in_a), rel=1e-14)
    assert found.score[0].sum() == pytest.approx(0, abs=1e-15)


def test_every_cause_is_tested_unless_one_is_asked_for():
    both, one = gray_test(TIME, CAUSE, GROUP), gray_test(TIME, CAUSE, GROUP, cause_of_interest=2)
    assert both.causes.tolist() == [1, 2]
    assert one.causes.tolist() == [2]
    np.testing.assert_array_equal(one.chi_square, both.chi_square[1:])


def test_groups_that_never_meet_leave_nothing_to_compare():
    found = gray_test([1, 2, 3], [1, 1, 1], list("AAB"), strata=list("XXY"))
    assert found.degrees_of_freedom.tolist() == [0]
    assert np.isnan(found.p_value[0])


def test_a_stratum_without_events_adds_nothing():
    expected = gray_test(TIME, CAUSE, GROUP)
    strata = ["X"] * 6 + ["Y"] * 2
    found = gray_test([*TIME, 1, 2], [*CAUSE, 0, 0], [*GROUP, "A", "B"], strata=strata)
    np.testing.assert_array_equal(found.chi_square, expected.chi_square)


@pytest.mark.parametrize("rho", [0.0, 1.0, -1.0])
def test_a_pooled_incidence_of_1_before_the_end_gives_a_test(rho):
    """Group B is over at 2; half of A's last two have the event at 3, which pools to 1."""
    time, cause = [1] * 6 + [2, 2, 3, 4], [0] * 6 + [1] * 4
    found = gray_test(time, cause, list("AAAAAABBAA"), rho=rho)
    assert found.degrees_of_freedom.tolist() == [1]
    assert np.isfinite(found.chi_square).all()


def test_all_events_at_one_time_give_a_test():
    found = gray_test([5] * 6, [1, 1, 2, 0, 1, 2], GROUP)
    assert (found.chi_square >= 0).all()
    assert np.isfinite(found.p_value).all()


def test_what_cannot_be_tested_is_refused():
    with pytest.raises(InputError, match="one group only"):
        gray_test(TIME, CAUSE, ["A"] * 6)
    with pytest.raises(InputError, match="0 throughout"):
        gray_test(TIME, [0] * 6, GROUP)
    with pytest.raises(InputError, match=r"`cause_of_interest` is 4, but `cause` holds only: 1, 2"):
        gray_test(TIME, CAUSE, GROUP, cause_of_interest=4)
    with pytest.raises(InputError, match="`rho` is nan"):
        gray_test(TIME, CAUSE, GROUP, rho=float("nan"))
