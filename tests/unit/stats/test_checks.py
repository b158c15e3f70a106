"""What kernels refuse, and what their messages say."""

import numpy as np
import polars as pl
import pytest

from chorall.errors import InputError
from chorall.stats import (
    count_at_risk,
    cumulative_incidence,
    fit_cox,
    kaplan_meier,
    logrank,
    proportion_interval,
)

TIME = [1.0, 2.0, 3.0]
EVENT = [True, False, True]


@pytest.mark.parametrize(
    ("time", "event", "options", "said"),
    [
        ([1, -2, -3], EVENT, {}, "`time`: 2 of 3 are negative; at positions 1, 2"),
        ([1, None, 3], EVENT, {}, "`time`: 1 of 3 is missing; at positions 1"),
        ([1, np.nan, 3], EVENT, {}, "`time`: 1 of 3 is missing"),
        ([1, np.inf, 3], EVENT, {}, "`time`: 1 of 3 is infinite"),
        ([True, True, False], EVENT, {}, "`time` must hold numbers, but holds bool"),
        (["1", "2", "3"], EVENT, {}, "`time` must hold numbers"),
        ([[1, 2, 3]], EVENT, {}, "`time` must have one dimension, but has shape (1, 3)"),
        ([1, 2], EVENT, {}, "differ in length: `time` 2, `event` 3"),
        ([], [], {}, "`event` must be boolean"),
        ([], np.zeros(0, bool), {}, "there are no patients"),
        (TIME, [1, 0, 1], {}, "event = cnsr == 0"),
        (TIME, [True, None, True], {}, "`event`: 1 of 3 is missing; at positions 1"),
        (TIME, EVENT, {"entry_time": [0, 2, 4]}, "`entry_time`: 2 of 3 are not before `time`"),
        (TIME, EVENT, {"entry_time": [-1, 0, 0]}, "`entry_time`: 1 of 3 is negative"),
        (TIME, EVENT, {"weights": [1, 0, -1]}, "`weights`: 2 of 3 are not a finite number above 0"),
        (TIME, EVENT, {"conf_level": 95}, "`conf_level` is 95"),
        (TIME, EVENT, {"conf_type": "logit"}, "expected one of: log-log, log, plain"),
    ],
)
def test_kaplan_meier_names_what_it_refuses(time, event, options, said):
    with pytest.raises(InputError) as caught:
        kaplan_meier(time, event, **options)
    assert said in str(caught.value)


def test_all_problems_are_gathered_and_only_the_first_places_listed():
    time = [np.nan] * 7 + [-1.0]
    with pytest.raises(InputError) as caught:
        kaplan_meier(time, [True] * 8, entry_time=[0.0] * 7 + [-2.0])
    message = str(caught.value)
    assert "7 of 8 are missing; at positions 0, 1, 2, 3, 4, ..." in message
    assert "`time`: 1 of 8 is negative; at positions 7" in message
    assert "`entry_time`: 1 of 8 is negative" in message


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ([1.0, 0.0, 2.0], "`cause` must hold integers"),
        ([True, False, True], "`cause` must hold integers"),
        ([1, -1, 0], "`cause`: 1 of 3 is negative"),
        ([1, None, 0], "`cause`: 1 of 3 is missing"),
    ],
)
def test_cause_must_be_whole_numbers(cause, said):
    with pytest.raises(InputError) as caught:
        cumulative_incidence(TIME, cause)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("group", "said"),
    [
        (["A", None, "B"], "`group`: 1 of 3 is missing; at positions 1"),
        ([1.0, np.nan, 2.0], "`group`: 1 of 3 is missing"),
        (["A", 1, "B"], "`group` mixes types"),
        (["A", "A", "A"], "one group only"),
        (["A", "B"], "differ in length"),
    ],
)
def test_group_labels_are_checked(group, said):
    if any(isinstance(label, int) for label in group):
        group = np.array(group, dtype=object)
    with pytest.raises(InputError) as caught:
        logrank(TIME, EVENT, group)
    assert said in str(caught.value)


def test_masked_entries_are_missing_and_not_what_lies_under_the_mask():
    masked = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    with pytest.raises(InputError, match="`time`: 1 of 3 is missing; at positions 1"):
        kaplan_meier(masked, EVENT)


@pytest.mark.parametrize(
    "time",
    [
        (1, 2, 3),
        np.array([1, 2, 3], dtype=np.float32),
        np.array([1, 9, 2, 9, 3, 9])[::2],
        pl.Series([1, 2, 3]),
        np.ma.array([1, 2, 3]),
    ],
    ids=["tuple", "float32", "strided", "polars", "masked array without mask"],
)
def test_any_array_like_will_do(time):
    expected = kaplan_meier(TIME, EVENT)
    found = kaplan_meier(time, pl.Series(EVENT))
    np.testing.assert_array_equal(found.survival, expected.survival)
    assert found.time.dtype == np.float64


def test_results_cannot_be_changed():
    curve = kaplan_meier(TIME, EVENT)
    with pytest.raises(ValueError, match="read-only"):
        curve.survival[0] = 1.0
    with pytest.raises(AttributeError):
        curve.conf_level = 0.9


def test_arguments_are_not_frozen_with_the_result():
    time = np.array(TIME)
    proportion_interval(time, 3.0)
    fit_cox(np.array([[0.0], [1.0], [0.0]]), time, [True, True, False])
    time[0] = 9.0
    assert time[0] == 9.0


def test_numbers_at_risk_count_those_who_leave_at_that_time():
    found = count_at_risk([1, 2, 2, 5], [0, 2, 2.5, 6])
    assert found.tolist() == [4, 3, 1, 0]


def test_numbers_at_risk_leave_out_those_who_have_not_entered():
    found = count_at_risk([4, 5, 6], [0, 1, 3, 4.5], entry_time=[0, 1, 3])
    assert found.tolist() == [0, 1, 2, 2]
