"""Stays become arrays without a stay of no length and without a lost change of state."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from spec.ascii_tables import build_happenings

from chorall.endpoints import derive_histories, history_arrays
from chorall.stats import transition_probabilities

COURSES = """
patient | what         | day
a       | remission    | 30
a       | relapse      | 30
a       | death        | 30
b       | death        | 0
c       | remission    | 30
c       | last_contact | 30
d       | remission    | 0
d       | last_contact | 60
"""


def test_changes_on_one_day_are_spread_over_it_in_their_order() -> None:
    arrays = history_arrays(derive_histories(build_happenings(COURSES)))
    states = {name: code for code, name in enumerate(arrays.states, start=1)}
    third = float(Fraction(1, 3))
    expected = [
        (0, 30, "induction", "remission"),
        (30, 30 + third, "remission", "relapse"),
        (30 + third, 30 + 2 * third, "relapse", "death"),
        (0, 0.5, "induction", "death"),
        (0, 30, "induction", "remission"),
        (0, 0.5, "induction", "remission"),
        (0.5, 60, "remission", None),
    ]
    found = list(zip(*arrays.arguments, strict=True))
    assert len(found) == len(expected)
    for (entry, time, start, goal), (entry_, time_, start_, goal_) in zip(
        found, expected, strict=True
    ):
        assert (entry, time) == pytest.approx((entry_, time_))
        assert start == states[start_]
        assert goal == (states[goal_] if goal_ else 0)


def test_state_probabilities_by_hand() -> None:
    """Four patients: at day 50 half are in remission, one in relapse, one dead."""
    tables = build_happenings(
        """
        patient | what         | day
        a       | remission    | 30
        a       | last_contact | 400
        b       | remission    | 30
        b       | last_contact | 400
        c       | remission    | 30
        c       | relapse      | 40
        c       | last_contact | 400
        d       | death        | 20
        """
    )
    arrays = history_arrays(derive_histories(tables))
    found = transition_probabilities(*arrays.arguments, n_states=len(arrays.states), initial=1)
    at = dict(zip(arrays.states, found.at([50.0]).state_occupation[:, 0], strict=True))
    assert at["remission"] == pytest.approx(1 / 2)
    assert at["relapse"] == pytest.approx(1 / 4)
    assert at["death"] == pytest.approx(1 / 4)
    assert np.isclose(sum(at.values()), 1)
