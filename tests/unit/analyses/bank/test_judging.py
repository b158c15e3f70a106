"""Paired differences, levels corrected from other patients, and the curves of a validation."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.analyses.bank.foretell import Foretold
from chorall.analyses.bank.judged_curves import draw_calibration, draw_decisions
from chorall.analyses.bank.measures import Outcome
from chorall.analyses.bank.paired import compare_paired, compare_recalibrated
from chorall.analyses.bank.recalibrate import recalibrate, shift
from chorall.stats import brier_score, calibration, compare_brier_scores, compare_concordance

HORIZON = 2.0
N = 600


@pytest.fixture(scope="module")
def patients():
    """Two trials; hazards in the second twice as high as anybody foretells."""
    random = np.random.default_rng(5)
    x = random.normal(size=N)
    trial = np.repeat(["A", "B"], N // 2)
    hazard = 0.3 * np.exp(0.8 * x) * np.where(trial == "B", 2, 1)
    died, censored = random.exponential(1 / hazard), random.exponential(6, N)
    entry = np.where(random.random(N) < 0.2, 0.05, 0.0)
    time = np.maximum(np.minimum(died, censored), entry + 0.01)
    outcome = Outcome("OS", time, died <= censored, entry)
    risk = 1 - np.exp(-0.3 * np.exp(0.8 * x) * HORIZON)
    worse = 1 - np.exp(-0.3 * np.exp(0.8 * (x + random.normal(size=N))) * HORIZON)
    return outcome, trial, risk, worse


def compare(patients, n_resamples=400):
    outcome, trial, risk, worse = patients
    return compare_paired(
        outcome, np.ones(N, bool), Foretold("bank", risk, risk, True),
        [Foretold("worse", worse, worse, True)], trial, HORIZON, n_resamples=n_resamples,
        seed=1,
    )  # fmt: skip


def test_bootstrap_and_influence_give_the_same_difference_and_limits(patients):
    outcome, trial, risk, worse = patients
    options = {"entry_time": outcome.entry_time}
    order = compare_concordance(risk, worse, outcome.time, outcome.event, strata=trial, **options)
    error = compare_brier_scores(
        risk[:, None], worse[:, None], outcome.time, outcome.event, [HORIZON], **options
    )
    expected = (
        (order.difference, order.lower, order.upper),
        (error.difference[0], error.lower[0], error.upper[0]),
    )
    for row, (difference, lower, upper) in zip(compare(patients), expected, strict=True):
        assert row["estimate"] == pytest.approx(difference, abs=1e-12)
        width = upper - lower
        # the quantiles of 400 resamples err by some tenth of the width
        assert row["lower"] == pytest.approx(lower, abs=0.15 * width)
        assert row["upper"] == pytest.approx(upper, abs=0.15 * width)


def test_the_same_seed_gives_the_same_limits_and_the_bank_itself_no_difference(patients):
    assert compare(patients, 20) == compare(patients, 20)
    outcome, trial, risk, _ = patients
    bank = Foretold("bank", risk, risk, True)
    rows = compare_paired(
        outcome, np.ones(N, bool), bank, [bank], trial, HORIZON, n_resamples=100, seed=1
    )
    assert {(row["estimate"], row["lower"], row["upper"]) for row in rows} == {(0.0, 0.0, 0.0)}


def test_hazards_twice_as_high_make_this_risk():
    assert shift(np.array([0.75]), np.log(0.5))[0] == pytest.approx(0.5)
    assert shift(np.array([0.3]), 0.0)[0] == pytest.approx(0.3)


def test_the_level_of_a_trial_is_corrected_by_its_other_patients(patients):
    outcome, trial, risk, _ = patients
    corrected = recalibrate(outcome, risk, trial, HORIZON, seed=1)
    own = trial == "B"
    ratios = []
    for one in (risk, corrected):
        found = calibration(
            one[own], outcome.time[own], outcome.event[own], HORIZON,
            entry_time=outcome.entry_time[own],
        )  # fmt: skip
        ratios.append(found.observed_expected_ratio)
    assert ratios[0] > 1.25
    assert ratios[1] == pytest.approx(1, abs=0.05)
    # order within a part stays; nobody moves by more than his trial
    assert (corrected[own] > risk[own]).all()


def test_no_patient_is_corrected_by_his_own_outcome(patients):
    outcome, trial, risk, _ = patients
    corrected = recalibrate(outcome, risk, trial, HORIZON, seed=1)
    time = outcome.time.copy()
    time[7] = 5.0 if outcome.time[7] < HORIZON else 0.5
    again = recalibrate(
        Outcome("OS", time, outcome.event, outcome.entry_time), risk, trial, HORIZON, seed=1
    )
    changed = np.flatnonzero(again != corrected)
    assert 7 not in changed
    assert 0.7 < len(changed) / (N / 2) < 0.9  # the four other parts of his trial
    assert set(trial[changed]) == {"A"}


def test_a_trial_without_events_is_not_corrected(patients):
    outcome, trial, risk, _ = patients
    event = outcome.event & (trial == "A")
    found = recalibrate(
        Outcome("OS", outcome.time, event, outcome.entry_time), risk, trial, HORIZON, seed=1
    )
    assert np.isnan(found[trial == "B"]).all()
    assert np.isfinite(found[trial == "A"]).all()


def test_corrected_levels_leave_the_difference_of_order_alone(patients):
    """A rival that only got the level wrong is as good once both are corrected."""
    outcome, trial, risk, _ = patients
    both = {
        name: recalibrate(outcome, one, trial, HORIZON, seed=1)
        for name, one in (("bank", risk), ("low", shift(risk, -1.0)))
    }
    everybody = np.ones(N, bool)
    (row,) = compare_recalibrated(outcome, everybody, both, trial, HORIZON, n_resamples=100, seed=1)
    raw = [
        brier_score(
            one[:, None], outcome.time, outcome.event, [HORIZON], entry_time=outcome.entry_time
        ).brier[0]
        for one in (risk, shift(risk, -1.0))
    ]
    assert raw[1] - raw[0] > 0.05
    assert row["estimate"] == pytest.approx(0, abs=1e-6)
    assert row["measure"] == "brier_recalibrated"


def test_curves_have_limits_and_miscalibration_shows(patients):
    outcome, trial, risk, worse = patients
    points = draw_calibration(outcome, trial == "B", risk, HORIZON, "as_foretold")
    assert len(points) == 21
    assert all(one["lower"] <= one["observed"] <= one["upper"] for one in points)
    assert all(one["observed"] > one["predicted"] for one in points[5:-5])
    few = np.arange(N) < 3
    assert draw_calibration(outcome, few, risk, HORIZON, "as_foretold") == []
    rows = draw_decisions(
        outcome, np.ones(N, bool),
        [Foretold("bank", risk, risk, True), Foretold("worse", worse, worse, True)], trial, HORIZON,
        n_resamples=20, seed=1,
    )  # fmt: skip
    by_name = {name: [r for r in rows if r["model"] == name] for name in {r["model"] for r in rows}}
    half = {name: one[9]["net_benefit"] for name, one in by_name.items()}
    assert by_name["bank"][9]["threshold"] == 0.5
    assert half["bank less worse"] == pytest.approx(half["bank"] - half["worse"], abs=1e-12)
    best = max(half["everybody"], 0)
    rest = half["bank less the better of everybody and nobody"]
    assert rest == pytest.approx(half["bank"] - best, abs=1e-12)
