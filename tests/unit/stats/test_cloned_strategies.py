"""Cloning, censoring and weighting: by hand, what may not change it, and a known truth."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import ConvergenceError, InputError
from chorall.stats import compare_cloned_strategies, kaplan_meier

NEVER = np.inf
SETTINGS = {"windows": [(0, 3), None], "horizon": 7.5, "interval": 1}
HAND = {
    "x": np.empty((5, 0)),
    "time": [5, 6, 7, 8, 9],
    "cause": [1, 0, 1, 0, 0],
    "start": [2, NEVER, NEVER, 1, NEVER],
}


def draw(n, seed, *, effect=-0.7, strength=0.5):
    """Draw patients of whom the sick start sooner; a start has one effect for all."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 1))
    hazard = np.exp(0.8 * strength * x[:, 0]) / 1500
    planned = rng.exponential(200 * np.exp(-0.8 * strength * x[:, 0]), n)
    planned = np.where(planned < 400, planned, NEVER)
    fate = rng.standard_exponential(n)
    death = live(fate, hazard, planned, effect)
    seen = rng.uniform(1000, 4000, n)
    return {
        "x": x,
        "time": np.ceil(np.minimum(death, seen)),
        "cause": (death < seen).astype(int),
        "start": np.ceil(planned),
    }


def live(fate, hazard, start, effect):
    """Return when the cumulative hazard, changed at the start, reaches the fate."""
    at = np.where(np.isfinite(start), start, 0.0)
    after = at + (fate - hazard * at) / (hazard * np.exp(effect))
    return np.where(fate < hazard * start, fate / hazard, after)


def test_without_covariates_each_strategy_is_the_curve_of_its_followers():
    found = compare_cloned_strategies(**HAND, **SETTINGS)
    # starters: 5 with the event, 8 without; never: 6, 7 with the event, 9
    assert found.risk[:, -1] == pytest.approx([1 / 2, 1 / 2])
    assert found.risk_difference == pytest.approx(0)
    assert found.time_free == pytest.approx([7.5 - 2.5 / 2, 7.5 - 0.5 / 2])
    assert found.time_gained == pytest.approx(-1)
    assert found.n_following.tolist() == [2, 3]
    assert found.n_events.tolist() == [1, 1]
    assert found.n_starts == 2
    assert found.effective == pytest.approx([2, 3])


def test_who_can_no_longer_start_follows_on_with_the_share_that_had_waited():
    able = [NEVER, NEVER, 1.5, NEVER, NEVER]
    found = compare_cloned_strategies(**HAND, **SETTINGS, able_until=able)
    # hazards of starting by hand: 1 of 5 on day 1, 1 of the 3 still able on day 2
    begun = [1 - np.exp(-float(h)) for h in (Fraction(1, 5), Fraction(1, 5) + Fraction(1, 3))]
    starter = 1 / begun[1]
    excused = (begun[1] - begun[0]) / begun[1] / (1 - begun[0])
    alive = 1 - starter / (2 * starter + excused)
    alive *= 1 - excused / (starter + excused)
    assert found.risk[0, -1] == pytest.approx(1 - alive)
    assert found.n_following.tolist() == [3, 3]
    assert found.weights[0] == pytest.approx([starter, 0, excused, starter, 0])


def test_a_start_after_the_window_leaves_both_strategies():
    late = HAND | {"start": [4, NEVER, NEVER, 1, NEVER]}
    found = compare_cloned_strategies(**late, **SETTINGS)
    assert found.n_following.tolist() == [1, 4]
    # never: at risk until day 4, no event there
    curve = kaplan_meier([4, 6, 7, 1, 9], [False, False, True, False, False])
    assert found.risk[1, -1] == pytest.approx(1 - curve.at(7.5).survival[0])


def test_two_windows_are_two_strategies():
    found = compare_cloned_strategies(
        np.empty((4, 0)), [5, 8, 7, 9], [1, 0, 1, 0], [1, 1, 3, 3],
        windows=[(0, 2), (2, 4)], horizon=7.5, interval=1,
    )  # fmt: skip
    assert found.risk[:, -1] == pytest.approx([1 / 2, 1 / 2])
    assert found.n_following.tolist() == [2, 2]


