"""State occupancy against closed forms and a plain count of simulated courses."""

import numpy as np
import pytest

from chorall.models.bank.plain_course import follow
from chorall.models.bank.plain_leaving import find_leaving, move_at

MONTHS = np.arange(61) / 12


def constant(rate):
    return rate * MONTHS[None, :]


def test_two_constant_hazards_share_in_proportion():
    left = find_leaving({"relapse": constant(0.3), "death": constant(0.1)})
    np.testing.assert_allclose(left.stays[0], np.exp(-0.4 * MONTHS), rtol=1e-12)
    np.testing.assert_allclose(
        left.goes["relapse"].sum(), 0.75 * (1 - np.exp(-0.4 * 5)), rtol=1e-12
    )


def test_constant_hazards_follow_the_chain_in_closed_form():
    """Remission (0.3) to relapse (0.9) to death: the hypoexponential of two steps."""
    first = find_leaving({"relapse": constant(0.3)})
    found = follow({"relapse": find_leaving({"death": constant(0.9)})}, "remission", first)
    in_relapse = 0.3 / (0.9 - 0.3) * (np.exp(-0.3 * MONTHS) - np.exp(-0.9 * MONTHS))
    # intervals of a month: the error is of second order
    np.testing.assert_allclose(found.states["relapse"][0], in_relapse, atol=2e-4)
    np.testing.assert_allclose(
        found.overall_survival[0], np.exp(-0.3 * MONTHS) + in_relapse, atol=2e-4
    )
    np.testing.assert_allclose(found.relapse[0], 1 - np.exp(-0.3 * MONTHS), rtol=1e-12)
    np.testing.assert_allclose(found.event_free_survival[0], np.exp(-0.3 * MONTHS), rtol=1e-12)


def test_nobody_is_lost_whatever_the_hazards():
    random = np.random.default_rng(2)

    def draw():
        return np.hstack([np.zeros((4, 1)), random.exponential(0.05, (4, 60)).cumsum(axis=1)])

    first = find_leaving({"induction_failure": draw(), "remission": draw(), "death": draw()})
    leaving = {
        "induction_failure": find_leaving({"remission": draw(), "death": draw()}),
        "remission": find_leaving({"relapse": draw(), "death": draw()}),
        "relapse": find_leaving({"death": draw()}),
    }
    found = follow(leaving, "induction", first)
    everybody = sum(found.states.values()) + sum(found.deaths.values())
    np.testing.assert_allclose(everybody, 1, atol=1e-12)
    assert (np.diff(found.relapse) >= -1e-15).all()


def test_a_clock_that_starts_anew_agrees_with_courses_drawn_one_by_one():
    """Hazard after relapse falls with time since relapse: no Markov chain would say this."""
    hazard = 1.2 * np.sqrt(MONTHS)[None, :]
    first = find_leaving({"relapse": constant(0.4)})
    found = follow({"relapse": find_leaving({"death": hazard})}, "remission", first)
    random = np.random.default_rng(8)
    n = 200_000
    died = random.exponential(1 / 0.4, n) + (random.exponential(size=n) / 1.2) ** 2
    for month in (12, 36, 60):
        alive = (died > month / 12).mean()
        # 4 standard errors of the count, and a monthly grid under a hazard that starts at infinity
        assert found.overall_survival[0, month] == pytest.approx(alive, abs=0.0045 + 0.005)


def test_who_is_moved_leaves_on_that_day_and_nobody_earlier():
    left = find_leaving({"relapse": constant(0.3)})
    moved = move_at(left, 4, "transplant_in_first_remission")
    assert moved.stays[0, 3] == pytest.approx(np.exp(-0.3 * 3 / 12))
    assert (moved.stays[0, 4:] == 0).all()
    flow = moved.goes["transplant_in_first_remission"][0]
    assert flow[3] == pytest.approx(np.exp(-0.3 * 4 / 12))
    assert flow.sum() + moved.goes["relapse"].sum() == pytest.approx(1)


def test_a_state_that_nobody_was_seen_to_leave_is_kept():
    found = follow({}, "remission", find_leaving({"relapse": constant(0.3)}))
    np.testing.assert_allclose(found.states["relapse"][0], 1 - np.exp(-0.3 * MONTHS), rtol=1e-12)
    np.testing.assert_allclose(found.overall_survival, 1)


def test_a_remission_after_failure_is_alive_but_not_event_free():
    first = find_leaving({"induction_failure": constant(2.0), "remission": constant(6.0)})
    leaving = {"induction_failure": find_leaving({"remission": constant(3.0)})}
    found = follow(leaving, "induction", first)
    np.testing.assert_allclose(found.overall_survival, 1, atol=1e-12)
    np.testing.assert_allclose(found.event_free_survival[0, 60], 0.75, atol=1e-9)
    assert found.states["remission"][0, 60] > 0.99
    late = follow(leaving, "induction_failure", leaving["induction_failure"])
    assert (late.event_free_survival == 0).all()


def test_who_relapsed_already_has_relapsed():
    found = follow({}, "relapse", find_leaving({"death": constant(0.9)}))
    assert (found.relapse == 1).all()
