"""Follow-up cut at the start of treatment: a small table by hand."""

import numpy as np
import pytest

from chorall.models.survival import Survival
from chorall.models.time_dependent import split_at_start, stack_landmarks, take_landmark

# five patients: treated at 3; never; treated on the day of the event; treated after leaving;
# observed from day 2 on and treated before that
TIME = np.array([10.0, 8.0, 6.0, 4.0, 9.0])
EVENT = np.array([True, False, True, False, True])
ENTRY = np.array([0.0, 0.0, 0.0, 0.0, 2.0])
START = np.array([3.0, np.inf, 6.0, 5.0, 1.0])
STRATA = np.array([0, 0, 1, 1, 1])


def rows_of(spans):
    survival = spans.survival
    entry = survival.entry_time if survival.entry_time is not None else np.zeros(len(survival.time))
    return sorted(
        zip(spans.patient.tolist(), entry.tolist(), survival.time.tolist(),
            survival.event.tolist(), spans.treated.tolist(), strict=True)
    )  # fmt: skip


def test_each_patient_is_cut_on_the_day_of_treatment():
    spans = split_at_start(Survival(TIME, EVENT, ENTRY, STRATA), START)
    assert rows_of(spans) == [
        (0, 0.0, 3.0, False, False),
        (0, 3.0, 10.0, True, True),
        (1, 0.0, 8.0, False, False),
        (2, 0.0, 6.0, True, False),
        (3, 0.0, 4.0, False, False),
        (4, 2.0, 9.0, True, True),
    ]
    assert spans.survival.strata.tolist() == STRATA[spans.patient].tolist()


def test_no_follow_up_is_lost_or_counted_twice():
    rng = np.random.default_rng(0)
    time, start = rng.integers(1, 50, 300).astype(float), rng.integers(1, 60, 300).astype(float)
    event = rng.random(300) < 0.5
    spans = split_at_start(Survival(time, event), start)
    lengths = spans.survival.time - spans.survival.entry_time
    assert np.bincount(spans.patient, lengths) == pytest.approx(time)
    assert np.bincount(spans.patient, spans.survival.event) == pytest.approx(event.astype(float))


def test_an_event_on_day_0_has_half_a_day():
    spans = split_at_start(Survival(np.array([0.0]), np.array([True])), np.array([np.inf]))
    assert rows_of(spans) == [(0, 0.0, 0.5, True, False)]


def test_a_landmark_takes_who_is_still_there():
    spans = take_landmark(Survival(TIME, EVENT, ENTRY, STRATA), START, 4.0)
    assert rows_of(spans) == [
        (0, 0.0, 6.0, True, True),
        (1, 0.0, 4.0, False, False),
        (2, 0.0, 2.0, True, False),
        (4, 0.0, 5.0, True, True),
    ]


def test_a_sequence_of_landmarks_emulates_trials():
    # who is treated between 0 and 2 enters the first; before landmark 5 the first patient crosses
    spans = stack_landmarks(Survival(TIME, EVENT, ENTRY, STRATA), START, np.array([2.0, 5.0]))
    assert rows_of(spans) == [
        (0, 0.0, 1.0, False, False),  # of the first landmark, until treated on day 3
        (0, 0.0, 5.0, True, True),
        (1, 0.0, 3.0, False, False),
        (1, 0.0, 6.0, False, False),
        (2, 0.0, 1.0, True, False),
        # treated on the day of the event: nothing was seen after it
        (2, 0.0, 4.0, True, False),
        (3, 0.0, 2.0, False, False),
        (4, 0.0, 7.0, True, True),
    ]
    first = spans.survival.strata[:5]
    assert set(first) == {0, 1}
    assert set(spans.survival.strata[5:]) == {2, 3}
