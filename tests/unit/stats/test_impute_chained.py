"""Chained equations: what stays, what is drawn, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import find_own_hazard, impute_chained, nelson_aalen

N = 300
KINDS = ["pmm", "binary", "categorical", "normal"]


def make_columns(missing: float = 0.25) -> tuple[np.ndarray, np.ndarray]:
    """Four columns that go with one another, and two complete predictors."""
    rng = np.random.default_rng(5)
    z = rng.standard_normal((N, 4)) + 0.8 * rng.standard_normal((N, 1))
    x = np.column_stack([
        z[:, 0].round(2), z[:, 1] > 0.5, np.digitize(z[:, 2], [-0.5, 1]), z[:, 3]
    ]).astype(float)  # fmt: skip
    fixed = np.column_stack([rng.integers(0, 2, N), z.sum(axis=1) + rng.standard_normal(N)])
    x[rng.random(x.shape) < missing] = np.nan
    return x, fixed


@pytest.fixture(scope="module")
def columns() -> tuple[np.ndarray, np.ndarray]:
    return make_columns()


@pytest.fixture(scope="module")
def found(columns):
    x, fixed = columns
    return impute_chained(x, KINDS, fixed=fixed, n_imputations=6, n_iterations=8, seed=2)


def test_what_was_observed_stays_and_nothing_is_missing(columns, found) -> None:
    x, _ = columns
    observed = ~np.isnan(x)
    assert found.values.shape == (6, N, 4)
    for values in found.values:
        np.testing.assert_array_equal(values[observed], x[observed])
    assert not np.isnan(found.values).any()
    np.testing.assert_array_equal(found.imputed, ~observed)
    np.testing.assert_array_equal(found.n_imputed, (~observed).sum(axis=0))


def test_draws_are_of_their_kind(columns, found) -> None:
    x, _ = columns
    for column in (0, 1, 2):
        known = set(x[~np.isnan(x[:, column]), column])
        assert set(np.unique(found.values[:, :, column])) <= known
    drawn = found.values[:, found.imputed[:, 3], 3]
    assert not np.isin(drawn, x[:, 3]).any()


def test_data_sets_differ_where_values_were_missing(found) -> None:
    spread = np.ptp(found.values, axis=0)
    assert (spread[~found.imputed] == 0).all()
    for column in range(4):
        assert (spread[found.imputed[:, column], column] > 0).mean() > 0.5


def test_without_missing_values_the_data_come_back() -> None:
    x, fixed = make_columns(missing=0)
    found = impute_chained(x, KINDS, fixed=fixed, n_imputations=2, n_iterations=1, seed=0)
    np.testing.assert_array_equal(found.values, [x, x])
    assert np.isnan(found.trace_mean).all()
    assert np.isnan(found.scale_reduction).all()


def test_the_seed_decides_and_the_number_of_workers_does_not(columns, found) -> None:
    x, fixed = columns
    seen: list[tuple[int, int]] = []
    again = impute_chained(
        x, KINDS, fixed=fixed, n_imputations=6, n_iterations=8, seed=2, n_jobs=2,
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    np.testing.assert_array_equal(again.values, found.values)
    np.testing.assert_array_equal(again.trace_mean, found.trace_mean)
    assert seen[-1] == (6, 6)
    fewer = impute_chained(x, KINDS, fixed=fixed, n_imputations=2, n_iterations=8, seed=2)
    np.testing.assert_array_equal(fewer.values, found.values[:2])
    other = impute_chained(x, KINDS, fixed=fixed, n_imputations=2, n_iterations=8, seed=3)
    assert (other.values != fewer.values).any()


def test_nothing_is_written_into_what_is_given() -> None:
    x, fixed = make_columns()
    before = x.copy(), fixed.copy()
    found = impute_chained(x, KINDS, fixed=fixed, n_imputations=1, n_iterations=1, seed=0)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(fixed, before[1])
    with pytest.raises(ValueError, match="read-only"):
        found.values[0, 0, 0] = 1


def test_the_trace_is_that_of_the_imputed_values(found) -> None:
    for column in range(4):
        drawn = found.values[:, found.imputed[:, column], column]
        np.testing.assert_allclose(found.trace_mean[:, -1, column], drawn.mean(axis=1))
        np.testing.assert_allclose(found.trace_spread[:, -1, column], drawn.std(axis=1))
    late = found.trace_mean[:, 4:]
    within = late.var(axis=1, ddof=1).mean(axis=0)
    ratio = np.sqrt(3 / 4 + late.mean(axis=1).var(axis=0, ddof=1) / within)
    np.testing.assert_allclose(found.scale_reduction, ratio)


def test_what_does_not_apply_stays_missing_and_teaches_nothing() -> None:
    """The marker is unknown in half of the patients, to whom it does not apply."""
    rng = np.random.default_rng(1)
    n = 400
    applies = np.arange(n) < n // 2
    marker = np.where(applies, rng.random(n) < 0.5, np.nan)
    marker[:20] = np.nan
    number = rng.standard_normal(n) + 3 * applies
    number[::7] = np.nan
    may = np.column_stack([applies, np.ones(n, bool)])
    x = np.column_stack([marker, number])
    found = impute_chained(x, ["binary", "pmm"], may_impute=may, n_imputations=5, seed=4)
    assert np.isnan(found.values[:, ~applies, 0]).all()
    assert not np.isnan(found.values[:, applies, 0]).any()
    assert found.n_imputed.tolist() == [20, int(np.isnan(number).sum())]
    # the indicator of what does not apply carries the difference of 3
    gap = [v[found.imputed[:, 1] & applies, 1].mean() - v[found.imputed[:, 1] & ~applies, 1].mean()
           for v in found.values]  # fmt: skip
    assert np.mean(gap) == pytest.approx(3, abs=0.5)


def test_a_predictor_that_separates_gives_no_runaway_draws() -> None:
    """Nobody with the first marker has the second: its draws stay rare, and differ."""
    n = 400
    first = (np.arange(n) < 60) * 1.0
    second = np.where(first == 1, 0.0, np.arange(n) % 3 == 0)
    second[40:60] = second[-30:] = np.nan
    x = np.column_stack([first, second])
    found = impute_chained(x, ["binary", "binary"], n_imputations=50, n_iterations=2, seed=1)
    assert found.values[:, 40:60, 1].mean() < 0.1
    assert found.values[:, -30:, 1].mean() == pytest.approx(1 / 3, abs=0.08)


def test_a_trial_nobody_was_observed_in_does_not_make_numbers_explode() -> None:
    rng = np.random.default_rng(3)
    trial = np.repeat([0.0, 1.0], 100)
    number = np.where(trial == 0, rng.standard_normal(200), np.nan)
    found = impute_chained(
        number[:, None], ["normal"], fixed=trial[:, None], n_imputations=20, n_iterations=1, seed=1
    )
    # nothing is known of the difference: it is drawn from its prior, 2.5 standard deviations wide
    gap = found.values[:, 100:, 0].mean(axis=1) - number[:100].mean()
    assert 1 < gap.std() < 5
    assert np.abs(found.values).max() < 12


def test_without_predictors_a_binary_column_keeps_its_frequency() -> None:
    x = np.full((3000, 1), np.nan)
    x[:1000, 0] = np.arange(1000) < 20
    found = impute_chained(x, ["binary"], n_imputations=40, n_iterations=1, seed=9)
    drawn = found.values[:, 1000:, 0].mean(axis=1)
    # log odds are drawn with standard error 1 / sqrt(20 * 0.98)
    assert np.mean(np.log(drawn / (1 - drawn))) == pytest.approx(np.log(0.02 / 0.98), abs=0.15)
    assert np.std(np.log(drawn)) == pytest.approx(1 / np.sqrt(20), rel=0.4)


def test_matching_seeks_the_mean_by_drawn_coefficients() -> None:
    """With one donor a fitted mean would always find the same one, a drawn mean does not."""
    rng = np.random.default_rng(2)
    place = np.arange(30.0)
    number = place + 4 * rng.standard_normal(30)
    number[15] = np.nan
    found = impute_chained(
        number[:, None], ["pmm"], fixed=place[:, None], n_imputations=60, n_iterations=1, seed=1,
        n_donors=1,
    )  # fmt: skip
    donors = [int(np.flatnonzero(number == value)[0]) for value in found.values[:, 15, 0]]
    assert 3 <= len(set(donors)) <= 10
    # the mean there has standard error 4 / sqrt(29) = 0.74; the nearest donors are 1 away
    assert 0.8 < np.std(donors) < 1.6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kinds": ["pmm"]}, "`kinds` has 1 entries and `x` 4 columns"),
        ({"kinds": ["pmm", "logit", "normal", "normal"]}, "expected one of: pmm, normal"),
        ({"kinds": ["binary", *KINDS[1:]]}, "column 0 is binary: .* values are not 0 or 1"),
        ({"kinds": ["categorical", *KINDS[1:]]}, "column 0 is categorical"),
        ({"fixed": np.full((N, 1), np.nan)}, f"`fixed` column 0: {N} missing"),
        ({"fixed": np.zeros((3, 1))}, "`fixed` has 3 rows"),
        ({"may_impute": np.ones((N, 4))}, "expected booleans"),
        ({"n_imputations": 0}, "`n_imputations` is 0"),
        ({"seed": -1}, "`seed` is -1"),
        ({"n_donors": 0}, "`n_donors` is 0"),
    ],
)
def test_what_cannot_be_used_is_refused(columns, change, said) -> None:
    x, fixed = columns
    given = {"kinds": KINDS, "fixed": fixed, "seed": 1, "n_iterations": 1} | change
    with pytest.raises(InputError, match=said):
        impute_chained(x, **given)


def test_columns_without_anything_to_learn_from_are_all_named(columns) -> None:
    x = columns[0].copy()
    x[:, 0], x[:, 1] = np.nan, np.where(np.isnan(x[:, 1]), np.nan, 1)
    x[0, 3] = np.inf
    with pytest.raises(InputError) as refused:
        impute_chained(x, KINDS, n_imputations=1, seed=1)
    message = str(refused.value)
    assert "column 0 (pmm): 0 observed values" in message
    assert "column 1 (binary)" in message
    assert "column 3: 1 infinite" in message


def test_own_hazard_by_hand() -> None:
    """Two trials; in the second one patient comes late, after the first death."""
    time = [1, 2, 3, 1, 2, 4]
    event = [True, False, True, True, True, False]
    strata = ["A", "A", "A", "B", "B", "B"]
    found = find_own_hazard(time, event, entry_time=[0, 0, 0, 0, 0, 1], strata=strata)
    expected = [1 / 3, 1 / 3, 1 / 3 + 1, 1 / 2, 1 / 2 + 1 / 2, 1 / 2]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_own_hazard_is_the_curve_read_at_the_end_of_follow_up() -> None:
    rng = np.random.default_rng(2)
    time, event = rng.integers(1, 9, 60).astype(float), rng.random(60) < 0.5
    curve = nelson_aalen(time, event)
    np.testing.assert_array_equal(find_own_hazard(time, event), curve.at(time).cumulative_hazard)
