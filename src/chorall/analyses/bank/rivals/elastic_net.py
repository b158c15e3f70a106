"""Elastic net: Cox models whose coefficients are shrunk, many of them to 0."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.rivals.breslow import find_partial_likelihood
from chorall.analyses.bank.rivals.task import Task, find_risk
from chorall.models.bank.design import build_design
from chorall.stats import draw_folds, fit_elastic_net_cox

Floats = NDArray[np.float64]

MIXTURES: Final = (0.1, 0.5, 1.0)
"""From nearly ridge to lasso."""

N_PENALTIES: Final = 40
SMALLEST: Final = 0.01
N_FOLDS: Final = 5


def predict_by_elastic_net(task: Task) -> Floats:
    """Return the risk of the test patients; mixture and penalty by folds of the training patients.

    Features and the same pairs of markers as the anchor. Chosen is what has the largest
    cross-validated partial likelihood (Verweij and van Houwelingen 1993,
    doi:10.1002/sim.4780122407).
    """
    design = build_design(task.features, (), task.x_train)
    x, x_test = design.expand(task.x_train), design.expand(task.x_test)
    best, effects = -np.inf, np.zeros(x.shape[1])
    for mixture in MIXTURES:
        path = _fit(task, x, slice(None), mixture)
        gain = _cross_validate(task, x, mixture, path.penalty)
        place = int(np.argmax(gain))
        if gain[place] > best:
            best, effects = float(gain[place]), path.log_hazard_ratio[place]
    return find_risk(task, x @ effects, x_test @ effects)


def _fit(task: Task, x: Floats, rows: Any, mixture: float, penalties: Floats | None = None) -> Any:
    settings: dict[str, Any] = {"n_penalties": N_PENALTIES, "smallest_ratio": SMALLEST}
    if penalties is not None:
        settings = {"penalties": penalties}
    return fit_elastic_net_cox(
        x[rows], task.time[rows], task.event[rows], entry_time=task.entry_time[rows],
        l1_ratio=mixture, **settings,
    )  # fmt: skip


def _cross_validate(task: Task, x: Floats, mixture: float, penalties: Floats) -> Floats:
    """Return for each penalty the log partial likelihood of those left out, summed over folds."""
    folds = draw_folds(
        len(task.time), n_folds=N_FOLDS, seed=task.seed, strata=task.event.astype(int)
    )
    total = np.zeros(len(penalties))
    for fold in folds:
        effects = _fit(task, x, fold.train, mixture, penalties).log_hazard_ratio
        scores = x @ effects.T
        for rows, sign in ((slice(None), 1), (fold.train, -1)):
            total += sign * find_partial_likelihood(
                scores[rows], task.time[rows], task.event[rows], task.entry_time[rows]
            )
    return total
