"""The simplest rival: a Cox model of age and white cells."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.rivals.task import Task
from chorall.stats import fit_cox, predict_cox_survival

ITEMS: Final = ("age_years", "wbc_10e9_per_l")
RIDGE: Final = 1e-3
"""Keeps the fit finite where all training patients have one age; no shrinkage otherwise."""


def predict_by_age_and_wbc(task: Task) -> NDArray[np.float64]:
    """Return the risk of the test patients by a Cox model of age and the logarithm of WBC."""
    places = [n for n, feature in enumerate(task.features) if feature.item in ITEMS]
    fit = fit_cox(
        task.x_train[:, places], task.time, task.event, entry_time=task.entry_time, ridge=RIDGE
    )
    found = predict_cox_survival(fit, task.x_test[:, places], [task.horizon])
    return np.asarray(1 - found.survival[:, 0])
