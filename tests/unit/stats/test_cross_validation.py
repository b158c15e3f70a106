"""Cross-validation: who is tested, what is averaged, and that workers do not change the answer."""

import numpy as np
import pytest

from chorall.errors import ConvergenceError, InputError
from chorall.stats import bootstrap, concordance, cross_validate, draw_folds, fit_cox


def find_error(train, test):
    return np.mean((test[0] - np.mean(train[0])) ** 2)


def fit_and_judge(train, test):
    """Fit a Cox model on some patients, measure its concordance on the others."""
    x, time, event = train
    slope = fit_cox(x, time, event).log_hazard_ratio
    return concordance(test[0] @ slope, test[1], test[2]).concordance


def draw_patients(n=120):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, 3))
    time = rng.exponential(np.exp(-x @ [1.0, -0.5, 0.0]))
    return [x, time, rng.random(n) < 0.8]


def test_leaving_one_out_by_hand():
    # errors against the means of the others: 2, 2/3, 2/3, 2
    found = cross_validate(find_error, [[1.0, 2.0, 3.0, 4.0]], n_folds=4, seed=1)
    np.testing.assert_allclose(np.sort(found.values), [4 / 9, 4 / 9, 4, 4], rtol=1e-14)
    spread = (16 / 9) / np.sqrt(0.75)
    assert found.mean == pytest.approx(20 / 9, rel=1e-14)
    assert found.standard_error == pytest.approx(spread / 2, rel=1e-14)
    assert found.corrected_standard_error == pytest.approx(spread * np.sqrt(1 / 4 + 1 / 3))
    assert (found.n_train.tolist(), found.n_test.tolist()) == ([3] * 4, [1] * 4)


def test_the_folds_are_those_of_draw_folds():
    arrays = draw_patients()
    settings = {"n_folds": 5, "seed": 7, "n_repeats": 2, "strata": arrays[2]}
    found = cross_validate(fit_and_judge, arrays, **settings)
    expected = [
        fit_and_judge([a[fold.train] for a in arrays], [a[fold.test] for a in arrays])
        for fold in draw_folds(len(arrays[0]), **settings)
    ]
    np.testing.assert_array_equal(found.values, expected)
    np.testing.assert_array_equal(found.repeat, [0] * 5 + [1] * 5)
    variance = np.mean([np.var(expected[:5], ddof=1), np.var(expected[5:], ddof=1)])
    assert found.standard_error == pytest.approx(np.sqrt(variance / 5), rel=1e-12)
    assert found.group is None


def test_each_trial_is_tested_by_a_fit_to_the_others():
    arrays = draw_patients()
    trial = np.array(["a", "b", "c"])[np.arange(120) % 3]
    found = cross_validate(fit_and_judge, arrays, leave_out=trial)
    assert found.group.tolist() == ["a", "b", "c"]
    for number, name in enumerate("abc"):
        inside, outside = trial == name, trial != name
        expected = fit_and_judge([a[outside] for a in arrays], [a[inside] for a in arrays])
        assert found.values[number] == expected


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_workers_and_backend_do_not_change_the_answer(backend):
    joblib = pytest.importorskip("joblib", reason="more than one worker needs joblib")
    arrays, seen = draw_patients(), []
    settings = {"n_folds": 5, "seed": 7, "n_repeats": 4}
    one = cross_validate(fit_and_judge, arrays, **settings)
    with joblib.parallel_config(backend=backend):
        two = cross_validate(
            fit_and_judge, arrays, **settings, n_jobs=2, progress=lambda *done: seen.append(done)
        )
    np.testing.assert_array_equal(one.values, two.values)
    assert len(seen) > 1
    assert seen[-1] == (20, 20)


def test_progress_of_a_bootstrap_is_told():
    seen = []
    bootstrap(
        np.mean, [[1.0, 2.0]], n_resamples=3, seed=1, progress=lambda *done: seen.append(done)
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def fail_on_large(train, test):
    if test[0].max() > 3:
        raise ConvergenceError("no")
    return [test[0].mean(), 1.0]


def test_folds_that_cannot_be_computed_are_counted_and_left_out():
    found = cross_validate(fail_on_large, [[1.0, 2.0, 3.0, 4.0]], n_folds=4, seed=2)
    assert found.n_failed == 1
    assert np.isnan(found.values).sum() == 2
    np.testing.assert_allclose(found.mean, [2, 1])
    np.testing.assert_allclose(found.standard_error, [np.sqrt(1 / 3), 0])
    nothing = cross_validate(fail_on_large, [[4.0, 5.0]], n_folds=2, seed=2)
    assert np.isnan([nothing.mean, nothing.standard_error]).all()
    with pytest.raises(ZeroDivisionError):
        cross_validate(lambda train, test: 1 / 0, [[1.0, 2.0]], n_folds=2, seed=1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give `n_folds` with a `seed`"),
        ({"n_folds": 2}, "give `n_folds` with a `seed`"),
        ({"n_folds": 2, "leave_out": ["a", "b"]}, "leave `n_folds` out"),
        ({"n_repeats": 2, "leave_out": ["a", "b"]}, "leave `n_repeats` out"),
        ({"n_folds": 3, "seed": 1}, "at most n = 2"),
        ({"leave_out": ["a", "a"]}, "at least two"),
        ({"leave_out": ["a"]}, "differ in length"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        cross_validate(find_error, [[1.0, 2.0]], **settings)
