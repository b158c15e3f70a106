"""What a bank says of induction, against the law by which patients were drawn.

Remission comes between day 26 and 45; on day 46 all who remain are judged to have failed. Who fails
is drawn by age and a marker, who dies by age; children reach remission more often, no sooner.
"""

from __future__ import annotations

import numpy as np
import pytest

from chorall.models.bank.bank import Bank, Comparison
from chorall.models.bank.bank_fit import BankData, Stays, fit_bank, keep_patients
from chorall.models.bank.features import Feature
from chorall.models.bank.judgement import FAILURE, REMISSION
from chorall.models.bank.refit import prepare_refits, refit_without
from chorall.models.bank.simulate_course import Now, simulate
from chorall.models.bank.strategy import Strategy

FEATURES = (
    Feature("age_years", "number", "demographics", scale=10.0, centre=30.0, low=0, high=110,
            supported_low=0, supported_high=110),
    Feature("M0", "marker", "secondary lesions"),
)  # fmt: skip
N_CHILDREN, N_ADULTS, N_BANKS = 1500, 1500, 5
FAILS, DIES = (0.015, 0.10), (0.01, 0.05)
"""Of children and of adults without the marker."""

ODDS = 3.0
"""Of failure with the marker against without."""

JUDGED_ON = 46.0
YEAR = 365.25
DRAWS = 100


def draw_data(random: np.random.Generator) -> BankData:
    n = N_CHILDREN + N_ADULTS
    is_adult = (np.arange(n) >= N_CHILDREN).astype(int)
    age = np.where(is_adult, random.uniform(18, 60, n), random.uniform(1, 18, n))
    marker = random.random(n) < 0.3
    fails, dies = random.random(n) < find_failure(is_adult, marker), random.random(n)
    day = np.where(fails, JUDGED_ON, random.integers(26, 46, n))
    died = np.where(dies < np.array(DIES)[is_adult], random.integers(4, 36, n), np.inf)
    target = np.where(died < day, "death", np.where(fails, "induction_failure", "remission"))
    relapse = random.exponential(5 * YEAR, n)
    later = np.flatnonzero(target != "death")
    time = np.concatenate([np.minimum(day, died), np.minimum(relapse, 3 * YEAR)[later]])
    ends = np.where(target == "remission", "relapse", "death")
    stays = Stays(
        np.concatenate([np.arange(n), later]),
        np.concatenate([["induction"] * n, target[later]]),
        np.concatenate([target, np.where(relapse < 3 * YEAR, ends, "")[later]]),
        np.zeros(len(time)), time, np.zeros((len(time), 0)), np.array(["A|"] * len(time)),
    )  # fmt: skip
    trial = np.array(["A", "B"])[random.integers(2, size=n)]
    values = np.column_stack([(age - 30) / 10, marker])
    return BankData(
        FEATURES, values, trial, (), stays, (Comparison("old", ("old",), False, 2),),
        {}, {}, float("nan"),
    )  # fmt: skip


def find_failure(is_adult, marker):
    """Return the chance to fail of who does not die."""
    odds = np.array(FAILS) / (1 - np.array(FAILS))
    odds = odds[is_adult] * np.where(marker, ODDS, 1)
    return odds / (1 + odds)


def ask(bank: Bank, age: float, marker: bool, day: float = 0.0):
    """Return the chances of failure and of death in induction within a year."""
    features = np.array([[(age - 30) / 10, float(marker)]])
    strategy = Strategy("as_observed", (), np.zeros(0), "as_observed")
    (course,) = simulate(bank, features, [strategy], Now("induction", day), DRAWS, [0, 12])
    return course.failure[:, 1].mean(), course.deaths["induction"][:, 1].mean()


@pytest.fixture(scope="module")
def banks() -> list[Bank]:
    return [fit_bank(draw_data(np.random.default_rng([46, seed])), {}) for seed in range(N_BANKS)]


@pytest.mark.parametrize("marker", [False, True])
@pytest.mark.parametrize(("is_adult", "ages"), [(0, (5.0, 12.0)), (1, (25.0, 45.0))])
def test_children_and_adults_fail_as_often_as_they_do(banks, is_adult, ages, marker):
    """A race by the day said 3.2 % of children for 1.5 %, of adults with the marker 11 for 24."""
    found = np.array([[ask(bank, age, marker) for age in ages] for bank in banks])
    truth = find_failure(np.array(is_adult), np.array(marker)) * (1 - DIES[is_adult])
    # within a third of the truth on average, and of adults no single bank off by half of it
    assert found[..., 0].mean() == pytest.approx(truth, rel=1 / 3)
    assert found[..., 1].mean() == pytest.approx(DIES[is_adult], rel=1 / 3)
    if is_adult:
        assert found[..., 0].mean(axis=1) == pytest.approx(np.full(N_BANKS, truth), rel=0.5)


def test_who_has_not_reached_remission_by_the_day_of_judgement_fails(banks):
    for bank in banks:
        for age in (5.0, 40.0):
            sooner, later = (ask(bank, age, marker=False, day=day)[0] for day in (20.0, 45.9))
            assert later > 0.98
            assert sooner < 0.2


def test_where_too_few_are_left_who_failed_they_are_censored_as_in_a_bank_without_them():
    """Five failed; without one of them failure cannot be told, and nothing is judged."""
    data = draw_data(np.random.default_rng(7))
    failed = data.stays.patient[data.stays.target == "induction_failure"]
    chosen = np.arange(len(data.values)) % 10 == 0
    chosen[failed] = False
    chosen[failed[:5]] = True
    few = keep_patients(data, chosen)
    patient = int(few.stays.patient[few.stays.target == "induction_failure"][0])
    found = refit_without(prepare_refits(few), patient)
    whole = fit_bank(keep_patients(few, np.arange(len(few.values)) != patient), {})
    for own, other in zip(found.transitions, whole.transitions, strict=True):
        assert own.transition == other.transition != FAILURE
        np.testing.assert_allclose(own.cumulative_hazard, other.cumulative_hazard, rtol=0.02)
    remission = [one.transition for one in whole.transitions].index(REMISSION)
    hazards = [one.transitions[remission].cumulative_hazard for one in (found, whole)]
    np.testing.assert_allclose(*hazards, rtol=1e-12)
