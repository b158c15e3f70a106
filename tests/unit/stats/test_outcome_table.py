"""Counting by whole day and counting by sorting give what a plain loop gives."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import cumulative_incidence, fit_cox, fit_fine_gray, kaplan_meier
from chorall.stats.outcome_table import count_sorted_times, count_whole_times, tabulate_outcomes


def count_plainly(time: np.ndarray, outcome: np.ndarray, n_outcomes: int) -> np.ndarray:
    counted = Counter(zip(time.tolist(), outcome.tolist(), strict=True))
    rows = sorted(set(time.tolist()))
    return np.array([[counted[t, k] for t in rows] for k in range(n_outcomes)])


@pytest.mark.parametrize("unit", [1.0, 0.25, 1e-9])
@pytest.mark.parametrize("kind", [np.int64, np.uint8])
def test_counts_are_those_of_a_plain_loop(unit: float, kind: type) -> None:
    generator = np.random.default_rng(3)
    time = generator.integers(0, 40, 500) * unit
    outcome = generator.integers(0, 3, 500).astype(kind)
    table = tabulate_outcomes(time, outcome, 3, None)
    assert table.time.tolist() == sorted(set(time.tolist()))
    assert table.counts.tolist() == count_plainly(time, outcome, 3).tolist()
    assert table.n_at_risk.tolist() == [int((time >= t).sum()) for t in table.time]


def test_both_ways_agree_on_whole_times() -> None:
    generator = np.random.default_rng(4)
    time = generator.integers(0, 900, 3000).astype(np.float64)
    outcome = generator.integers(0, 4, 3000)
    by_day = count_whole_times(time, outcome, 4)
    sorted_times = count_sorted_times(time, outcome, 4)
    assert by_day is not None
    for one, other in zip(by_day, sorted_times, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("time", [[0.5, 1.0], [1.0, 1e300], [1e7, 1.0]])
def test_times_without_days_are_sorted(time: list[float]) -> None:
    outcome = np.array([1, 0])
    assert count_whole_times(np.array(time), outcome, 2) is None
    assert tabulate_outcomes(np.array(time), outcome, 2, None).counts.sum() == 2


def test_strided_arguments_are_read_as_they_are() -> None:
    time = np.arange(20.0)[::2]
    event = np.arange(20)[::2] % 4 == 0
    whole, halves = kaplan_meier(time, event), kaplan_meier(time / 2 + 0.25, event)
    np.testing.assert_array_equal(whole.survival, halves.survival)


def test_the_arguments_are_neither_kept_nor_changed() -> None:
    generator = np.random.default_rng(5)
    time, x = generator.integers(1, 50, 200).astype(float), generator.normal(size=(200, 2))
    cause = generator.integers(0, 3, 200)
    before = time.copy(), cause.copy()
    results = [
        kaplan_meier(time, cause > 0),
        cumulative_incidence(time, cause),
        fit_cox(x, time, cause > 0),
        fit_fine_gray(x, time, cause),
    ]
    assert time.flags.writeable
    assert cause.flags.writeable
    np.testing.assert_array_equal(time, before[0])
    np.testing.assert_array_equal(cause, before[1])
    for result in results:
        kept = [getattr(result, name) for name in type(result).__slots__]
        arrays = [value for value in kept if isinstance(value, np.ndarray)]
        assert not any(
            np.shares_memory(value, given) for value in arrays for given in (time, cause)
        )


@pytest.mark.parametrize(
    ("bad", "fault"), [(np.nan, "missing"), (np.inf, "infinite"), (-1.0, "negative")]
)
def test_a_bad_time_is_still_named(bad: float, fault: str) -> None:
    with pytest.raises(InputError, match=f"`time`: 1 of 3 is {fault}; at positions 1"):
        kaplan_meier([1.0, bad, 2.0], [True, True, True])
