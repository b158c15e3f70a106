"""Predictions of patients whom the bank has not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.leave_out import list_folds, predict_left_out
from chorall.errors import DataError, InputError
from chorall.models.bank.bank_fit import fit_bank, keep_patients
from chorall.models.bank.batch import predict_many
from chorall.models.bank.simulate_course import Now
from chorall.models.bank.strategy import read_strategy


@pytest.fixture(scope="module")
def data(bank_pool):
    return read_bank_data(bank_pool)[0]


def test_a_fold_is_foretold_by_a_bank_of_all_others(data):
    found = predict_left_out(data, ["as_observed"], years=(3.0,), n_folds=3, n_jobs=1)
    assert found.estimates.shape == (len(data.values), 1, 4, 1, 3)
    fold = list_folds(data, 3, 1)[1]
    kept = np.ones(len(data.values), bool)
    kept[fold] = False
    bank = fit_bank(keep_patients(data, kept), {})
    told = data.values[fold]
    told[:, [one.kind == "mrd" for one in data.features]] = np.nan
    one = predict_many(bank, told, read_strategy(bank, "as_observed"), years=(3.0,))
    np.testing.assert_allclose(
        found.estimates[fold, 0, 0, 0, 0], one["overall_survival"][:, 0], atol=1e-12
    )


def test_a_patients_own_outcome_does_not_change_the_prediction(data):
    """Stays of the first fold end in another way: its own predictions stay the same."""
    fold = list_folds(data, 2, 1)[0]
    own = np.isin(data.stays.patient, fold)
    turned = own & (data.stays.target == "relapse") & (data.stays.patient % 3 > 0)
    changed = np.where(turned, "death", data.stays.target)
    other = replace(data, stays=replace(data.stays, target=changed))
    nows = [Now("remission")] * len(data.values)
    before, after = (
        predict_left_out(one, ["as_observed"], n_folds=2, n_jobs=1, nows=nows).estimates
        for one in (data, other)
    )
    np.testing.assert_array_equal(before[fold], after[fold])
    rest = np.setdiff1d(np.arange(len(data.values)), fold)
    assert np.abs(before[rest] - after[rest]).max() > 0.01


@pytest.mark.parametrize(("target", "said"), [("relapse", "relapsed"), ("death", "died")])
def test_a_bank_that_would_say_never_is_refused(data, target, said):
    stays = replace(data.stays, target=np.where(data.stays.target == target, "", data.stays.target))
    with pytest.raises(DataError, match=f"fewer than 5 patients {said} from any one state"):
        fit_bank(replace(data, stays=stays), {})


@pytest.mark.parametrize("n_folds", [1, 100_000])
def test_folds_that_cannot_be_are_refused(data, n_folds):
    with pytest.raises(InputError, match="`n_folds`"):
        predict_left_out(data, ["as_observed"], n_folds=n_folds)
