"""Transition probabilities against etm and multi-state survfit."""

import numpy as np
import pytest
from oracle.oracle_tables import read_oracle

from chorall.stats import transition_probabilities

CLOSED_FORM = 1e-12


def estimate(start_time):
    rows = read_oracle("histories")
    columns = ("entry_time", "time", "from_state", "to_state")
    return transition_probabilities(*(rows[name] for name in columns), start_time=start_time)


@pytest.mark.parametrize("start", [0, 5])
def test_transition_probabilities_are_etm(start):
    found = estimate(start)
    expected = read_oracle("transition_probabilities").filter(source="etm", start=start)
    for origin in range(3):
        for goal in range(3):
            rows = expected.filter(**{"from": origin + 1, "to": goal + 1})
            assert len(rows) > 10
            at = found.at(rows["time"])
            np.testing.assert_allclose(
                at.transition_probability[origin, goal], rows["probability"], atol=CLOSED_FORM
            )
            # R takes the root of a variance that may be rounding where it is 0
            np.testing.assert_allclose(
                at.transition_error[origin, goal] ** 2,
                rows["standard_error"].fill_null(0.0) ** 2,
                atol=CLOSED_FORM,
            )


def test_state_occupation_is_survfit():
    found = estimate(0)
    expected = read_oracle("transition_probabilities").filter(source="survfit")
    for state in range(3):
        rows = expected.filter(to=state + 1)
        at = found.at(rows["time"])
        np.testing.assert_allclose(
            at.state_occupation[state], rows["probability"], atol=CLOSED_FORM
        )
