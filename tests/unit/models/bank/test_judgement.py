"""Failure of induction is judged, remission is what else there is: closed forms, drawn courses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from unit.models.bank.made_bank import make_bank, make_transition

from chorall.errors import InputError
from chorall.models.bank.bank import list_edges
from chorall.models.bank.bank_fit import Stays
from chorall.models.bank.baseline import draw_ratio, find_baseline
from chorall.models.bank.judgement import (
    FAILURE,
    REMISSION,
    SURE,
    find_last_day,
    is_judged,
    list_course_models,
    list_times,
)
from chorall.models.bank.plain_course import follow_plainly
from chorall.models.bank.predict import predict
from chorall.models.bank.risk_rows import RiskRows
from chorall.models.bank.simulate_course import Now, follow
from chorall.models.bank.states import Transition

EDGES = list_edges("induction")
OF_TEN = -np.log1p(-0.1)
"""Cumulative hazard of who fails by one in ten."""


def rise(first, last, height):
    """Return a cumulative hazard that rises evenly between two days."""
    return height * np.clip((EDGES - first) / (last - first), 0, 1)


def make_judged_bank(*, death=0.0):
    """Return a bank that judges: one in ten fail between day 33 and 63, nobody leaves remission.

    Remission comes between day 25 and 45; nothing happens later.
    """
    bank = make_bank()
    failure = replace(make_transition(*FAILURE, 1.0), cumulative_hazard=rise(33, 63, OF_TEN))
    remission = replace(make_transition(*REMISSION, 1.0), cumulative_hazard=rise(25, 45, 3.0))
    dying = replace(
        make_transition("induction", "death", 1.0), cumulative_hazard=rise(0, 40, death)
    )
    return replace(bank, transitions=(failure, remission, dying))


def ask(bank, ratio, now=Now(), months=12):  # noqa: B008
    return follow(bank, np.atleast_2d(ratio), "as_observed", now, np.arange(months + 1))


def came_to_remission(course):
    """Nothing happens after remission in these banks."""
    return course.states["remission"][:, -1]


@pytest.mark.parametrize("ratio", [0.0, 0.2, 1.0, 6.0])
def test_as_many_fail_as_the_hazard_of_failure_says_to_its_end(ratio):
    course = ask(make_judged_bank(), [ratio, 1.0, 1.0])
    assert course.failure[0, -1] == pytest.approx(1 - 0.9**ratio, abs=1e-12)
    assert came_to_remission(course)[0] == pytest.approx(0.9**ratio, abs=1e-12)
    assert course.states["induction"][0, -1] == pytest.approx(0, abs=1e-12)


def test_remission_that_comes_sooner_is_no_more_frequent():
    """Before, whoever came sooner to remission escaped failure."""
    slow, quick = (ask(make_judged_bank(), [1.0, ratio, 1.0]) for ratio in (0.5, 4.0))
    assert came_to_remission(slow) == pytest.approx(came_to_remission(quick), abs=1e-12)
    assert quick.states["remission"][0, 1] > slow.states["remission"][0, 1] + 0.2


def test_who_is_in_induction_later_than_anybody_was_has_no_answer():
    """Before, the answer was that all have failed, or later that nothing ever happens."""
    bank = make_judged_bank()
    last = find_last_day(bank)
    assert last == EDGES[EDGES >= 45][0]
    course = {"state": "induction", "day": last, "since_day": 0}
    with pytest.raises(InputError, match=rf"from day {int(last)} on the bank knows nobody"):
        predict(bank, {"course": course}, ["as_observed"])
    assert predict(bank, {"course": course | {"day": last - 1}}, ["as_observed"]).outcomes


def test_the_last_day_is_that_of_whoever_leaves_where_nothing_is_judged():
    bank = make_judged_bank(death=0.1)
    of_death = replace(bank, transitions=bank.transitions[2:])
    assert find_last_day(of_death) == EDGES[EDGES >= 40][0]
    nobody = replace(make_transition("induction", "death", 1.0), cumulative_hazard=0 * EDGES)
    assert find_last_day(replace(bank, transitions=(nobody,))) == EDGES[-1]


def test_who_waits_longer_than_anybody_to_remission_has_failed():
    bank = make_judged_bank()
    shares = [ask(bank, [1.0, 1.0, 1.0], Now("induction", day)).failure[0, -1]
              for day in (0, 20, 35, 44, 46, 60)]  # fmt: skip
    assert shares[0] == pytest.approx(0.1) == pytest.approx(shares[1])
    assert (np.diff(shares[1:]) >= -1e-12).all()
    assert shares[2] > 0.11
    assert shares[3] > 0.4
    assert shares[4:] == pytest.approx([1.0, 1.0], abs=1e-12)


def test_who_waits_longer_than_anybody_was_seen_to_stays_and_is_not_lost():
    course = ask(make_judged_bank(), [1.0, 1.0, 1.0], Now("induction", 200))
    assert (course.failure == 0).all()
    np.testing.assert_array_equal(course.states["induction"], 1)


@pytest.mark.parametrize("day", [10, 30, 40, 50])
def test_what_is_said_later_is_what_was_said_before_given_that_the_patient_waits(day):
    """P(fails) = P(fails by the day) + P(waits on the day) P(fails later, waiting)."""
    bank, ratio = make_judged_bank(), [2.0, 0.7, 1.0]
    models = list_course_models(bank)
    failed, remitted = (
        float(np.exp(-ratio[place] * np.interp(day, EDGES, models[place].cumulative_hazard)))
        for place in (0, 1)
    )
    never = 0.9**2
    waits = failed - never + never * remitted
    later = ask(bank, ratio, Now("induction", day)).failure[0, -1]
    assert 1 - failed + waits * later == pytest.approx(1 - never, abs=1e-12)


def test_nobody_is_lost_and_both_courses_say_the_same():
    bank = make_judged_bank(death=0.4)
    random = np.random.default_rng(1)
    ratio = np.exp(random.normal(size=(16, 3)))
    ratio[0], ratio[1] = 0, [0, 1, 0]
    for day in (0, 7, 30, 44, 62, 300):
        now = Now("induction", day)
        found = ask(bank, ratio, now, 24)
        plain = follow_plainly(bank, ratio, "as_observed", now, 24)
        total = sum(found.states.values()) + sum(found.deaths.values())
        np.testing.assert_allclose(total, 1, atol=1e-12)
        np.testing.assert_allclose(found.failure, plain.failure, atol=1e-12)
        np.testing.assert_allclose(found.overall_survival, plain.overall_survival, atol=1e-12)
        for state, values in plain.states.items():
            own = found.states.get(state, np.zeros_like(values))
            np.testing.assert_allclose(own, values, atol=1e-12, err_msg=state)
        assert (np.diff(found.failure) >= -1e-15).all()


def test_courses_drawn_one_by_one_agree():
    """Who fails is drawn first, then when that or remission comes; death may come before."""
    bank, random, n = make_judged_bank(death=0.5), np.random.default_rng(4), 200_000
    ratio = np.array([2.5, 0.8, 1.4])
    models = list_course_models(bank)
    draws = random.exponential(size=(3, n)) / ratio[:, None]
    days = [np.interp(own, model.cumulative_hazard + 1e-9 * EDGES, EDGES, right=np.inf)
            for own, model in zip(draws, models, strict=True)]  # fmt: skip
    fails = draws[0] < OF_TEN
    judged = np.where(fails, days[0], days[1])
    dies = days[2] < judged
    course = ask(bank, ratio)
    error = 4 * 0.5 / np.sqrt(n)
    assert course.deaths["induction"][0, -1] == pytest.approx(dies.mean(), abs=error)
    assert course.failure[0, -1] == pytest.approx((fails & ~dies).mean(), abs=error)
    assert came_to_remission(course)[0] == pytest.approx((~fails & ~dies).mean(), abs=error)
    first = judged < EDGES[30]
    assert course.states["remission"][0, 1] == pytest.approx(
        (first & ~fails & ~dies).mean(), abs=error
    )


def test_without_failure_there_is_nothing_to_judge():
    bank = make_bank()
    assert not is_judged([model.transition for model in bank.transitions])
    assert list_course_models(bank) is bank.transitions


def test_remission_is_over_where_the_last_one_came():
    remission = list_course_models(make_judged_bank())[1].cumulative_hazard
    is_over = EDGES >= 45
    assert (remission[is_over] == 3.0 + SURE).all()
    np.testing.assert_array_equal(remission[~is_over], rise(25, 45, 3.0)[~is_over])


def lay_out_stays():
    """Two fail, one of them allocated on day 20; one dies, one is last seen, four remit."""
    rows = [
        (0, "induction_failure", 0, 30), (1, "", 0, 20), (1, "induction_failure", 20, 40),
        (2, "death", 0, 10), (3, "", 0, 35), (4, "remission", 0, 28), (5, "remission", 0, 33),
        (6, "", 0, 20), (6, "remission", 20, 33), (7, "remission", 0, 45),
    ]  # fmt: skip
    patient, target, entry, time = zip(*rows, strict=True)
    n = len(rows)
    return Stays(
        np.array(patient), np.array(["induction"] * n), np.array(target),
        np.array(entry, float), np.array(time, float), np.zeros((n, 0)), np.array(["A|"] * n),
    )  # fmt: skip


def test_who_reached_remission_stays_at_risk_of_failure_and_nobody_who_failed_of_remission():
    stays = lay_out_stays()
    own = np.ones(10, bool)
    last = EDGES[-1]
    failure = list_times(FAILURE, stays, own)
    np.testing.assert_array_equal(failure, [30, 20, 40, 10, 35, last, last, 20, last, last])
    remission = list_times(REMISSION, stays, own)
    np.testing.assert_allclose(remission, [0, 0, 20, 10, 35, 28, 33, 20, 33, 45], atol=1e-5)
    assert (remission > stays.entry_time).all()
    np.testing.assert_array_equal(list_times(Transition("induction", "death"), stays, own),
                                  stays.time)  # fmt: skip


def test_the_baseline_of_failure_by_hand():
    """Day 30: 1 of 7 at risk (one has died), day 40: 1 of 5 (one was last seen on day 35)."""
    stays = lay_out_stays()
    time = list_times(FAILURE, stays, np.ones(10, bool))
    values = np.zeros((10, 1))
    rows = RiskRows(values, np.stack([values] * 2), stays.entry_time, time,
                    stays.target == "induction_failure", stays.stratum, stays.stratum)  # fmt: skip
    found = find_baseline(rows, draw_ratio(np.zeros(10), np.zeros(10)), EDGES)
    assert found[-1] == pytest.approx(1 / 7 + 1 / 5)
