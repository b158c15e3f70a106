"""Stepwise selection by AIC or BIC: what is mostly done, and mostly too sure of itself."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.rivals.task import Task, find_risk
from chorall.errors import ConvergenceError
from chorall.stats import fit_cox, scan_markers

Floats = NDArray[np.float64]

MOST: Final = 29
"""As many covariates as a scan adjusts for; no selection on the way came near it."""

LEAST_CARRIERS: Final = 8


def predict_by_aic(task: Task) -> Floats:
    """Return the risk of the test patients by forward and backward selection with AIC."""
    return _predict(task, 2.0)


def predict_by_bic(task: Task) -> Floats:
    """Return the risk of the test patients by the same with BIC of the number of events."""
    return _predict(task, float(np.log(task.event.sum())))


def _predict(task: Task, price: float) -> Floats:
    chosen = select(task, price)
    if not chosen:
        return find_risk(task, np.zeros(len(task.time)), np.zeros(len(task.x_test)))
    effects = fit_cox(
        task.x_train[:, chosen], task.time, task.event, entry_time=task.entry_time
    ).log_hazard_ratio
    return find_risk(task, task.x_train[:, chosen] @ effects, task.x_test[:, chosen] @ effects)


def select(task: Task, price: float) -> list[int]:
    """Add the best feature and drop any that no longer pays, until nothing pays.

    Parameters
    ----------
    task : Task
        The training patients.
    price : float
        What a feature must add to twice the log likelihood: 2 for AIC, log(events) for BIC.

    Returns
    -------
    list of int
        Places of the features chosen, in the order of their choice.
    """
    chosen: list[int] = []
    for _ in range(2 * task.x_train.shape[1]):
        added = _find_best(task, chosen, price)
        if added is None or len(chosen) == MOST:
            return chosen
        chosen.append(added)
        chosen = _drop(task, chosen, price)
    return chosen


def _find_best(task: Task, chosen: list[int], price: float) -> int | None:
    """Return the feature that adds most, if that is more than its price."""
    rest = np.setdiff1d(np.arange(task.x_train.shape[1]), chosen)
    if not len(rest):
        return None
    scan = scan_markers(
        task.x_train[:, rest], task.time, task.event, entry_time=task.entry_time,
        covariates=task.x_train[:, chosen] if chosen else None, firth_below=0,
        separated="score", minimum_carriers=LEAST_CARRIERS, n_threads=1,
    )  # fmt: skip
    usable = (scan.method == "likelihood") & scan.converged
    gain = np.where(usable, scan.likelihood_ratio_chi_square, -np.inf)
    best = int(np.argmax(gain))
    return int(rest[best]) if gain[best] > price else None


def _drop(task: Task, chosen: list[int], price: float) -> list[int]:
    """Leave out, worst first, what costs more than it adds; never the one just added."""
    while len(chosen) > 2:
        whole = _measure(task, chosen)
        losses = [2 * (whole - _measure(task, [p for p in chosen if p != q])) for q in chosen[:-1]]
        worst = int(np.argmin(losses))
        if losses[worst] >= price:
            break
        chosen = [place for number, place in enumerate(chosen) if number != worst]
    return chosen


def _measure(task: Task, places: list[int]) -> float:
    try:
        fit = fit_cox(task.x_train[:, places], task.time, task.event, entry_time=task.entry_time)
    except ConvergenceError:
        return -np.inf
    return float(fit.log_likelihood)
