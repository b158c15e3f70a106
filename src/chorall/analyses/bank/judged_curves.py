"""Curves of a validation: smooth calibration of each group, and net benefit by threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.foretell import Foretold
from chorall.analyses.bank.measures import HIGHEST_RISK, Outcome, Row
from chorall.errors import ChorallError
from chorall.stats import bootstrap, calibration, decision_curve

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

EVERY: Final = 5
"""The curve has 101 points; every fifth is kept."""

THRESHOLDS: Final = np.round(np.arange(0.05, 0.96, 0.05), 2)


def draw_calibration(
    outcome: Outcome, own: Booleans, risk: Floats, horizon: float, level: str
) -> list[Row]:
    """Return the smooth calibration curve among some patients; nothing where it has none.

    Parameters
    ----------
    outcome : Outcome
        What happened.
    own : ndarray of bool, shape (n,)
        The patients.
    risk : ndarray of shape (n,)
        Probability of the event by the horizon.
    horizon : float
        In days.
    level : str
        `as_foretold` or `recalibrated`.

    Returns
    -------
    list of dict
        level, predicted, observed, lower, upper, n.
    """
    known = own & np.isfinite(risk)
    try:
        found = calibration(
            np.clip(risk[known], 1e-6, HIGHEST_RISK), outcome.time[known], outcome.event[known],
            horizon, entry_time=outcome.entry_time[known],
        )  # fmt: skip
    except ChorallError:
        return []
    columns = (
        found.curve_predicted, found.curve_observed, found.curve_lower, found.curve_upper
    )  # fmt: skip
    if np.isnan(found.curve_observed).any():
        return []
    names = ("predicted", "observed", "lower", "upper")
    return [
        {"level": level, "n": int(known.sum())} | dict(zip(names, map(float, point), strict=True))
        for point in list(zip(*columns, strict=True))[::EVERY]
    ]


def draw_decisions(
    outcome: Outcome,
    own: Booleans,
    models: Sequence[Foretold],
    trial: NDArray[np.str_],
    horizon: float,
    *,
    n_resamples: int,
    seed: int,
) -> list[Row]:
    """Return the net benefit of each model by threshold, with bootstrap limits.

    Also that of acting in everybody (`everybody`), and the first model less each other and less
    the better of everybody and nobody (`bank less ...`).

    Parameters
    ----------
    outcome : Outcome
        What happened.
    own : ndarray of bool, shape (n,)
        The patients.
    models : sequence of Foretold
        The bank first.
    trial : ndarray of str, shape (n,)
        Resampled within.
    horizon : float
        In days.
    n_resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    list of dict
        model, threshold, net_benefit, lower, upper.
    """
    risks = np.column_stack([np.clip(model.risk[own], 0, HIGHEST_RISK) for model in models])
    codes = np.unique(trial[own], return_inverse=True)[1]

    def measure(risks: Floats, time: Floats, event: Booleans, entry: Floats) -> Floats:
        late = entry if (entry > 0).any() else None
        curves: list[Any] = [
            decision_curve(risks[:, place], time, event, horizon, THRESHOLDS, entry_time=late)
            for place in range(risks.shape[1])
        ]
        benefit = [curve.net_benefit for curve in curves]
        everybody = curves[0].net_benefit_all
        less = [benefit[0] - other for other in benefit[1:]]
        return np.array([*benefit, everybody, *less, benefit[0] - np.maximum(everybody, 0)])

    arrays = (risks, outcome.time[own], outcome.event[own], outcome.entry_time[own])
    found = bootstrap(measure, arrays, n_resamples=n_resamples, seed=seed, strata=codes)
    first = models[0].name
    names = [
        *(model.name for model in models), "everybody",
        *(f"{first} less {model.name}" for model in models[1:]),
        f"{first} less the better of everybody and nobody",
    ]  # fmt: skip
    return [
        {
            "model": name, "threshold": float(cut), "net_benefit": float(found.estimate[k, t]),
            "lower": float(found.lower[k, t]), "upper": float(found.upper[k, t]),
        }
        for k, name in enumerate(names)
        for t, cut in enumerate(THRESHOLDS)
    ]  # fmt: skip