def test_what_is_planted_is_found_where_the_sick_are_treated():
    settings = {"windows": [(0, 180), None], "horizon": 1500, "interval": 10}
    risks = np.array([
        compare_cloned_strategies(**draw(2000, seed), **settings).risk[:, -1] for seed in range(60)
    ])  # fmt: skip
    rng = np.random.default_rng(8)
    x, fate = rng.standard_normal(400_000), rng.standard_exponential(400_000)
    hazard = np.exp(0.4 * x) / 1500
    never = (fate / hazard < 1500).mean()
    # when exactly starters start hardly matters: at one rate here
    start = -np.log(1 - rng.random(400_000) * -np.expm1(-180 / 200)) * 200
    soon = (live(fate, hazard, start, -0.7) < 1500).mean()
    error = risks.std(axis=0) / np.sqrt(len(risks))
    assert (np.abs(risks.mean(axis=0) - [soon, never]) < 4 * error + 0.002).all()
    assert (error < 0.006).all()
    # followers alone: those who live are the healthy ones
    crude = draw(40_000, 3)
    followers = crude["start"] > crude["time"]
    assert abs(crude["cause"][followers].mean() - never) > 0.05


def test_limits_come_from_patients_drawn_again_and_from_the_seed_alone():
    data = draw(400, 5)
    settings = {"windows": [(0, 180), None], "horizon": 1500, "interval": 20}
    plain = compare_cloned_strategies(**data, **settings)
    assert np.isnan(plain.lower_risk_difference)
    found, again, other = (
        compare_cloned_strategies(**data, **settings, n_resamples=60, seed=seed)
        for seed in (1, 1, 2)
    )
    assert found.risk_difference == plain.risk_difference
    assert found.lower_risk_difference < found.risk_difference < found.upper_risk_difference
    assert found.lower_risk_difference == again.lower_risk_difference
    assert found.lower_risk_difference != other.lower_risk_difference
    assert found.lower_time_gained < found.time_gained < found.upper_time_gained
    assert (found.lower_risk <= found.risk).all()


def test_everybody_twice_is_the_same_curve():
    data = draw(300, 6)
    twice = {name: np.concatenate([values, values]) for name, values in data.items()}
    settings = {"windows": [(0, 180), None], "horizon": 1200, "interval": 15, "times": [400, 800]}
    found, expected = (compare_cloned_strategies(**one, **settings) for one in (twice, data))
    assert found.risk == pytest.approx(expected.risk, rel=1e-9)
    assert found.effective == pytest.approx(2 * expected.effective, rel=1e-9)


def test_a_strategy_not_followed_to_the_horizon_gives_nothing():
    found = compare_cloned_strategies(**HAND, **SETTINGS | {"horizon": 8.5})
    assert np.isnan(found.risk[0, -1])
    assert np.isnan(found.risk_difference)
    assert np.isnan(found.time_gained)


def test_no_overlap_is_no_answer():
    data = draw(200, 7)
    told = np.isfinite(np.where(data["start"] < data["time"], data["start"], NEVER))
    with pytest.raises(ConvergenceError, match="column 0"):
        compare_cloned_strategies(
            **data | {"x": told[:, None] * 1.0}, windows=[(0, 180), None], horizon=1500,
            interval=10,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"windows": [(0, 3)]}, "`windows`"),
        ({"windows": [None, None]}, "`windows`"),
        ({"windows": [(3, 2), None]}, "`windows`"),
        ({"windows": [(0, 9), None]}, "`windows`"),
        ({"interval": 0}, "`interval`"),
        ({"horizon": -1}, "horizon"),
        ({"start": [0, 1, 2, 3, 4]}, "`start`"),
        ({"start": [1, 2]}, "start"),
        ({"time": [0, 6, 7, 8, 9]}, "`time`"),
        ({"time": [np.nan, 6, 7, 8, 9]}, "time"),
        ({"able_until": [0, 1, 1, 1, 1]}, "`able_until`"),
        ({"x": [[1.0], [1.0], [1.0], [1.0], [1.0]]}, "column 0 is constant"),
        ({"x": [[np.nan], [1.0], [2.0], [1.0], [1.0]]}, "x"),
    ],
)
def test_what_cannot_be_used_is_named(change, message):
    with pytest.raises(InputError, match=message):
        compare_cloned_strategies(**{**HAND, **SETTINGS, **change})
