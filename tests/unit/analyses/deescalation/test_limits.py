"""Limits where few relapsed: exact without censoring, and who is lost counts as never seen."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from chorall.analyses.deescalation.limits import find_exact_limits, measure_risk
from chorall.analyses.deescalation.together import pool_risk_rows, pool_risks
from chorall.analyses.planning.low_risk import count_allowed
from chorall.stats import pool_proportions, proportion_interval


def followed(n: int, events: int, competing: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Everybody is followed for 10 years; events spread over the first 5."""
    cause = np.zeros(n, np.int64)
    cause[:events], cause[events : events + competing] = 1, 2
    return np.where(cause > 0, np.linspace(0.1, 4.9, n), 10.0), cause


@pytest.mark.parametrize(("n", "events"), [(72, 0), (110, 1), (230, 5), (490, 15), (40, 40)])
def test_without_censoring_the_limits_are_those_of_clopper_and_pearson(n: int, events: int) -> None:
    found = measure_risk(*followed(n, events), None, 5.0)
    exact = proportion_interval(events, n, method="clopper-pearson")
    assert (found.risk, found.lower, found.upper) == pytest.approx(
        (float(exact.estimate), float(exact.lower), float(exact.upper)), abs=1e-9
    )
    assert found.counts == (events, n)


def test_the_gate_is_the_one_that_the_planner_plans_for() -> None:
    # ALL.md section 5: 72 without a relapse, 110 with 1 %, 230 with 2 %, 490 with 3 % for 5 %
    for n in (72, 110, 230, 490):
        most = int(count_allowed(np.array([n]), 0.05, 0.975)[0])
        for events in (most, most + 1):
            upper = measure_risk(*followed(n, events, competing=3), None, 5.0).upper
            assert (upper <= 0.05) == (events <= most)


def test_a_patient_who_is_lost_counts_as_never_seen() -> None:
    # 1 relapse of 4 at year 1, then 1 lost at year 2, 2 followed: risk 1/4, free 3/4
    time, cause = np.array([1.0, 2.0, 9.0, 9.0]), np.array([1, 0, 0, 0])
    found = measure_risk(time, cause, None, 5.0)
    effective = Fraction(2) / Fraction(3, 4)
    assert found.risk == pytest.approx(0.25)
    assert found.effective_n == pytest.approx(float(effective))
    assert found.upper == pytest.approx(
        find_exact_limits(float(effective) / 4, float(effective), 0.95)[1]
    )
    assert found.upper > measure_risk(np.array([1.0, 9, 9, 9]), cause, None, 5.0).upper


def test_competing_events_are_no_loss() -> None:
    lost = measure_risk(*followed(100, 2), None, 5.0)
    time, cause = followed(100, 2, competing=10)
    competing = measure_risk(time, cause, None, 5.0)
    assert competing.effective_n == pytest.approx(lost.effective_n)
    assert competing.risk == pytest.approx(0.02)


def test_late_entries_never_count_for_more_than_one() -> None:
    time, cause = followed(50, 5)
    found = measure_risk(time, cause, np.where(np.arange(50) < 25, 0.0, 0.05), 5.0)
    assert found.effective_n <= 50


def test_nobody_followed_to_the_horizon_gives_no_figure() -> None:
    found = measure_risk(np.array([1.0, 2.0]), np.array([1, 0]), None, 5.0)
    assert not found.is_known
    assert np.isnan(found.upper)
    assert found.n_events == 1
    assert found.counts == (0, 0)


def test_events_are_rounded_to_the_careful_side() -> None:
    rng = np.random.default_rng(3)
    time, cause = followed(300, 12)
    lost = rng.random(300) < 0.3
    time, cause = np.where(lost, np.minimum(time, 3.0), time), np.where(lost & (time > 3), 0, cause)
    found = measure_risk(time, cause, None, 5.0)
    events, n = found.counts
    assert events <= found.effective_n * found.risk + 1e-6
    assert events / n == pytest.approx(found.risk, rel=0.03)


def test_two_trials_are_not_pooled_each_has_to_do() -> None:
    risks = [measure_risk(*followed(200, 2), None, 5.0), measure_risk(*followed(50, 2), None, 5.0)]
    together = pool_risks(risks, 0.95)
    assert together.upper == risks[1].upper
    assert together.lower == min(one.lower for one in risks)
    assert np.isnan(together.prediction_upper)


def test_from_three_trials_on_they_are_pooled_with_a_prediction() -> None:
    events, n = [4, 9, 1, 0], [200, 300, 80, 60]
    risks = [measure_risk(*followed(b, a), None, 5.0) for a, b in zip(events, n, strict=True)]
    together, expected = pool_risks(risks, 0.95), pool_proportions(events, n)
    for name in ("lower", "upper", "prediction_lower", "prediction_upper", "tau2"):
        assert getattr(together, name) == pytest.approx(getattr(expected, name), abs=1e-6)
    assert together.risk == pytest.approx(expected.estimate, abs=1e-6)


def test_groups_pooled_at_once_are_what_they_are_alone() -> None:
    three = [measure_risk(*followed(100, k), None, 5.0) for k in (1, 3, 5)]
    rows = [three, three[:2], three[:1], []]
    for row, found in zip(rows, pool_risk_rows(rows, 0.95), strict=True):
        alone = pool_risks(row, 0.95)
        np.testing.assert_allclose(
            [found.risk, found.lower, found.upper], [alone.risk, alone.lower, alone.upper]
        )
        assert found.n_trials == len(row)


def test_no_relapse_in_any_trial_is_bounded_by_all_of_them() -> None:
    risks = [measure_risk(*followed(n, 0), None, 5.0) for n in (30, 40, 50)]
    together = pool_risks(risks, 0.95)
    assert together.upper == pytest.approx(1 - 0.025 ** (1 / 120))
    assert np.isnan(together.prediction_upper)
