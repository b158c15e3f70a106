"""Who is transplanted when only some can be: by hand, and against drawing ties at random."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.analyses.bank.allocation import find_saving, find_share, trace_allocation
from chorall.errors import InputError

TREATED = np.array([0.9, 0.5, 0.7, 0.6])
UNTREATED = np.array([0.5, 0.6, 0.6, 0.3])  # gains 0.4, -0.1, 0.1, 0.3


def test_survival_by_share_is_that_of_adding_one_after_the_other():
    curve = trace_allocation(TREATED - UNTREATED, TREATED, UNTREATED)
    np.testing.assert_allclose(curve, [0.5, 0.6, 0.675, 0.7, 0.675])


def test_patients_of_one_group_count_as_the_mean_over_all_draws():
    group = np.array([1.0, 0.0, 0.0, 1.0])
    curve = trace_allocation(group, TREATED, UNTREATED)
    random = np.random.default_rng(1)
    drawn = [
        trace_allocation(group + 1e-9 * random.random(4), TREATED, UNTREATED) for _ in range(4000)
    ]
    np.testing.assert_allclose(curve, np.mean(drawn, axis=0), atol=0.002)
    np.testing.assert_allclose(curve, [0.5, 0.5875, 0.675, 0.675, 0.675])


def test_the_saving_is_the_share_that_reaches_the_same_survival():
    """By group half treated reach 0.675, which the benefit reaches with half as well: no saving."""
    best = trace_allocation(TREATED - UNTREATED, TREATED, UNTREATED)
    worst = trace_allocation(np.array([0.0, 3, 2, 1]), TREATED, UNTREATED)
    np.testing.assert_allclose(worst, [0.5, 0.475, 0.5, 0.575, 0.675])
    # three in four treated the other way: 0.575, for which three quarters of one patient do
    assert find_share(best, 0.575) == pytest.approx(0.75 / 4)
    assert find_saving(best, worst, 0.75) == pytest.approx(1 - 0.25)
    assert find_saving(best, best, 0.5) == pytest.approx(0)


def test_a_survival_that_no_share_reaches_has_no_answer():
    curve = trace_allocation(TREATED - UNTREATED, TREATED, UNTREATED)
    assert np.isnan(find_share(curve, 0.8))
    assert find_share(curve, 0.4) == 0


@pytest.mark.parametrize(
    ("order", "treated"), [([1.0], [0.5, 0.5]), ([1.0, np.nan], [0.5, 0.5]), ([], [])]
)
def test_what_cannot_be_allocated_is_refused(order, treated):
    with pytest.raises(InputError):
        trace_allocation(np.array(order), np.array(treated), np.array(treated))
