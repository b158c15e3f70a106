"""A bank taken to a trial that it has not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chorall.analyses.bank.fit import keep_trials, read_bank_data
from chorall.errors import DataError, InputError
from chorall.models.bank.bank_fit import keep_patients
from chorall.models.bank.new_trial import place_new_trial


@pytest.fixture(scope="module")
def data(bank_pool):
    return read_bank_data(bank_pool)[0]


def test_a_trial_that_the_bank_knows_is_placed_where_it_is(bank, data):
    """Fitting places each trial; placing it again, as if it were new, must say the same."""
    placed = place_new_trial(bank, keep_trials(data, ["SYN-AYA-1"]), "new")
    for model in placed.transitions:
        assert model.trial_level["new"] == pytest.approx(model.trial_level["SYN-AYA-1"], abs=1e-9)
        assert model.trial_level["new"][1] <= model.between_trials + 1e-12


def test_a_trial_in_which_they_die_twice_as_fast_is_placed_there(bank, data):
    """Time after relapse runs at double speed, everything else as in all trials together."""
    stays = data.stays
    quick = np.where(stays.origin == "relapse", 0.5, 1.0)
    faster = replace(stays, entry_time=stays.entry_time * quick, time=stays.time * quick)
    both = [
        {
            model.transition.name: model.trial_level["new"][0]
            for model in place_new_trial(bank, one, "new").transitions
        }
        for one in (data, replace(data, stays=faster))
    ]
    moved = {name: both[1][name] - both[0][name] for name in both[0]}
    # the hazard is twice as high, at double speed: shrunk towards that of all trials
    assert 0.4 < moved.pop("relapse > death") < np.log(2) + 0.05
    assert set(moved.values()) == {0.0}


def test_other_features_and_nobody_are_refused(bank, data):
    with pytest.raises(InputError, match="other features"):
        place_new_trial(bank, replace(data, features=data.features[1:]), "new")
    with pytest.raises(DataError, match="no patient was followed"):
        place_new_trial(bank, keep_patients(data, np.zeros(len(data.trial), bool)), "new")
