import numpy as np

from chorall.models.estimability import find_estimable, find_eventless, find_informative


def test_a_column_that_differs_only_between_strata_is_constant_within_them():
    strata = np.array([0, 0, 1, 1])
    values = np.array([[0.1, 1.0], [0.1, 2.0], [0.7, 1.0], [0.7, 5.0]])
    estimable, constant = find_estimable(values, strata)
    assert estimable.tolist() == [False, True]
    assert constant.tolist() == [True, False]
    assert find_estimable(values, None)[0].tolist() == [True, True]


def test_of_columns_that_determine_one_another_the_last_goes():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 50))
    estimable, constant = find_estimable(np.column_stack([a, b, 40 - 3 * a + b]), None)
    assert estimable.tolist() == [True, True, False]
    assert not constant.any()


def test_a_weakly_different_column_is_kept():
    rng = np.random.default_rng(1)
    a, noise = rng.normal(size=(2, 50))
    assert find_estimable(np.column_stack([a, a + 1e-3 * noise]), None)[0].all()


def test_whoever_leaves_before_the_first_event_of_the_stratum_says_nothing():
    time = np.array([1.0, 2.0, 3.0, 1.0, 2.0])
    event = np.array([False, True, False, False, False])
    strata = np.array([0, 0, 0, 1, 1])
    assert find_informative(time, event, strata).tolist() == [False, True, True, False, False]
    assert find_informative(time, event, None).tolist() == [False, True, True, False, True]


def test_rows_of_a_level_without_events_are_found_and_no_others():
    values = np.array([[0.0, 3.0], [0.0, 4.0], [1.0, 5.0], [1.0, 6.0]])
    columns, rows = find_eventless(values, np.array([True, False, False, False]))
    assert columns.tolist() == [True, False]
    assert rows.tolist() == [False, False, True, True]
