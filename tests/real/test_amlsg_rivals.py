"""The bank beside its rivals on AMLSG, each trial foretold by the others, as the page reports."""

from __future__ import annotations

import numpy as np
import pytest
from real.amlsg_eln import read_eln

from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.foretell import Contest, foretell
from chorall.analyses.bank.outcome import read_outcome
from chorall.analyses.bank.paired import compare_paired
from chorall.analyses.bank.rivals.catalogue import RIVALS
from chorall.analyses.bank.rivals.published import read_groups_file
from chorall.analyses.bank.schemes import list_schemes
from chorall.stats import brier_score, concordance

HORIZON = 3 * 365.25
# concordance within trials and 3-year Brier score, as docs/bank-rivals.md reports them
REPORTED = {
    "bank": (0.660, 0.212), "age_and_wbc": (0.597, 0.231), "anchor": (0.655, 0.217),
    "stepwise_aic": (0.653, 0.219), "stepwise_bic": (0.650, 0.217), "eln_2011": (0.633, 0.231),
}  # fmt: skip
PRINTED = 1.5e-3


@pytest.fixture(scope="module")
def models(amlsg_pool, tmp_path_factory):
    """Return the outcome, the trial of each patient, and what each model foretold."""
    file = tmp_path_factory.mktemp("eln") / "eln.csv"
    read_eln().write_csv(file)
    data, _ = read_bank_data(amlsg_pool)
    outcome = read_outcome(amlsg_pool, "OS")
    ((_, folds),) = list_schemes(data, outcome.event, 2, 0, 1)
    rivals = tuple(RIVALS[name] for name in REPORTED if name in RIVALS)
    groups = read_groups_file(file, amlsg_pool)
    contest = Contest(data, (outcome,), rivals, groups, 3.0, 1)
    ((found,), failed) = foretell(contest, folds, lambda _: None)
    assert failed == []
    return outcome, data.trial, {model.name: model for model in found}


@pytest.mark.parametrize("name", REPORTED)
def test_concordance_and_brier_score_are_as_reported(models, name):
    outcome, trial, found = models
    model = found[name]
    own = np.isfinite(model.order)
    order = concordance(
        model.order[own], outcome.time[own], outcome.event[own], strata=trial[own]
    ).concordance
    error = brier_score(
        model.risk[own][:, None], outcome.time[own], outcome.event[own], [HORIZON]
    ).brier[0]
    assert (order, error) == pytest.approx(REPORTED[name], abs=PRINTED)


def test_the_bank_has_the_lower_brier_score_and_no_lower_concordance(models):
    outcome, trial, found = models
    for name in ("anchor", "stepwise_aic", "stepwise_bic", "eln_2011"):
        own = np.isfinite(found[name].order)
        order, error = compare_paired(
            outcome, own, found["bank"], [found[name]], trial, HORIZON, n_resamples=200, seed=1
        )
        assert order["upper"] > 0
        assert order["estimate"] > 0
        assert error["upper"] < 0
