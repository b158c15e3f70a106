"""The likelihood in one pass is that of the two passes, whole or in parts."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.stats import cox_one_pass
from chorall.stats.checks import check_time_and_event
from chorall.stats.cox_data import CoxData, prepare_cox_data
from chorall.stats.cox_likelihood import (
    evaluate_likelihood,
    spread_over_rows,
    sum_risk_sets,
    sum_rows,
)
from chorall.stats.cox_one_pass import Derivatives, evaluate_in_one_pass, split_strata

# part of the number of events: sums of as many rounded terms
ROUNDING = 1e-13


def draw_data(
    seed: int, n: int, p: int, days: float, share: float, *, efron: bool, entry: str = "none"
) -> CoxData:
    generator = np.random.default_rng(seed)
    time = np.ceil(generator.exponential(days, n))
    late = {
        "none": None,
        "some": np.where(generator.random(n) < 0.5, 0, np.floor(time * generator.random(n))),
        "short": time - 0.5,
        "in turn": time - 1,
    }[entry]
    event = generator.random(n) < share
    event[0] = True
    weights = generator.exponential(1, n) + 0.01 if seed % 2 else None
    return prepare_cox_data(
        generator.normal(size=(n, p)), check_time_and_event(time, event, late),
        generator.integers(0, 5, n), weights, offset=generator.normal(size=n), efron=efron,
    )  # fmt: skip


def evaluate_in_two(data: CoxData, coefficients: np.ndarray) -> Derivatives:
    sums = sum_risk_sets(data, coefficients)
    expected = data.weights * spread_over_rows(data, sums)[:, 0]
    gradient, squares = sum_rows(data.x, data.weights * data.event - expected, expected)
    means = sums.means * np.sqrt(data.step_weight)[:, None]
    return sums.log_likelihood, gradient, squares - means.T @ means


@pytest.mark.parametrize("efron", [True, False])
@pytest.mark.parametrize(("days", "share"), [(2, 0.95), (20, 0.5), (2000, 0.05)])
@pytest.mark.parametrize(("n", "p"), [(1, 1), (7, 3), (60, 4), (61, 5), (130, 10), (200, 16)])
@pytest.mark.parametrize("entry", ["none", "some", "short", "in turn"])
@pytest.mark.parametrize("rows_of_part", [25_000, 9])
def test_one_pass_gives_what_two_give(
    monkeypatch: pytest.MonkeyPatch,
    rows_of_part: int, entry: str, n: int, p: int, days: float, share: float, efron: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(cox_one_pass, "ROWS_OF_PART", rows_of_part)
    data = draw_data(n + p, n, p, days, share, efron=efron, entry=entry)
    coefficients = np.random.default_rng(p).normal(size=p) / 2
    found = evaluate_in_one_pass(data, coefficients)
    assert found is not None
    for one, two in zip(found, evaluate_in_two(data, coefficients), strict=True):
        np.testing.assert_allclose(one, two, rtol=ROUNDING, atol=ROUNDING * data.weights.sum())


def test_who_outweighs_all_others_and_leaves_takes_no_digits_along() -> None:
    # seen in the middle of follow-up only, with a risk of e^45: a difference would leave nothing
    n = 200
    generator = np.random.default_rng(3)
    x = generator.normal(size=(n, 2))
    time = generator.permutation(n) + 1.0
    entry = np.where(generator.random(n) < 0.5, 0, np.floor(time / 2))
    heavy = int(np.flatnonzero(time == 150)[0])
    x[heavy, 0], entry[heavy] = 45.0, 140.0
    event = generator.random(n) < 0.6
    data = prepare_cox_data(x, check_time_and_event(time, event, entry), None, None)
    coefficients = np.array([1.0, 0.3]) * data.scale
    found = evaluate_in_one_pass(data, coefficients)
    assert found is not None
    risk = np.exp(x @ [1.0, 0.3])
    expected_gradient = np.zeros(2)
    for at in np.flatnonzero(event):
        present = (time >= time[at]) & (entry < time[at])
        expected_gradient += x[at] - risk[present] @ x[present] / risk[present].sum()
    np.testing.assert_allclose(found[1] / data.scale, expected_gradient / data.scale**2, rtol=1e-9)
    for one, two in zip(found, evaluate_in_two(data, coefficients), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-11, atol=1e-11)


def test_the_parts_are_whole_strata_and_the_same_on_any_number_of_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = draw_data(1, 400, 3, 20, 0.5, efron=True)
    monkeypatch.setattr(cox_one_pass, "ROWS_OF_PART", 50)
    bounds = split_strata(data)
    assert (bounds[0], bounds[-1]) == (0, 5)
    assert len(bounds) > 2
    found = []
    for n_cores in (1, 3):
        monkeypatch.setattr(cox_one_pass, "count_cores", lambda n_cores=n_cores: n_cores)
        found.append(evaluate_in_one_pass(data, np.array([0.5, -0.5, 1.0])))
    for one, three in zip(*found, strict=True):
        np.testing.assert_array_equal(one, three)


@pytest.mark.parametrize("rows_of_part", [25_000, 50])
def test_predictors_far_apart_are_left_to_two_passes(
    monkeypatch: pytest.MonkeyPatch, rows_of_part: int
) -> None:
    monkeypatch.setattr(cox_one_pass, "ROWS_OF_PART", rows_of_part)
    data = draw_data(2, 300, 2, 20, 0.5, efron=True)
    for coefficients in (np.array([300.0, 0.0]), np.array([np.nan, 0.0])):
        assert evaluate_in_one_pass(data, coefficients) is None
    assert np.isfinite(evaluate_likelihood(data, np.array([300.0, 0.0])).log_likelihood)
