"""One fold as every rival is given it: training patients with their outcome, test patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.measures import Outcome
from chorall.analyses.bank.rivals.breslow import find_hazard
from chorall.models.bank.bank_fit import BankData
from chorall.models.bank.conditional import FeatureLaw
from chorall.models.bank.design import MRD
from chorall.models.bank.features import Feature

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What a rival learns from, and whom it foretells.

    Attributes
    ----------
    features : tuple of Feature, length f
        Those known at diagnosis: no MRD.
    x_train : ndarray of shape (n, f)
        Training patients who were followed; what is missing has its mean given what is known,
        by the law of the training patients.
    time, event, entry_time : ndarray of shape (n,)
        Their outcome.
    x_test : ndarray of shape (m, f)
        Those to foretell, completed by the same law.
    horizon : float
        In days.
    seed : int
        Of what is drawn in tuning.
    """

    features: tuple[Feature, ...]
    x_train: Floats
    time: Floats
    event: Booleans
    entry_time: Floats
    x_test: Floats
    horizon: float
    seed: int


def make_task(
    data: BankData,
    law: FeatureLaw,
    outcome: Outcome,
    train: Integers,
    test: Integers,
    horizon: float,
    seed: int,
) -> Task:
    """Return the task of one fold.

    Parameters
    ----------
    data : BankData
        Features of all patients.
    law : FeatureLaw
        Of the training patients.
    outcome : Outcome
        Of all patients; that of the test patients is not handed on.
    train, test : ndarray of int64
        Rows.
    horizon : float
        In days.
    seed : int
        Of the tuning.
    """
    is_later = np.array([feature.group == MRD for feature in data.features], bool)
    known = np.flatnonzero(~is_later)
    values = data.values.copy()
    # MRD comes later: a test patient's would tell of the future
    values[np.ix_(test, np.flatnonzero(is_later))] = np.nan
    x = law.expect(values)[:, known]
    own = train[outcome.is_followed[train]]
    return Task(
        tuple(data.features[place] for place in known), x[own], outcome.time[own],
        outcome.event[own], outcome.entry_time[own], x[test], horizon, seed,
    )  # fmt: skip


def find_risk(task: Task, score_train: Floats, score_test: Floats) -> Floats:
    """Return the risk by the horizon for log hazards, with Breslow's baseline of the training.

    Parameters
    ----------
    task : Task
        The fold.
    score_train : ndarray of shape (n,)
        Log hazards of the training patients.
    score_test : ndarray of shape (m,)
        Those of the test patients.
    """
    centre = float(score_train.mean())
    hazard = find_hazard(score_train - centre, task.time, task.event, task.entry_time, task.horizon)
    return np.asarray(-np.expm1(-hazard * np.exp(score_test - centre)))
