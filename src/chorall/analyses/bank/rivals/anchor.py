"""The anchor: one CoxRFX model of the endpoint, as the AML knowledge bank fits it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.rivals.task import Task, find_risk
from chorall.models.bank.design import build_design
from chorall.stats import fit_random_effects_cox

TOLERANCE: Final = 1e-3
"""Where CoxRFX stops."""


def predict_by_anchor(task: Task) -> NDArray[np.float64]:
    """Return the risk of the test patients by a random-effects Cox model as published.

    All features and the pairs of markers that 8 training patients have, groups with a normal
    distribution each (Gerstung et al. 2017, doi:10.1038/ng.3756).
    """
    design = build_design(task.features, (), task.x_train)
    x, x_test = design.expand(task.x_train), design.expand(task.x_test)
    varies = np.ptp(x, axis=0) > 0
    groups = np.array([covariate.group for covariate in design.covariates])[varies]
    fit = fit_random_effects_cox(
        x[:, varies], groups, task.time, task.event, entry_time=task.entry_time,
        freedom="coxrfx", tolerance=TOLERANCE,
    )  # fmt: skip
    effects = fit.log_hazard_ratio
    return find_risk(task, x[:, varies] @ effects, x_test[:, varies] @ effects)
