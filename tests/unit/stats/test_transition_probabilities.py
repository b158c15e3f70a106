"""Transition probabilities by hand, and their answers at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import transition_probabilities

# well (1), ill (2), dead (3): A falls ill at 1 and dies at 3; B dies at 2; C falls ill at 2 and
# recovers at 4; D is censored at 3, well
ENTRY = [0, 1, 0, 0, 2, 4, 0]
TIME = [1, 3, 2, 2, 4, 5, 3]
FROM = [1, 2, 1, 1, 2, 1, 1]
TO = [2, 3, 3, 2, 1, 0, 0]
MATRICES = [
    [[Fraction(3, 4), Fraction(1, 4), 0], [0, 1, 0], [0, 0, 1]],
    [[Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)], [0, 1, 0], [0, 0, 1]],
    [[1, 0, 0], [0, Fraction(1, 2), Fraction(1, 2)], [0, 0, 1]],
    [[1, 0, 0], [1, 0, 0], [0, 0, 1]],
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
]


def test_transition_probabilities_by_hand():
    found = transition_probabilities(ENTRY, TIME, FROM, TO)
    assert found.time.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.n_at_risk.T.tolist() == [
        [4, 0, 0], [4, 0, 0], [3, 1, 0], [1, 2, 0], [0, 1, 0], [1, 0, 0],
    ]  # fmt: skip
    product = np.array([[Fraction(int(i == j)) for j in range(3)] for i in range(3)])
    for column, matrix in enumerate(MATRICES, start=1):
        product = product @ np.array(matrix)
        np.testing.assert_allclose(
            found.transition_probability[:, :, column], product.astype(float), atol=1e-15
        )
        np.testing.assert_allclose(
            found.state_occupation[:, column], product[0].astype(float), atol=1e-15
        )


def test_greenwood_error_by_hand():
    """After day 2: p = (1/4, 1/2, 1/4) of four patients, so far without censoring."""
    found = transition_probabilities(ENTRY, TIME, FROM, TO).at(2)
    variance = np.array([3 / 16, 1 / 4, 3 / 16]) / 4
    np.testing.assert_allclose(found.standard_error[:, 0] ** 2, variance, rtol=1e-13)
    np.testing.assert_array_equal(found.transition_error[0], found.standard_error)


def test_a_later_start_conditions_on_the_state_there():
    found = transition_probabilities(ENTRY, TIME, FROM, TO, start_time=2.0)
    # under observation just after day 2: D well; A and C ill
    np.testing.assert_allclose(found.state_occupation[:, 0], [1 / 3, 2 / 3, 0])
    np.testing.assert_allclose(found.standard_error[:2, 0] ** 2, 2 / 9 / 3)
    np.testing.assert_allclose(found.at(3).transition_probability[1, :, 0], [0, 0.5, 0.5])


def test_the_initial_distribution_can_be_given():
    known = transition_probabilities(ENTRY, TIME, FROM, TO, start_time=2.0, initial=[0.5, 0.5, 0])
    np.testing.assert_allclose(known.at(3).state_occupation[:, 0], [0.5, 0.25, 0.25])
    assert known.standard_error[:, 0].tolist() == [0, 0, 0]
    ill = transition_probabilities(ENTRY, TIME, FROM, TO, start_time=2.0, initial=2)
    np.testing.assert_array_equal(ill.state_occupation, ill.transition_probability[1])


def test_before_the_start_and_after_follow_up_nothing_is_known():
    found = transition_probabilities(ENTRY, TIME, FROM, TO, start_time=1.0).at([0.5, 1.0, 6.0])
    assert np.isnan(found.state_occupation[:, [0, 2]]).all()
    assert not np.isnan(found.state_occupation[:, 1]).any()


def test_absent_states_can_be_asked_for():
    found = transition_probabilities(ENTRY, TIME, FROM, TO, n_states=5)
    assert found.state_occupation.shape == (5, 6)
    assert (found.state_occupation[3:] == 0).all()


def test_what_is_no_history_is_refused():
    with pytest.raises(InputError, match="`to_state`: 1 of 7 is the state left"):
        transition_probabilities(ENTRY, TIME, FROM, [1, *TO[1:]])
    with pytest.raises(InputError, match="`from_state`: 1 of 7 is 0"):
        transition_probabilities(ENTRY, TIME, [0, *FROM[1:]], TO)
    with pytest.raises(InputError, match="`from_state`: 1 of 7 is negative"):
        transition_probabilities(ENTRY, TIME, [-1, *FROM[1:]], TO)
    with pytest.raises(InputError, match="beyond `n_states` = 2"):
        transition_probabilities(ENTRY, TIME, FROM, TO, n_states=2)
    with pytest.raises(InputError, match="nobody is followed after `start_time`"):
        transition_probabilities(ENTRY, TIME, FROM, TO, start_time=5, initial=1)
    with pytest.raises(InputError, match="expected a state from 1 to 3"):
        transition_probabilities(ENTRY, TIME, FROM, TO, initial=4)
    with pytest.raises(InputError, match="add up to 1"):
        transition_probabilities(ENTRY, TIME, FROM, TO, initial=[0.5, 0.4, 0])
    with pytest.raises(InputError, match="nobody is under observation at `start_time`"):
        transition_probabilities([2, 3], [4, 5], [1, 1], [0, 2])
