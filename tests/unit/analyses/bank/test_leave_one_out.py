"""Predictions by banks refitted without one patient, beside whole refits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.leave_one_out import predict_each_left_out
from chorall.errors import InputError
from chorall.models.bank.bank_fit import fit_bank, keep_patients
from chorall.models.bank.batch import predict_rows
from chorall.models.bank.refit import HELD, prepare_refits, refit_without
from chorall.models.bank.simulate_course import Now
from chorall.models.bank.strategy import read_strategy

CHOSEN = (0, 81, 133, 260)


@pytest.fixture(scope="module")
def data(bank_pool):
    return read_bank_data(bank_pool)[0]


@pytest.fixture(scope="module")
def everybody(data):
    return prepare_refits(data)


def fit_without(data, patient):
    return fit_bank(keep_patients(data, np.arange(len(data.values)) != patient), {})


def ask(bank, data, patient, nows):
    asked = [read_strategy(bank, "as_observed")]
    own = slice(patient, patient + 1)
    return predict_rows(bank, data.values[own], asked, nows[own], (3.0,), 0.95, 100).estimates[0]


def test_refits_agree_with_whole_refits_and_come_closer_than_everybodys_bank(data, everybody):
    nows = [Now("remission")] * len(data.values)
    found = predict_each_left_out(
        data, ["as_observed"], patients=CHOSEN, nows=nows, n_jobs=1
    ).estimates[..., 0]
    whole = np.array([ask(fit_without(data, one), data, one, nows) for one in CHOSEN])[..., 0]
    kept = np.array([ask(everybody.bank, data, one, nows) for one in CHOSEN])[..., 0]
    assert np.abs(found - whole).max() < 0.005
    assert np.abs(found - whole).mean() < np.abs(kept - whole).mean() / 3


def test_a_refit_finds_the_models_of_a_whole_refit(data, everybody):
    patient = int(data.stays.patient[data.stays.target == "relapse"][0])
    whole, found = fit_without(data, patient), refit_without(everybody, patient)
    assert [one.transition for one in found.transitions] == [
        one.transition for one in whole.transitions
    ]
    for one, other in zip(found.transitions, whole.transitions, strict=True):
        names = [
            [bank.design.covariates[place].name for place in model.places]
            for bank, model in ((found, one), (whole, other))
        ]
        assert names[0] == names[1]
        assert (one.n_at_risk, one.n_events) == (other.n_at_risk, other.n_events)
        np.testing.assert_allclose(one.effect, other.effect, atol=0.02)
        np.testing.assert_allclose(
            one.cumulative_hazard[-1], other.cumulative_hazard[-1], rtol=0.02
        )


def test_a_patients_own_outcome_does_not_change_the_prediction(data):
    """Another end of a stay moves everybody's bank a little, and its own prediction hardly."""
    patient = int(data.stays.patient[data.stays.target == "relapse"][0])
    own = (data.stays.patient == patient) & (data.stays.target == "relapse")
    changed = np.where(own, "death", data.stays.target)
    other = replace(data, stays=replace(data.stays, target=changed))
    nows = [Now("remission")] * len(data.values)
    before, after = (
        predict_each_left_out(one, ["as_observed"], patients=[patient], nows=nows, n_jobs=1)
        for one in (data, other)
    )
    seen = [ask(fit_bank(one, {}), one, patient, nows)[..., 0] for one in (data, other)]
    moved = np.abs(before.estimates[0, ..., 0] - after.estimates[0, ..., 0]).max()
    assert moved < np.abs(seen[0] - seen[1]).max() / 5


def test_answers_do_not_depend_on_the_number_of_processes(data):
    asked = {"patients": CHOSEN[:2], "years": (1.0, 3.0)}
    told: list[tuple[int, int]] = []
    one, two = (
        predict_each_left_out(
            data, ["as_observed"], **asked, n_jobs=n, progress=lambda *done: told.append(done)
        )
        for n in (1, 2)
    )
    np.testing.assert_array_equal(one.estimates, two.estimates)
    assert one.held == HELD
    assert one.patients.tolist() == list(CHOSEN[:2])
    assert told[-1] == (2, 2)


@pytest.mark.parametrize("patients", [[], [-1], [3, 3], [10**6]])
def test_rows_that_cannot_be_are_refused(data, patients):
    with pytest.raises(InputError, match="`patients`"):
        predict_each_left_out(data, ["as_observed"], patients=patients)
