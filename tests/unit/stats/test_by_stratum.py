"""Curves by stratum are those of the patients of the stratum alone; weights in two more curves."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import (
    cumulative_incidence,
    estimate_by_stratum,
    kaplan_meier,
    restricted_mean,
    reverse_kaplan_meier,
)


def draw_patients(n=60):
    rng = np.random.default_rng(4)
    time = rng.integers(2, 20, n).astype(float)
    return time, rng.integers(0, 3, n), np.floor(rng.uniform(0, time)), rng.choice([0.5, 2.0], n)


def test_each_curve_is_that_of_its_patients():
    time, cause, entry, weights = draw_patients()
    strata = np.array(["x", "y", "z"])[np.arange(60) % 3]
    extra = {"entry_time": entry, "weights": weights}
    found = estimate_by_stratum(
        kaplan_meier, strata, time, cause > 0, per_patient=extra, conf_type="log"
    )
    assert list(found) == ["x", "y", "z"]
    mine = strata == "y"
    alone = kaplan_meier(
        time[mine], cause[mine] > 0, entry_time=entry[mine], weights=weights[mine], conf_type="log"
    )
    np.testing.assert_array_equal(found["y"].survival, alone.survival)
    np.testing.assert_array_equal(found["y"].upper, alone.upper)
    means = estimate_by_stratum(restricted_mean, strata, time, cause > 0, horizon=8.0)
    expected = restricted_mean(time[mine], cause[mine] > 0, horizon=8.0)
    assert means["y"].restricted_mean == expected.restricted_mean


def test_what_a_stratum_refuses_is_said_with_its_label():
    with pytest.raises(InputError, match=r"stratum 2: .*\n.*negative"):
        estimate_by_stratum(kaplan_meier, [1, 2], [1.0, -1.0], [True, True])
    with pytest.raises(InputError, match="one entry per patient"):
        estimate_by_stratum(kaplan_meier, [1, 2], [1.0, 2.0, 3.0], [True] * 3)
    with pytest.raises(InputError, match="`strata`: 1 of 2 is missing"):
        estimate_by_stratum(kaplan_meier, ["a", None], [1.0, 2.0], [True] * 2)


@pytest.mark.parametrize("delayed", [False, True])
def test_everybody_twice_with_half_the_weight_has_the_same_incidence(delayed):
    time, cause, entry, weights = draw_patients()
    entry = entry if delayed else 0 * entry
    one = cumulative_incidence(time, cause, entry_time=entry, weights=weights)
    twice = cumulative_incidence(
        np.tile(time, 2), np.tile(cause, 2), entry_time=np.tile(entry, 2),
        weights=np.tile(weights / 2, 2),
    )  # fmt: skip
    np.testing.assert_allclose(one.cumulative_incidence, twice.cumulative_incidence, rtol=1e-12)
    # half as much each, twice as many: the squares are halved
    np.testing.assert_allclose(one.standard_error**2, 2 * twice.standard_error**2, atol=1e-14)
    np.testing.assert_allclose(one.cumulative_incidence.sum(axis=0) + one.survival, 1, rtol=1e-12)


@pytest.mark.parametrize("delayed", [False, True])
def test_the_jackknife_is_the_derivative_by_the_weights(delayed):
    time, cause, entry, weights = draw_patients(25)
    entry = entry if delayed else 0 * entry

    def measure(some):
        return cumulative_incidence(
            time, cause, entry_time=entry, weights=some, n_causes=2
        ).cumulative_incidence

    slopes = []
    for patient in range(25):
        step = np.where(np.arange(25) == patient, 1e-5, 0.0)
        slopes.append(weights[patient] * (measure(weights + step) - measure(weights - step)) / 2e-5)
    expected = np.sqrt(np.sum(np.array(slopes) ** 2, axis=0))
    found = cumulative_incidence(time, cause, entry_time=entry, weights=weights, n_causes=2)
    np.testing.assert_allclose(found.standard_error, expected, atol=1e-8)


def test_without_weights_one_has_them_all():
    time, cause, *_ = draw_patients()
    ones = np.ones(60)
    robust = cumulative_incidence(time, cause, robust=True, conf_type="plain")
    weighted = cumulative_incidence(time, cause, weights=ones, conf_type="plain")
    np.testing.assert_allclose(robust.standard_error, weighted.standard_error, rtol=1e-12)
    assert robust.n_events.dtype == np.int64
    width = 1.959963984540054 * robust.standard_error[0]
    expected = np.minimum(robust.cumulative_incidence[0] + width, 1)
    np.testing.assert_allclose(robust.upper[0], expected, rtol=1e-12)
    with pytest.raises(InputError, match="conf_type"):
        cumulative_incidence(time, cause, conf_type="logit")


def test_weights_of_two_are_two_patients_in_the_reverse_curve():
    time, cause, *_ = draw_patients()
    double = reverse_kaplan_meier(time, cause > 0, weights=np.full(60, 2.0))
    twice = reverse_kaplan_meier(np.tile(time, 2), np.tile(cause > 0, 2))
    np.testing.assert_allclose(double.survival, twice.survival, rtol=1e-12)
    np.testing.assert_allclose(double.standard_error, twice.standard_error, rtol=1e-10)
