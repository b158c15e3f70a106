"""What holds for every curve and every log-rank test."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chorall.stats import cumulative_incidence, kaplan_meier, logrank

# a handful of distinct times, so that ties are the rule
PATIENT = st.tuples(st.integers(1, 6), st.integers(0, 3), st.integers(0, 5), st.integers(0, 2))
PATIENTS = st.lists(PATIENT, min_size=1, max_size=25)
CLOSE = {"rtol": 1e-11, "atol": 1e-12}


def split_columns(patients):
    time, cause, earlier, group = np.array(patients).T
    return time.astype(float), cause, np.maximum(time - 1 - earlier, 0).astype(float), group


def assert_same_curve(found, expected, *, scale=1.0):
    np.testing.assert_allclose(found.time, expected.time * scale, **CLOSE)
    for column in ("survival", "standard_error", "lower", "upper"):
        np.testing.assert_allclose(getattr(found, column), getattr(expected, column), **CLOSE)


@given(PATIENTS, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_patients_does_not_matter(patients, random, delayed):
    shuffled = random.sample(patients, len(patients))
    found, expected = (
        kaplan_meier(time, cause > 0, entry_time=entry if delayed else None)
        for time, cause, entry, _ in map(split_columns, (shuffled, patients))
    )
    assert_same_curve(found, expected)


@given(PATIENTS, st.sampled_from([0.25, 1 / 365.25, 30.4375]))
def test_the_unit_of_time_does_not_matter(patients, unit):
    time, cause, entry, _ = split_columns(patients)
    found = kaplan_meier(time * unit, cause > 0, entry_time=entry * unit)
    assert_same_curve(found, kaplan_meier(time, cause > 0, entry_time=entry), scale=unit)


@given(PATIENTS, st.booleans())
def test_everybody_twice_with_half_the_weight_is_the_same(patients, delayed):
    time, cause, entry, _ = split_columns(patients)
    found = kaplan_meier(
        np.tile(time, 2),
        np.tile(cause > 0, 2),
        entry_time=np.tile(entry, 2) if delayed else None,
        weights=np.full(2 * len(time), 0.5),
    )
    expected = kaplan_meier(time, cause > 0, entry_time=entry if delayed else None)
    assert_same_curve(found, expected)


@given(PATIENTS)
def test_without_censoring_survival_is_the_part_still_alive(patients):
    time, *_ = split_columns(patients)
    curve = kaplan_meier(time, np.ones(len(time), bool))
    alive = [(time > t).mean() for t in curve.time]
    np.testing.assert_allclose(curve.survival, alive, **CLOSE)
    binomial = np.sqrt(np.array(alive) * (1 - np.array(alive)) / len(time))
    np.testing.assert_allclose(curve.standard_error[:-1], binomial[:-1], **CLOSE)


@given(PATIENTS, st.booleans())
def test_the_incidences_and_survival_add_up_to_one(patients, delayed):
    time, cause, entry, _ = split_columns(patients)
    curves = cumulative_incidence(time, cause, entry_time=entry if delayed else None)
    total = curves.cumulative_incidence.sum(axis=0) + curves.survival
    np.testing.assert_allclose(total, 1.0, **CLOSE)
    assert (np.diff(curves.cumulative_incidence, axis=1) >= 0).all()


@given(PATIENTS)
def test_without_censoring_incidence_is_the_part_with_the_cause(patients):
    time, cause, *_ = split_columns(patients)
    curves = cumulative_incidence(time, cause + 1)
    for row, kind in enumerate(range(1, len(curves.cumulative_incidence) + 1)):
        part = [((time <= t) & (cause + 1 == kind)).mean() for t in curves.time]
        np.testing.assert_allclose(curves.cumulative_incidence[row], part, **CLOSE)


@given(PATIENTS)
def test_limits_enclose_the_estimate(patients):
    time, cause, *_ = split_columns(patients)
    curves = cumulative_incidence(time, cause)
    known = ~np.isnan(curves.lower)
    assert (curves.lower[known] <= curves.cumulative_incidence[known] + 1e-12).all()
    assert (curves.upper[known] >= curves.cumulative_incidence[known] - 1e-12).all()


@given(PATIENTS, st.permutations([0, 1, 2]), st.booleans())
def test_the_names_of_groups_do_not_matter(patients, names, delayed):
    time, cause, entry, group = split_columns(patients)
    assume(len(set(group)) > 1)
    entry_time = entry if delayed else None
    first = logrank(time, cause > 0, group, entry_time=entry_time)
    second = logrank(time, cause > 0, np.array(names)[group], entry_time=entry_time)
    assert second.degrees_of_freedom == first.degrees_of_freedom
    assert second.chi_square == pytest.approx(first.chi_square, rel=1e-9, abs=1e-9)


@given(PATIENTS)
def test_observed_and_expected_events_add_up_to_the_same(patients):
    time, cause, entry, group = split_columns(patients)
    assume(len(set(group)) > 1)
    found = logrank(time, cause > 0, group, strata=cause, entry_time=entry)
    assert found.expected.sum() == pytest.approx(found.observed.sum(), rel=1e-12)
    np.testing.assert_allclose(found.variance.sum(axis=0), 0.0, atol=1e-12)
