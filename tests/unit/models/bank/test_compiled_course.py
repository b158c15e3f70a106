"""The compiled course against the plain one in NumPy, in every state and under every choice."""

from dataclasses import replace

import numpy as np
import pytest
from unit.models.bank.made_bank import make_bank, make_transition

from chorall.models.bank.plain_course import follow_plainly
from chorall.models.bank.simulate_course import Now, follow
from chorall.models.bank.states import LIVING

SAME = 1e-12
NUMBERS = ("overall_survival", "event_free_survival", "relapse", "death_in_remission", "failure")


def make_full_bank():
    """Return a bank in which failures come to remission and transplants too."""
    bank = make_bank()
    more = (
        make_transition("induction", "induction_failure", 1.0),
        make_transition("induction_failure", "remission", 2.0),
        make_transition("induction_failure", "transplant_other", 0.4),
        make_transition("induction_failure", "death", 0.9),
        make_transition("transplant_other", "relapse", 0.2),
        make_transition("relapse", "transplant_after_relapse", 0.3),
        make_transition("transplant_after_relapse", "death", 0.5),
    )
    return replace(bank, transitions=(*bank.transitions, *more))


def make_stepped_bank(*, seed, steps):
    """Return the same with hazards that rise in a few intervals; induction ends within two months.

    As in a bank of patients, who all come into remission at about the same time: then few intervals
    count in which anybody came, and not after how many anybody leaves.
    """
    random = np.random.default_rng(seed)
    bank = make_full_bank()

    def step(model):
        n = len(model.cumulative_hazard) - 1
        first, last = (20, 60) if model.transition.origin == "induction" else (0, n)
        rises, n_steps = np.zeros(n), random.choice(steps)
        places = random.choice(np.arange(first, last), min(n_steps, last - first), replace=False)
        rises[places] = random.exponential(model.cumulative_hazard[-1] / n_steps, len(places))
        return replace(model, cumulative_hazard=np.concatenate([[0.0], np.cumsum(rises)]))

    return replace(bank, transitions=tuple(map(step, bank.transitions)))


BANKS = {
    "few": make_bank(),
    "full": make_full_bank(),
    "steps in few intervals": make_stepped_bank(seed=1, steps=[6]),
    "steps in many intervals": make_stepped_bank(seed=2, steps=[70]),
    "steps in few or many": make_stepped_bank(seed=4, steps=[2, 80]),
}


@pytest.mark.parametrize("transplant", ["as_observed", "transplant", "no_transplant"])
@pytest.mark.parametrize("state", LIVING)
@pytest.mark.parametrize("name", BANKS)
def test_both_say_the_same(name, state, transplant):
    bank = BANKS[name]
    random = np.random.default_rng(4)
    ratio = np.exp(random.normal(size=(8, len(bank.transitions))))
    ratio[0] = 0  # nobody ever leaves
    for elapsed, g in ((0.0, 1), (50.0, 60), (400.0, 120)):
        now = Now(state, elapsed)
        found = follow(bank, ratio, transplant, now, np.arange(g + 1))
        plain = follow_plainly(bank, ratio, transplant, now, g)
        for number in NUMBERS:
            one, other = (
                np.broadcast_to(getattr(course, number), (8, g + 1)) for course in (found, plain)
            )
            np.testing.assert_allclose(one, other, rtol=0, atol=SAME, err_msg=number)
        for place, values in plain.states.items():
            own = found.states.get(place, np.zeros_like(values))
            np.testing.assert_allclose(own, values, rtol=0, atol=SAME, err_msg=place)


@pytest.mark.parametrize("name", BANKS)
def test_months_are_read_where_they_are_asked_and_means_are_those_of_the_rows(name):
    bank = BANKS[name]
    ratio = np.exp(np.random.default_rng(5).normal(size=(50, len(bank.transitions))))
    whole = follow(bank, ratio, "as_observed", Now(), np.arange(61), with_means=True)
    some = follow(bank, ratio, "as_observed", Now(), np.array([0, 12, 60]), with_means=True)
    for number in NUMBERS:
        np.testing.assert_array_equal(
            getattr(some, number), getattr(whole, number)[:, [0, 12, 60]], err_msg=number
        )
    for state, values in whole.states.items():
        np.testing.assert_allclose(some.mean[state], values.mean(axis=0), rtol=1e-12, atol=1e-15)
    for state, values in whole.deaths.items():
        np.testing.assert_allclose(some.mean[f"death_from_{state}"], values.mean(axis=0), atol=SAME)


@pytest.mark.parametrize("name", BANKS)
def test_without_means_the_numbers_are_the_same(name):
    bank = BANKS[name]
    for n in (1, 7, 8, 17):
        ratio = np.exp(np.random.default_rng(n).normal(size=(n, len(bank.transitions))))
        with_means, without = (
            follow(bank, ratio, "as_observed", Now(), np.array([12, 60]), with_means=one)
            for one in (True, False)
        )
        assert without.mean == {}
        assert set(with_means.mean) >= set(with_means.states)
        for number in NUMBERS:
            one, other = getattr(with_means, number), getattr(without, number)
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-14, err_msg=number)


def test_a_row_does_not_depend_on_those_beside_it():
    bank = BANKS["full"]
    ratio = np.exp(np.random.default_rng(6).normal(size=(19, len(bank.transitions))))
    together = follow(bank, ratio, "transplant", Now(), np.array([6, 60]))
    for row in (0, 7, 8, 18):
        alone = follow(bank, ratio[row : row + 1], "transplant", Now(), np.array([6, 60]))
        np.testing.assert_array_equal(
            alone.event_free_survival[0], together.event_free_survival[row]
        )


def test_who_cannot_be_hurt_stays_and_who_is_sure_to_die_dies():
    bank = BANKS["few"]
    for ratio, alive in ((0.0, 1.0), (1e6, 0.0)):
        rows = np.full((1, len(bank.transitions)), ratio)
        found = follow(bank, rows, "no_transplant", Now("relapse"), np.array([60]))
        assert found.read("overall_survival", 60)[0] == pytest.approx(alive, abs=SAME)
