"""The observed risk at a horizon, of all patients and of groups of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Floats, Integers
from chorall.stats.competing_risks import cumulative_incidence
from chorall.stats.predicted_risk import Outcome
from chorall.stats.survival_curve import kaplan_meier


class ObservedRisk(NamedTuple):
    """Risk of the event of interest by a horizon; NaN when nobody was followed to it."""

    risk: float
    standard_error: float
    lower: float
    upper: float


class ObservedGroups(NamedTuple):
    """Patients, mean prediction and observed risk with limits of g groups."""

    n: Integers
    predicted: Floats
    observed: Floats
    lower: Floats
    upper: Floats


def observe_risk(outcome: Outcome, horizon: float, conf_level: float) -> ObservedRisk:
    """Return the Aalen-Johansen estimate, Kaplan-Meier's with Greenwood's error if one cause.

    With delayed entry it is NaN when nobody bridges two periods before the horizon.
    """
    time, cause, entry_time = outcome
    if entry_time is not None and has_gap(time, entry_time, horizon):
        return ObservedRisk(*[float("nan")] * 4)
    if not (cause == 2).any():
        survival = kaplan_meier(time, cause == 1, entry_time=entry_time, conf_level=conf_level).at(
            horizon
        )
        values = (
            1 - survival.survival[0],
            survival.standard_error[0],
            1 - survival.upper[0],
            1 - survival.lower[0],
        )
    else:
        curves = cumulative_incidence(
            time, cause, entry_time=entry_time, n_causes=2, conf_level=conf_level
        ).at(horizon)
        values = (
            curves.cumulative_incidence[0, 0],
            curves.standard_error[0, 0],
            curves.lower[0, 0],
            curves.upper[0, 0],
        )
    return ObservedRisk(*(float(value) for value in values))


def has_gap(time: Floats, entry_time: Floats, horizon: float) -> bool:
    """Tell whether at an entry by the horizon, but the first, nobody else is under observation.

    Also when nobody has entered by the horizon.
    """
    grid, n_entering = np.unique(entry_time[entry_time <= horizon], return_counts=True)
    if not len(grid):
        return True
    n_left = np.searchsorted(np.sort(time), grid, side="right")
    n_before = np.cumsum(n_entering) - n_entering - n_left
    return bool((n_before[1:] <= 0).any())


def observe_groups(
    predicted: Floats,
    outcome: Outcome,
    horizon: float,
    n_groups: int,
    conf_level: float,
    weights: Floats,
) -> ObservedGroups:
    """Cut at quantiles of the prediction and return what was predicted and observed in each."""
    inner = np.quantile(predicted, np.arange(1, n_groups) / n_groups)
    group = np.searchsorted(np.unique(inner), predicted, side="right")
    members = [np.flatnonzero(group == code) for code in np.unique(group)]
    observed = [observe_risk(outcome.take(who), horizon, conf_level) for who in members]
    risk, _, lower, upper = np.array(observed).T
    return ObservedGroups(
        np.array([len(who) for who in members]),
        np.array([find_mean(predicted[who], weights[who]) for who in members]),
        risk, lower, upper,
    )  # fmt: skip


def find_mean(values: Floats, weights: Floats) -> float:
    """Return the weighted mean, NaN when all weights are 0."""
    total = weights.sum()
    return float(values @ weights / total) if total > 0 else float("nan")
