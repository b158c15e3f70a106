"""Many pooled proportions are those that `pool_proportions` gives one by one."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import pool_many_proportions, pool_proportions

SHARED = ("estimate", "lower", "upper", "prediction_lower", "prediction_upper", "tau2", "log_odds")
# where the profile is flat, two climbs end a little apart; still two digits nearer than asked of R
CLOSE = 1e-6


def draw_tables(seed, m=6, k=6):
    rng = np.random.default_rng(seed)
    n = rng.integers(5, 400, (m, k)) * (rng.random((m, k)) < 0.8)
    spread = rng.choice([0.0, 0.4, 1.5], (m, 1))
    log_odds = rng.normal(-3, 1.5, (m, 1)) + spread * rng.normal(size=(m, k))
    return rng.binomial(n, 1 / (1 + np.exp(-log_odds))), n


@pytest.mark.parametrize("seed", [1, 2])
def test_each_row_is_pool_proportions(seed):
    events, n = draw_tables(seed)
    many = pool_many_proportions(events, n)
    for row in range(len(n)):
        one = pool_proportions(events[row], n[row])
        for name in SHARED:
            found = getattr(many, name)[row]
            assert found == pytest.approx(getattr(one, name), rel=CLOSE, abs=CLOSE, nan_ok=True), (
                name
            )
        assert many.n_studies[row] == one.n_studies


def test_a_study_without_patients_changes_nothing():
    usual = pool_many_proportions([[3, 9, 4]], [[40, 60, 50]])
    padded = pool_many_proportions([[3, 0, 9, 4, 0]], [[40, 0, 60, 50, 0]])
    for name in (*SHARED, "i_squared", "n_studies"):
        np.testing.assert_allclose(getattr(padded, name), getattr(usual, name), rtol=1e-9)


def test_nobody_tested_has_no_number():
    found = pool_many_proportions([[0, 0], [1, 2]], [[0, 0], [10, 12]])
    assert np.isnan([found.estimate[0], found.lower[0], found.tau2[0], found.i_squared[0]]).all()
    assert np.isfinite(found.estimate[1])


def test_one_study_has_no_spread():
    found = pool_many_proportions([[5, 0]], [[20, 0]])
    assert found.estimate[0] == pytest.approx(0.25)
    assert np.isnan([found.tau2[0], found.prediction_lower[0], found.i_squared[0]]).all()


def test_all_or_nothing_has_no_maximum_and_says_so():
    found = pool_many_proportions([[100, 0, 50]], [[100, 100, 50]])
    assert not found.converged[0]
    assert np.isnan([found.estimate[0], found.lower[0], found.tau2[0]]).all()


def test_none_at_all_has_exact_limits():
    found = pool_many_proportions([[0, 0]], [[10, 20]])
    assert (found.estimate[0], found.lower[0], found.one_sided[0]) == (0.0, 0.0, True)
    assert found.upper[0] == pytest.approx(1 - 0.025 ** (1 / 30))


def test_i_squared_by_hand():
    """Two studies of equal variance v: the typical variance is v, so I2 = tau2 / (tau2 + v)."""
    found = pool_many_proportions([[10, 90]], [[100, 100]])
    variance = 1 / 10 + 1 / 90
    assert found.i_squared[0] == pytest.approx(found.tau2[0] / (found.tau2[0] + variance))


@pytest.mark.parametrize(("events", "n"), [([1, 2], [3, 4]), ([[5]], [[4]]), ([[0.5]], [[4]])])
def test_what_are_no_tables_of_counts_is_refused(events, n):
    with pytest.raises(InputError):
        pool_many_proportions(events, n)


def test_every_small_table_of_three_trials_has_an_answer_or_none_and_no_warning():
    cells = [(k, n) for n in range(4) for k in range(n + 1)]
    tables = [(a, b, c) for a in cells for b in cells for c in cells]
    events = np.array([[k for k, _ in table] for table in tables])
    tested = np.array([[n for _, n in table] for table in tables])
    some = tested.sum(axis=1) > 0
    pooled = pool_many_proportions(events[some], tested[some])
    known = np.isfinite(pooled.estimate)
    assert known.any()
    assert ((pooled.estimate[known] >= 0) & (pooled.estimate[known] <= 1)).all()
    assert not np.isinf(pooled.lower).any()
    assert not np.isinf(pooled.upper).any()
