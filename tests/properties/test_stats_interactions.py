"""What holds of any two published ratios, and of any confounder."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorall.stats import compare_subgroups, find_e_value

ratios = st.tuples(st.floats(0.1, 10), st.floats(1.05, 3)).map(
    lambda pair: (pair[0], pair[0] / pair[1], pair[0] * pair[1])
)


@given(ratios, ratios)
def test_the_order_of_groups_turns_the_interaction_round(first, second):
    one, other = compare_subgroups(first, second), compare_subgroups(second, first)
    assert one.ratio * other.ratio == pytest.approx(1)
    assert one.p_value == pytest.approx(other.p_value)
    assert one.lower * other.upper == pytest.approx(1)


@given(st.floats(0.05, 20))
def test_a_confounder_of_the_e_value_just_explains_the_ratio(ratio):
    strength, _ = find_e_value(ratio)
    # the bound of Ding and VanderWeele: strength * strength / (2 * strength - 1)
    assert strength**2 / (2 * strength - 1) == pytest.approx(max(ratio, 1 / ratio))
    assert strength >= 1
    assert np.isnan(find_e_value(ratio)[1])
