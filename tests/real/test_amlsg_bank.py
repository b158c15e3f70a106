"""The bank on AMLSG, each trial foretold by the others, beside the anchor on the same inputs."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.measures import Outcome
from chorall.analyses.bank.outcome import read_outcome
from chorall.models.bank.bank_fit import fit_bank, keep_patients
from chorall.models.bank.batch import predict_many
from chorall.models.bank.conditional import fit_feature_law
from chorall.models.bank.design import build_design
from chorall.models.bank.strategy import read_strategy
from chorall.stats import (
    compare_brier_scores,
    compare_concordance,
    concordance,
    fit_cox,
    fit_random_effects_cox,
    predict_cox_survival,
)

HORIZON = 3 * 365.25
# as docs/bank.md reports them: bank, anchor on the same inputs
REPORTED = {"AMLHD98A": (0.681, 0.657), "AMLHD98B": (0.679, 0.659), "AMLSG0704": (0.642, 0.654)}
PRINTED = 2e-3


@pytest.fixture(scope="module")
def foretold(amlsg_pool):
    """Return data, outcome and risks: by the bank, the anchor's log hazard, the anchor."""
    data, _ = read_bank_data(amlsg_pool)
    outcome = read_outcome(amlsg_pool, "OS")
    risks = np.full((3, len(data.values)), np.nan)
    for trial in REPORTED:
        test = data.trial == trial
        bank = fit_bank(keep_patients(data, ~test), {})
        found = predict_many(
            bank, data.values[test], read_strategy(bank, "as_observed"), years=(3.0,)
        )
        risks[0, test] = 1 - found["overall_survival"][:, 0]
        risks[1:, test] = follow_anchor(data, outcome, ~test)[:, test]
    return data, outcome, np.clip(risks, [[1e-6], [-np.inf], [1e-6]], [[1], [np.inf], [1]])


def follow_anchor(data, outcome: Outcome, train):
    """One random-effects Cox model of overall survival, as published, on the bank's inputs."""
    law = fit_feature_law(data.values[train], np.array([one.is_flag for one in data.features]))
    design = build_design(data.features, (), data.values[train])
    x = design.expand(law.expect(data.values))
    groups = [covariate.group for covariate in design.covariates]
    fit = fit_random_effects_cox(
        x[train], groups, outcome.time[train], outcome.event[train], freedom="coxrfx",
        tolerance=1e-3,
    )  # fmt: skip
    score = x @ fit.log_hazard_ratio
    scaled = fit_cox(score[train][:, None], outcome.time[train], outcome.event[train])
    survival = predict_cox_survival(scaled, score[:, None], [HORIZON]).survival[:, 0]
    return np.array([score, 1 - survival])


@pytest.mark.parametrize("trial", REPORTED)
def test_concordance_is_as_reported(foretold, trial):
    data, outcome, risks = foretold
    own = data.trial == trial
    for risk, reported in zip(risks[:2], REPORTED[trial], strict=True):
        found = concordance(risk[own], outcome.time[own], outcome.event[own])
        assert found.concordance == pytest.approx(reported, abs=PRINTED)


def test_the_bank_errs_less_than_the_anchor_and_orders_no_worse(foretold):
    data, outcome, (bank, score, anchor) = foretold
    order = compare_concordance(bank, score, outcome.time, outcome.event, strata=data.trial)
    assert order.difference == pytest.approx(0.006, abs=PRINTED)
    error = compare_brier_scores(
        bank[:, None], anchor[:, None], outcome.time, outcome.event, [HORIZON]
    )
    assert error.difference[0] == pytest.approx(-0.0077, abs=PRINTED)
    assert error.upper[0] < 0


def test_nobody_is_lost_and_every_stay_has_its_transition(amlsg_pool):
    data, _ = read_bank_data(amlsg_pool)
    stays = data.stays
    assert (stays.target == "death").sum() == 904
    assert len(np.unique(stays.patient)) == 1540
    bank = fit_bank(data, {})
    events = {model.transition.name: model.n_events for model in bank.transitions}
    assert events["remission > transplant_in_first_remission"] == 438
    assert events["relapse > death"] == 338
