"""The study planner against published and hand-calculated numbers."""

import math

import numpy as np
import pytest

import chorall as ch
from chorall.analyses.planning.low_risk import count_patients, count_patients_with_power, find_upper
from chorall.analyses.planning.marker import count_events, count_trials, find_power
from chorall.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("bound", "rates", "sizes"),
    [(0.05, (0, 0.01, 0.02, 0.03), (72, 110, 230, 490)), (0.03, (0, 0.01, 0.02), (122, 290, 1185))],
)
def test_low_risk_sizes_are_the_published_ones(bound, rates, sizes):
    plan = ch.plan_study("low-risk", bound=bound, rate=rates)
    assert tuple(plan.rows["n_patients"]) == sizes
    assert (plan.rows["upper"] <= bound).all()


def test_a_limit_with_no_relapse_is_the_closed_form():
    assert find_upper(0, 72, 0.975) == pytest.approx(1 - 0.025 ** (1 / 72), abs=1e-12)
    assert count_patients(0, 0.05, 0.975) == math.ceil(math.log(0.025) / math.log(0.95))


def test_power_of_the_limit_is_the_binomial_probability():
    n = count_patients_with_power(0.01, 0.05, 0.975, 0.8)
    allowed = max(k for k in range(n) if find_upper(k, n, 0.975) <= 0.05)
    reached = sum(math.comb(n, k) * 0.01**k * 0.99 ** (n - k) for k in range(allowed + 1))
    assert reached >= 0.8
    worse = next(
        m
        for m in range(n - 1, 0, -1)
        if sum(
            math.comb(m, k) * 0.01**k * 0.99 ** (m - k)
            for k in range(m)
            if find_upper(k, m, 0.975) <= 0.05
        )
        < 0.8
    )
    assert worse == n - 1


@pytest.mark.parametrize(
    ("success", "margin", "per_arm"),
    [(0.95, 0.04, 367), (0.95, 0.03, 653), (0.97, 0.02, 900), (0.95, 0.05, 235)],
)
def test_non_inferiority_sizes_are_the_published_ones(success, margin, per_arm):
    plan = ch.plan_study("non-inferiority", success=success, margin=margin, simulations=0)
    row = plan.rows.row(0, named=True)
    assert row["n_per_arm"] == per_arm
    assert row["n_patients"] == 2 * per_arm
    assert row["power"] == pytest.approx(0.8, abs=5e-4)
    assert row["simulated_power"] is None


def test_a_true_loss_needs_more_patients_and_a_full_loss_none():
    even = ch.plan_study("non-inferiority", simulations=0).rows["n_per_arm"][0]
    worse = ch.plan_study("non-inferiority", simulations=0, true_difference=-0.01)
    assert worse.rows["n_per_arm"][0] > even
    with pytest.raises(InputError, match="inferior"):
        ch.plan_study("non-inferiority", simulations=0, true_difference=-0.04)


def test_simulated_non_inferiority_is_near_the_formula():
    row = ch.plan_study("non-inferiority", margin=0.05, simulations=2000).rows.row(0, named=True)
    assert abs(row["simulated_power"] - row["power"]) < 0.06


def test_events_by_hand():
    # (1.959964 + 0.841621)^2 / (0.25 ln(2)^2) = 7.848879 / 0.120113
    assert count_events(0.5, 2, power=0.8, alpha=0.05) == 66
    assert count_events(0.1, 2, power=0.8, alpha=0.05) == 182
    assert count_events(0.1, 0.5, power=0.8, alpha=0.05) == 182
    assert count_events(0.1, 2, power=0.8, alpha=0.05, r_squared=0.5) == 364
    assert find_power(66, 0.5, 2, 0.05) == pytest.approx(0.8, abs=0.01)


def test_marker_plan_counts_the_untested_too():
    plan = ch.plan_study(
        "marker", frequency=[0.1, 0.05], event_fraction=0.4, tested_fraction=0.5, simulations=0
    )
    first, second = plan.rows.to_dicts()
    assert first["n_events"] == 182
    assert first["n_patients"] == 2 * 455
    assert first["n_carriers"] == 46
    assert second["n_patients"] > first["n_patients"]
    assert first["n_trials"] is None


def test_simulated_power_agrees_with_the_formula_for_a_common_marker():
    row = ch.plan_study("marker", frequency=0.4, hazard_ratio=1.6, simulations=2000).rows.to_dicts()
    assert row[0]["simulated_power"] == pytest.approx(0.8, abs=0.03)


def test_a_formula_that_hopes_too_much_is_told():
    plan = ch.plan_study("marker", frequency=0.03, hazard_ratio=0.2, simulations=1000)
    assert plan.rows["simulated_power"][0] < 0.75
    assert "too hopeful" in plan.warnings[0]


def test_trials_grow_with_their_differences():
    sizes = [count_trials(60, 0.2, 2, tau, power=0.8, alpha=0.05) for tau in (0.01, 0.3, 0.6)]
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]
    assert count_trials(60, 0.2, 2, 0, power=0.8, alpha=0.05) is None
    with pytest.raises(InputError, match="200 trials"):
        count_trials(60, 0.2, 1.05, 2, power=0.8, alpha=0.05)


def test_power_over_trials_is_that_of_simulated_pooling():
    from chorall.stats import pool_effects

    k = count_trials(60, 0.2, 2, 0.3, power=0.8, alpha=0.05)
    rng = np.random.default_rng(3)
    error = (60 * 0.2 * 0.8) ** -0.5
    found = 0
    for _ in range(400):
        effects = np.log(2) + rng.normal(0, 0.3, k) + rng.normal(0, error, k)
        pooled = pool_effects(effects, np.full(k, error))
        found += pooled.lower > 0
    assert found / 400 > 0.74


def test_every_wrong_number_is_told():
    with pytest.raises(InputError) as caught:
        ch.plan_study("marker", frequency=[0, 1.2], power=1.5)
    assert str(caught.value).count("expected a fraction") == 3
    with pytest.raises(InputError, match="not 1"):
        ch.plan_study("marker", hazard_ratio=1)
    with pytest.raises(InputError, match="not below"):
        ch.plan_study("low-risk", rate=0.05)
    with pytest.raises(InputError, match="Known: marker"):
        ch.plan_study("cure")


def test_a_plan_is_written_and_drawn():
    plan = ch.plan_study("low-risk")
    plain = plan.to_dict()
    assert plain["pool"] is None
    assert plain["rows"][0]["n_patients"] == 72
    figure = plan.plot()
    assert "72 patients" in figure.alt
    assert figure.svg().startswith("<svg")
    assert "Research use" in plan._repr_html_()


def test_the_same_seed_gives_the_same_plan():
    first = ch.plan_study("marker", simulations=50, seed=4).rows
    assert first.equals(ch.plan_study("marker", simulations=50, seed=4).rows)


def test_all_numbers_that_cannot_be_used_are_told_at_once():
    wrong = {"frequency": 2, "hazard_ratio": 0, "tested_fraction": -1, "tau": -1, "r_squared": 1}
    with pytest.raises(InputError) as told:
        ch.plan_study("marker", **wrong)
    for name in wrong:
        assert f"`{name}` is" in str(told.value)
    every = "(?s)`margin` is.*`followed_fraction` is.*`simulations` is"
    with pytest.raises(InputError, match=every):
        ch.plan_study("non-inferiority", margin=2, followed_fraction=0, simulations=-1)
