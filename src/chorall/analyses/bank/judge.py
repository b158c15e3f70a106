"""Judge what was foretold: every group of patients, every model, every measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.foretell import BANK, Foretold
from chorall.analyses.bank.measures import Outcome, Row, compare, measure, measure_recalibrated
from chorall.analyses.bank.paired import DIFFERENCE, compare_paired, compare_recalibrated
from chorall.analyses.bank.patient_groups import EVERYBODY, TRIAL

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

LEAST_EVENTS: Final = 20
"""A group with fewer events has no figures of its own."""

SIMPLEST: Final = "age_and_wbc"


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """By what is judged.

    Attributes
    ----------
    trial : ndarray of str, shape (n,)
        Of each patient.
    horizon : float
        In days.
    n_resamples, seed : int
        Of the paired bootstrap.
    """

    trial: NDArray[np.str_]
    horizon: float
    n_resamples: int
    seed: int


def judge_group(
    judge: Judge,
    outcome: Outcome,
    group: str,
    own: Booleans,
    models: Sequence[Foretold],
    *,
    differences: bool,
) -> list[Row]:
    """Return the rows of one group of patients; none with fewer than 20 events.

    Parameters
    ----------
    judge : Judge
        By what.
    outcome : Outcome
        What happened.
    group : str
        Its name: everybody and trials are judged by all models, subgroups by the bank and the
        simplest rival.
    own : ndarray of bool, shape (n,)
        Its patients who were followed.
    models : sequence of Foretold
        The bank first.
    differences : bool
        True adds the bank less each other.
    """
    if outcome.event[own].sum() < LEAST_EVENTS:
        return []
    is_whole = group == EVERYBODY or group.startswith(TRIAL)
    fitted = [one for one in models if one.is_fitted and np.isfinite(one.risk[own]).all()]
    if not is_whole:
        fitted = [one for one in fitted if one.name in (BANK, SIMPLEST)]
    rows = [
        {"model": model.name} | row
        for model in fitted
        for row in measure(outcome, own, model.risk, judge.trial, judge.horizon)
    ]
    if not differences:
        return rows
    if not is_whole:
        return rows + _compare_simplest(judge, outcome, own, fitted)
    rows += _compare(judge, outcome, own, models[0], fitted[1:])
    for published in models:
        if not published.is_fitted:
            rows += _judge_published(judge, outcome, own, models[0], published)
    return rows


def _compare(
    judge: Judge, outcome: Outcome, own: Booleans, bank: Foretold, rivals: Sequence[Foretold]
) -> list[Row]:
    if not rivals:
        return []
    return compare_paired(
        outcome, own, bank, rivals, judge.trial, judge.horizon,
        n_resamples=judge.n_resamples, seed=judge.seed,
    )  # fmt: skip


def _compare_simplest(
    judge: Judge, outcome: Outcome, own: Booleans, fitted: Sequence[Foretold]
) -> list[Row]:
    """Return the difference in a subgroup, with limits from the influence of each patient."""
    if len(fitted) < 2:
        return []
    risks = (fitted[0].risk, fitted[1].risk)
    name = f"{DIFFERENCE}{fitted[1].name}"
    return [
        row | {"model": name} for row in compare(outcome, own, risks, judge.trial, judge.horizon)
    ]


def _judge_published(
    judge: Judge, outcome: Outcome, own: Booleans, bank: Foretold, published: Foretold
) -> list[Row]:
    """Compare with published groups, among the patients whom they place."""
    placed = own & np.isfinite(published.order) & np.isfinite(published.risk)
    enough = outcome.event[placed].sum() >= LEAST_EVENTS
    if not enough or len(np.unique(published.order[placed])) < 2:
        return []
    rows: list[dict[str, Any]] = [
        {"model": published.name} | row
        for row in measure(
            outcome, placed, published.risk, judge.trial, judge.horizon, order=published.order
        )
    ]
    return rows + _compare(judge, outcome, placed, bank, [published])


def judge_recalibrated(
    judge: Judge, outcome: Outcome, group: str, own: Booleans, risks: dict[str, Floats]
) -> list[Row]:
    """Return observed over expected and the Brier score of the bank at corrected levels.

    For everybody and trials also its Brier score less that of each fitted rival, all corrected.

    Parameters
    ----------
    judge : Judge
        By what.
    outcome : Outcome
        What happened.
    group : str
        Its name.
    own : ndarray of bool, shape (n,)
        Its patients who were followed.
    risks : dict of str to ndarray of shape (n,)
        Corrected risks by model, the bank first.
    """
    known = own & np.isfinite(risks[BANK])
    if outcome.event[known].sum() < LEAST_EVENTS:
        return []
    found = measure_recalibrated(outcome, known, risks[BANK], judge.horizon)
    rows = [{"model": BANK} | row for row in found]
    kept = {name: risk for name, risk in risks.items() if np.isfinite(risk[known]).all()}
    if len(kept) < 2 or not (group == EVERYBODY or group.startswith(TRIAL)):
        return rows
    return rows + compare_recalibrated(
        outcome, known, kept, judge.trial, judge.horizon,
        n_resamples=judge.n_resamples, seed=judge.seed,
    )  # fmt: skip
