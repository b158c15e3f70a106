"""Pseudo-values against leaving every patient out, and their answers at the edges."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import cumulative_incidence, kaplan_meier, pseudo_values


def read_flat(curve, values, at, before):
    rows = np.searchsorted(curve.time, at, side="right")
    return np.concatenate([[before], values])[rows]


def estimate(time, cause, at, use_incidence):
    if use_incidence:
        curve = cumulative_incidence(time, cause, n_causes=2)
        return read_flat(curve, curve.cumulative_incidence[0], at, 0.0)
    curve = kaplan_meier(time, cause > 0)
    return read_flat(curve, curve.survival, at, 1.0)


@pytest.mark.parametrize("use_incidence", [False, True])
def test_they_are_those_of_the_jackknife(use_incidence):
    rng = np.random.default_rng(2)
    for _ in range(150):
        n = rng.integers(2, 9)
        time, cause = rng.integers(1, 6, n).astype(float), rng.integers(0, 3, n)
        at = np.array([0.5, 1, 2, 2.5, 3, 4, 5])
        at = at[at <= time.max()]
        event = cause if use_incidence else cause > 0
        found = pseudo_values(time, event, at, cause_of_interest=1 if use_incidence else None)
        everybody = estimate(time, cause, at, use_incidence)
        for patient in range(n):
            others = np.arange(n) != patient
            without = estimate(time[others], cause[others], at, use_incidence)
            expected = n * everybody - (n - 1) * without
            np.testing.assert_allclose(found[patient], expected, atol=1e-13)


def test_without_censoring_they_are_the_outcomes():
    time = np.array([1.0, 2, 2, 3, 5])
    found = pseudo_values(time, [True] * 5, [2, 4])
    np.testing.assert_allclose(found, time[:, None] > [2, 4], atol=1e-14)
    cause = [1, 2, 1, 1, 2]
    found = pseudo_values(time, cause, 4, cause_of_interest=2)[:, 0]
    np.testing.assert_allclose(found, [0, 1, 0, 0, 0], atol=1e-14)


def test_they_take_linear_time_and_average_to_the_estimate_nearly():
    rng = np.random.default_rng(4)
    time, event = np.ceil(rng.exponential(800, 50_000)), rng.uniform(size=50_000) < 0.5
    found = pseudo_values(time, event, [500, 1000])
    np.testing.assert_allclose(
        found.mean(axis=0), kaplan_meier(time, event).at([500, 1000]).survival, atol=1e-3
    )


def test_what_is_not_known_is_nan():
    assert np.isnan(pseudo_values([1, 2], [True, False], [3])).all()
    assert not np.isnan(pseudo_values([1, 2], [False, True], [3])).any()
    assert np.isnan(pseudo_values([1], [True], [0.5])).all()
    with pytest.raises(InputError, match="not after the one before"):
        pseudo_values([1, 2], [True, False], [2, 1])
