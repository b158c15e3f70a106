"""Transition probabilities against etm and multi-state survfit."""

import numpy as np
import pytest
from oracle.oracle_tables import read_oracle

from chorall.stats import transition_probabilities

CLOSED_FORM = 1e-12


def estimate(start_time, weights=None):
    rows = read_oracle("histories")
    columns = ("entry_time", "time", "from_state", "to_state")
    return transition_probabilities(
        *(rows[name] for name in columns), start_time=start_time, weights=weights
    )


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


@pytest.mark.parametrize("source", ["survfit", "weighted"])
def test_state_occupation_is_survfit(source):
    weights = np.array([0.5, 1, 1.5, 2])[read_oracle("histories")["id"].to_numpy() % 4]
    found = estimate(0, weights if source == "weighted" else None)
    expected = read_oracle("transition_probabilities").filter(source=source)
    for state in range(3):
        rows = expected.filter(to=state + 1)
        at = found.at(rows["time"])
        np.testing.assert_allclose(
            at.state_occupation[state], rows["probability"], atol=CLOSED_FORM
        )


def test_weights_of_two_are_two_patients():
    rows = read_oracle("histories")
    columns = [rows[name].to_numpy() for name in ("entry_time", "time", "from_state", "to_state")]
    whole = 1 + rows["id"].to_numpy() % 3
    weighted = transition_probabilities(*columns, weights=whole, start_time=2)
    repeated = transition_probabilities(*(np.repeat(c, whole) for c in columns), start_time=2)
    for name in ("n_at_risk", "n_events", "state_occupation", "standard_error", "transition_error"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), atol=1e-12)
