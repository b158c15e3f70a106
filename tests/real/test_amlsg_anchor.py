"""The anchor on its own data: CoxRFX on AMLSG as ridge terms in R and its equations say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from real.amlsg_anchor import Anchor, read_anchor
from real.conftest import DATA

from chorall.stats import concordance, fit_random_effects_cox

pytestmark = pytest.mark.skipif(
    not (DATA / "aml-multistage").is_dir(),
    reason="the real data ../shared/data/aml-multistage are not on this machine",
)
SAME = 1e-4  # what was asked for; both loops stop at relative changes of 1e-7
# trained on the two other trials: concordance of the third, as docs/bank.md reports it
DIRECTIONS = {"AMLHD98A": 0.688, "AMLHD98B": 0.656, "AMLSG0704": 0.683}
FOLDS = 0.706
PRINTED = 5e-4


@pytest.fixture(scope="module")
def anchor() -> Anchor:
    return read_anchor()


def fit(anchor, patients=None, tolerance=1e-3):
    rows = slice(None) if patients is None else np.isin(anchor.patient, patients)
    return fit_random_effects_cox(
        anchor.x[rows], anchor.groups, anchor.time[rows], anchor.event[rows],
        entry_time=anchor.entry_time[rows], freedom="coxrfx", tolerance=tolerance,
    )  # fmt: skip


@pytest.fixture(scope="module")
def whole(anchor):
    return fit(anchor, tolerance=1e-7)


def test_groups_are_those_of_the_anchor(anchor):
    sizes = {group: anchor.groups.count(group) for group in set(anchor.groups)}
    assert (sizes["fusions"], sizes["copy number"]) == (8, 18)
    assert (sizes["clinical"], sizes["demographics"], sizes["treatment"]) == (11, 2, 4)
    assert (len(anchor.followed), anchor.event.sum()) == (1540, 904)


@pytest.mark.parametrize("quantity", ["group_variance", "group_mean", "log_hazard_ratio"])
def test_ridge_terms_of_r_say_the_same(anchor, whole, quantity):
    table = pl.read_csv(
        Path(__file__).with_name("random_effects_amlsg.csv"), comment_prefix="#"
    ).filter(pl.col("quantity") == quantity)
    names = anchor.names if quantity == "log_hazard_ratio" else whole.groups.tolist()
    assert table["name"].to_list() == names
    np.testing.assert_allclose(getattr(whole, quantity), table["value"], rtol=0, atol=SAME)


def test_the_published_equations_hold_at_the_solution(anchor, whole):
    """Slow and plain: the penalised score is 0 and the variances map to themselves."""
    members = (np.array(anchor.groups)[:, None] == whole.groups).astype(float)
    score, information = score_by_hand(anchor, whole.log_hazard_ratio)
    penalty = members @ (1 / whole.group_variance)
    both = np.hstack([np.eye(len(penalty)), members])
    penalised = np.concatenate([penalty * whole.deviation, np.zeros(len(whole.groups))])
    np.testing.assert_allclose(both.T @ score - penalised, 0, atol=1e-4)
    hessian = both.T @ information @ both
    inverse = np.linalg.inv(hessian + np.diag(np.r_[penalty, np.zeros(len(whole.groups))]))
    sandwich = inverse @ hessian @ inverse
    for place, variance in enumerate(whole.group_variance):
        own = np.flatnonzero(members[:, place])
        freedom = np.trace(np.linalg.inv(inverse[np.ix_(own, own)]) @ sandwich[np.ix_(own, own)])
        update = (whole.deviation[own] ** 2).sum() / freedom
        assert update == pytest.approx(variance, abs=SAME)


def score_by_hand(anchor, effects):
    """Return score and information of Efron's partial likelihood, death by death."""
    risk = np.exp(anchor.x @ effects)
    shares = []
    for day in np.unique(anchor.time[anchor.event]):
        at_risk = (anchor.entry_time < day) & (anchor.time >= day)
        dying = anchor.event & (anchor.time == day)
        for k in range(int(dying.sum())):
            weight = np.where(at_risk, risk, 0) - np.where(dying, risk, 0) * k / dying.sum()
            shares.append(weight / weight.sum())
    weights = np.array(shares)
    means = weights @ anchor.x
    squares = anchor.x.T @ (weights.sum(axis=0)[:, None] * anchor.x)
    return anchor.x[anchor.event].sum(axis=0) - means.sum(axis=0), squares - means.T @ means


@pytest.mark.parametrize("trial", DIRECTIONS)
def test_two_trials_foretell_the_third_as_reported(anchor, trial):
    held_out = np.flatnonzero(anchor.trial == trial)
    trained = fit(anchor, np.flatnonzero(anchor.trial != trial))
    assert measure(anchor, trained, held_out) == pytest.approx(DIRECTIONS[trial], abs=PRINTED)


def test_patients_left_out_are_told_apart_as_reported(anchor):
    order = np.random.default_rng(1).permutation(len(anchor.followed))
    found = []
    for fold in np.array_split(order, 5):
        found.append(measure(anchor, fit(anchor, np.setdiff1d(order, fold)), fold))
    assert np.mean(found) == pytest.approx(FOLDS, abs=PRINTED)


def measure(anchor, trained, patients):
    """Return the concordance by what is known at diagnosis; transplantation comes later."""
    risk = anchor.baseline[patients] @ trained.log_hazard_ratio
    return concordance(risk, anchor.followed[patients], anchor.died[patients]).concordance
