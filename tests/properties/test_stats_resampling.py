"""What holds for every draw of rows, every fold and every interval of a proportion."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chorall.stats import (
    bootstrap,
    bootstrap_cox,
    cross_validate,
    draw_bootstrap_rows,
    draw_folds,
    fit_cox,
    proportion_interval,
)

UNHURRIED = settings(deadline=None, max_examples=40)
LABELS = st.lists(st.sampled_from("abc"), min_size=2, max_size=30)
SEEDS = st.integers(0, 2**63)


@UNHURRIED
@given(LABELS, SEEDS)
def test_a_resample_keeps_the_size_of_every_stratum(labels, seed):
    strata = np.array(labels)
    for rows in draw_bootstrap_rows(len(labels), n_resamples=3, seed=seed, strata=strata):
        assert sorted(strata[rows]) == sorted(labels)
        assert rows.min() >= 0


@UNHURRIED
@given(LABELS, SEEDS)
def test_the_first_resamples_do_not_hang_on_how_many_follow(labels, seed):
    few = list(draw_bootstrap_rows(len(labels), n_resamples=2, seed=seed))
    many = list(draw_bootstrap_rows(len(labels), n_resamples=5, seed=seed))
    for one, other in zip(few, many, strict=False):
        np.testing.assert_array_equal(one, other)


@UNHURRIED
@given(LABELS, st.integers(2, 6), st.integers(1, 3), SEEDS)
def test_folds_part_the_patients_in_every_repeat(labels, n_folds, n_repeats, seed):
    n, n_folds = len(labels), min(n_folds, len(labels))
    folds = list(draw_folds(n, n_folds=n_folds, n_repeats=n_repeats, seed=seed, strata=labels))
    assert len(folds) == n_folds * n_repeats
    for repeat in range(n_repeats):
        own = folds[repeat * n_folds : (repeat + 1) * n_folds]
        tested = np.concatenate([fold.test for fold in own])
        assert sorted(tested.tolist()) == list(range(n))
        sizes = [len(fold.test) for fold in own]
        assert max(sizes) - min(sizes) <= len(set(labels))
        for fold in own:
            assert sorted([*fold.train.tolist(), *fold.test.tolist()]) == list(range(n))


@UNHURRIED
@given(SEEDS)
def test_the_replicates_are_the_statistic_of_the_rows_drawn(seed):
    values = np.arange(7.0) ** 2
    found = bootstrap(np.median, [values], n_resamples=6, seed=seed)
    rows = draw_bootstrap_rows(7, n_resamples=6, seed=seed)
    np.testing.assert_array_equal(found.replicates, [np.median(values[r]) for r in rows])
    assert found.standard_error == pytest.approx(found.replicates.std(ddof=1))


@UNHURRIED
@given(st.integers(4, 20), st.integers(2, 4), st.integers(1, 3), SEEDS)
def test_cross_validation_is_the_loop_over_the_folds(n, n_folds, n_repeats, seed):
    values = np.sin(np.arange(n))

    def measure(train, test):
        return np.mean((test[0] - train[0].mean()) ** 2)

    options = {"n_folds": n_folds, "n_repeats": n_repeats, "seed": seed}
    found = cross_validate(measure, [values], **options)
    folds = list(draw_folds(n, **options))
    expected = [measure([values[fold.train]], [values[fold.test]]) for fold in folds]
    np.testing.assert_allclose(found.values, expected, rtol=1e-12)
    assert found.mean == pytest.approx(np.mean(expected), rel=1e-12)
    # leaving out each patient as a group of his own is the jackknife's prediction error
    alone = cross_validate(measure, [values], leave_out=np.arange(n))
    errors = ((values - values.mean()) * n / (n - 1)) ** 2
    np.testing.assert_allclose(np.sort(alone.values), np.sort(errors), rtol=1e-12)


def test_two_patients_are_drawn_as_often_as_they_should_be():
    """Of two the mean is the first, the middle or the second: in 1/4, 1/2, 1/4 of the samples."""
    found = bootstrap(np.mean, [np.array([0.0, 1.0])], n_resamples=4000, seed=1)
    parts = [np.mean(found.replicates == value) for value in (0.0, 0.5, 1.0)]
    # four binomial standard errors
    np.testing.assert_allclose(parts, [0.25, 0.5, 0.25], atol=4 * 0.5 / np.sqrt(4000))


COUNTS = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@UNHURRIED
@given(COUNTS, st.sampled_from(["wilson", "clopper-pearson"]), st.sampled_from([0.8, 0.95]))
def test_an_interval_holds_its_estimate_and_turns_with_what_is_counted(counts, method, level):
    events, n = counts
    found = proportion_interval(events, n, method=method, conf_level=level)
    turned = proportion_interval(n - events, n, method=method, conf_level=level)
    assert 0 <= found.lower <= events / n <= found.upper <= 1
    assert turned.lower == pytest.approx(1 - found.upper, abs=1e-12)
    wider = proportion_interval(events, n, method=method, conf_level=0.99)
    assert wider.lower <= found.lower
    assert wider.upper >= found.upper


@pytest.mark.parametrize("n", [5, 12, 30])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_coverage_by_counting_every_outcome(n, level):
    """Clopper and Pearson cover at least the level for every proportion; Wilson on average."""
    events, chances = np.arange(n + 1), np.linspace(0.005, 0.995, 199)
    ways = np.array([comb(n, k) for k in events.tolist()])
    likely = ways * chances[:, None] ** events * (1 - chances[:, None]) ** (n - events)
    covered = {}
    for method in ("clopper-pearson", "wilson"):
        found = proportion_interval(events, n, method=method, conf_level=level)
        holds = (found.lower <= chances[:, None]) & (chances[:, None] <= found.upper)
        covered[method] = (likely * holds).sum(axis=1)
    assert (covered["clopper-pearson"] >= level - 1e-12).all()
    # of few patients the outcomes are coarse
    assert abs(covered["wilson"].mean() - level) < 0.03


@UNHURRIED
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.booleans(), st.integers(-3, 3), st.sampled_from("ab")),
        min_size=12,
        max_size=30,
    ),
    SEEDS,
)
def test_refits_on_counts_are_refits_on_repeated_rows(patients, seed):
    time, event, x, strata = (np.array(column) for column in zip(*patients, strict=True))
    event[:4], x[:4], strata[:4] = True, [-1, 1, 1, -1], "a"
    time[:4] = [1, 2, 3, 4]
    columns = x[:, None].astype(float)

    def fit(columns, time, event, strata):
        return fit_cox(columns, time, event, strata=strata).log_hazard_ratio

    arrays = [columns, time.astype(float), event, strata]
    slow = bootstrap(fit, arrays, n_resamples=4, seed=seed)
    fast = bootstrap_cox(*arrays[:3], strata=strata, n_resamples=4, seed=seed)
    both = np.isfinite(slow.replicates) & np.isfinite(fast.replicates)
    # Where a resample has no finite fit, one of them keeps the last step and the other says so.
    settled = both & (np.abs(slow.replicates) < 10)
    np.testing.assert_allclose(
        fast.replicates[settled], slow.replicates[settled], rtol=1e-6, atol=1e-7
    )
    np.testing.assert_allclose(fast.estimate, slow.estimate, rtol=1e-8, atol=1e-9)
