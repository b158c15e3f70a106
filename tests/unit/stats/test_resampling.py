"""Resamples and folds: what they hold, and that the answer does not depend on the workers."""

import sys

import numpy as np
import pytest

from chorall.errors import ConvergenceError, InputError
from chorall.stats import bootstrap, draw_bootstrap_rows, draw_folds, fit_cox

STRATA = np.array(["a", "b", "a", "c", "b", "a", "a", "b", "c", "a", "b", "a", "c"])


def test_a_sample_holds_each_stratum_as_often_as_the_patients_do():
    for rows in draw_bootstrap_rows(13, n_resamples=20, seed=3, strata=STRATA):
        np.testing.assert_array_equal(np.sort(STRATA[rows]), np.sort(STRATA))


def test_samples_depend_on_the_seed_and_their_number_alone():
    few = list(draw_bootstrap_rows(50, n_resamples=3, seed=11))
    many = list(draw_bootstrap_rows(50, n_resamples=9, seed=11))
    np.testing.assert_array_equal(few, many[:3])
    assert not np.array_equal(few[0], few[1])
    assert not np.array_equal(few[0], next(draw_bootstrap_rows(50, n_resamples=1, seed=12)))
    sequence = np.random.SeedSequence(11)
    sequence.spawn(4)
    again = next(draw_bootstrap_rows(50, n_resamples=1, seed=sequence))
    np.testing.assert_array_equal(few[0], again)


def test_every_row_is_drawn_equally_often():
    counts = np.zeros(10)
    for rows in draw_bootstrap_rows(10, n_resamples=2000, seed=5):
        counts += np.bincount(rows, minlength=10)
    # the standard deviation of a count is about 42
    np.testing.assert_allclose(counts, 2000, atol=200)


@pytest.mark.parametrize("strata", [None, STRATA])
@pytest.mark.parametrize("n_folds", [2, 3, 5, 13])
def test_folds_test_everybody_once_and_share_the_strata_evenly(strata, n_folds):
    folds = list(draw_folds(13, n_folds=n_folds, n_repeats=2, seed=1, strata=strata))
    assert len(folds) == 2 * n_folds
    for repeat in (folds[:n_folds], folds[n_folds:]):
        tested = np.concatenate([fold.test for fold in repeat])
        np.testing.assert_array_equal(np.sort(tested), np.arange(13))
        sizes = [len(fold.test) for fold in repeat]
        assert max(sizes) - min(sizes) <= 1
        for fold in repeat:
            assert np.intersect1d(fold.train, fold.test).size == 0
            assert len(fold.train) + len(fold.test) == 13
        if strata is not None:
            counts = [[np.sum(strata[fold.test] == name) for name in "abc"] for fold in repeat]
            assert np.ptp(counts, axis=0).max() <= 1


def find_mean_and_spread(values, _):
    return np.array([values.mean(), values.std()])


def test_the_bootstrap_error_of_a_mean_is_the_known_one():
    values = np.random.default_rng(8).normal(size=200)
    found = bootstrap(find_mean_and_spread, [values, values], n_resamples=2000, seed=4)
    assert found.estimate[0] == values.mean()
    # a standard deviation from 2,000 resamples is good to about 1.6 percent
    assert found.standard_error[0] == pytest.approx(values.std() / np.sqrt(200), rel=0.06)
    assert found.lower[0] == pytest.approx(values.mean() - 1.96 * found.standard_error[0], abs=0.02)
    assert found.replicates.shape == (2000, 2)


def fit_slope(x, time, event):
    return fit_cox(x, time, event).log_hazard_ratio


@pytest.mark.parametrize("n_jobs", [2, 3])
def test_the_answer_is_the_same_on_one_core_and_on_more(n_jobs):
    pytest.importorskip("joblib", reason="more than one worker needs joblib")
    rng = np.random.default_rng(2)
    x, time = rng.normal(size=(60, 2)), rng.exponential(size=60)
    arrays = [x, time, rng.uniform(size=60) < 0.7]
    settings = {"n_resamples": 37, "seed": 9, "strata": rng.integers(0, 3, 60)}
    one = bootstrap(fit_slope, arrays, **settings)
    more = bootstrap(fit_slope, arrays, **settings, n_jobs=n_jobs)
    np.testing.assert_array_equal(one.replicates, more.replicates)
    np.testing.assert_array_equal(one.lower, more.lower)


def fail_without_the_first(values):
    if not (values == 0).any():
        raise ConvergenceError("no first patient")
    return values.mean()


def test_resamples_that_cannot_be_computed_are_counted_and_left_out():
    found = bootstrap(fail_without_the_first, [np.arange(6.0)], n_resamples=300, seed=1)
    # (5/6)^6 of the resamples miss the first patient
    assert found.n_failed == pytest.approx(300 * (5 / 6) ** 6, abs=30)
    assert np.isnan(found.replicates).sum() == found.n_failed
    assert np.isfinite(found.standard_error)


def test_when_every_resample_fails_nothing_is_known():
    calls = []

    def fail_later(values):
        calls.append(1)
        if len(calls) > 1:
            raise ConvergenceError("always")
        return values.mean()

    found = bootstrap(fail_later, [[1.0, 2.0]], n_resamples=5, seed=1)
    assert found.n_failed == 5
    assert np.isnan([found.standard_error, found.lower, found.upper]).all()


def test_other_errors_are_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        bootstrap(lambda values: 1 / 0, [[1.0, 2.0]], n_resamples=2, seed=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_resamples": 0}, "`n_resamples` is 0"),
        ({"seed": -1}, "`seed` is -1"),
        ({"seed": None}, "`seed` is None"),
        ({"arrays": [[1.0], [1.0, 2.0]]}, "same number of rows"),
        ({"arrays": []}, "at least one array"),
        ({"strata": ["a"]}, "differ in length"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(change, message):
    arguments = {"arrays": [[1.0, 2.0]], "n_resamples": 2, "seed": 1} | change
    with pytest.raises(InputError, match=message):
        bootstrap(np.mean, arguments.pop("arrays"), **arguments)


def test_folds_out_of_range_are_refused():
    with pytest.raises(InputError, match="at least 2 and at most n = 3"):
        draw_folds(3, n_folds=4, seed=1)


def test_without_joblib_more_workers_are_refused_with_advice(monkeypatch):
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(InputError, match="n_jobs = 1"):
        bootstrap(np.mean, [[1.0, 2.0]], n_resamples=2, seed=1, n_jobs=2)
