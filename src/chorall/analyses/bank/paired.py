"""Differences between two predictions of the same patients, with paired bootstrap limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.foretell import Foretold
from chorall.analyses.bank.measures import HIGHEST_RISK, Outcome, Row
from chorall.stats import bootstrap, concordance
from chorall.stats.observation_weights import estimate_weighting
from chorall.stats.predicted_risk import check_judged_risk

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

LEVEL: Final = 0.95
DIFFERENCE: Final = "difference to "
MEASURES: Final = ("concordance", "brier")


def compare_paired(
    outcome: Outcome,
    own: Booleans,
    bank: Foretold,
    rivals: Sequence[Foretold],
    trial: NDArray[np.str_],
    horizon: float,
    *,
    n_resamples: int,
    seed: int,
) -> list[Row]:
    """Return the bank less each rival, by resampling patients within trials.

    Every resample judges the bank and the rivals on the same patients, with weights for censoring
    found anew. The models are not fitted again: the limits are those of these predictions.

    Parameters
    ----------
    outcome : Outcome
        What happened.
    own : ndarray of bool, shape (n,)
        The patients of whom the bank and all of these rivals say something.
    bank : Foretold
        The first.
    rivals : sequence of Foretold
        The second, one after the other.
    trial : ndarray of str, shape (n,)
        Resampled within, and concordance compares within.
    horizon : float
        In days.
    n_resamples : int
        How often.
    seed : int
        Of the resamples.

    Returns
    -------
    list of dict
        model, measure, estimate, lower, upper, n, n_events.
    """
    models = [bank, *rivals]
    codes = np.unique(trial[own], return_inverse=True)[1]
    statistic = _make_statistic(len(models), horizon)
    orders = np.column_stack([model.order[own] for model in models])
    risks = np.column_stack([np.clip(model.risk[own], 1e-6, HIGHEST_RISK) for model in models])
    arrays = (
        orders, risks, outcome.time[own], outcome.event[own], outcome.entry_time[own], codes
    )  # fmt: skip
    found = bootstrap(
        statistic, arrays, n_resamples=n_resamples, seed=seed, strata=codes, conf_level=LEVEL
    )
    count = {"n": int(own.sum()), "n_events": int(outcome.event[own].sum())}
    return [
        {
            "model": f"{DIFFERENCE}{rival.name}", "measure": measure,
            "estimate": float(found.estimate[number, place]),
            "lower": float(found.lower[number, place]),
            "upper": float(found.upper[number, place]),
        }
        | count
        for place, rival in enumerate(rivals)
        for number, measure in enumerate(MEASURES)
    ]  # fmt: skip


def compare_recalibrated(
    outcome: Outcome,
    own: Booleans,
    risks: dict[str, Floats],
    trial: NDArray[np.str_],
    horizon: float,
    *,
    n_resamples: int,
    seed: int,
) -> list[Row]:
    """Return the Brier score of the first model less each other, all at corrected levels.

    What is left of a difference when no model is judged by how well it guessed the level of a
    trial that it had not seen. Arguments as for `compare_paired`; `risks` by name, the bank first.
    """
    codes = np.unique(trial[own], return_inverse=True)[1]
    columns = np.column_stack([np.clip(risk[own], 1e-6, HIGHEST_RISK) for risk in risks.values()])

    def measure(risks: Floats, time: Floats, event: Booleans, entry: Floats) -> Floats:
        late = entry if (entry > 0).any() else None
        found = _find_brier(risks, time, event, late, horizon)
        return np.asarray(found[:1] - found[1:])

    arrays = (columns, outcome.time[own], outcome.event[own], outcome.entry_time[own])
    found = bootstrap(
        measure, arrays, n_resamples=n_resamples, seed=seed, strata=codes, conf_level=LEVEL
    )
    count = {"n": int(own.sum()), "n_events": int(outcome.event[own].sum())}
    return [
        {
            "model": f"{DIFFERENCE}{name}", "measure": "brier_recalibrated",
            "estimate": float(found.estimate[place]), "lower": float(found.lower[place]),
            "upper": float(found.upper[place]),
        }
        | count
        for place, name in enumerate(list(risks)[1:])
    ]  # fmt: skip


def _make_statistic(n_models: int, horizon: float) -> Callable[..., Any]:
    """Return a function of resampled arrays: differences in concordance and Brier score."""

    def measure(
        orders: Floats, risks: Floats, time: Floats, event: Booleans, entry: Floats, codes: Any
    ) -> Floats:
        late = entry if (entry > 0).any() else None
        order = [
            concordance(orders[:, place], time, event, entry_time=late, strata=codes).concordance
            for place in range(n_models)
        ]
        found = np.array([order, _find_brier(risks, time, event, late, horizon)])
        return np.asarray(found[:, :1] - found[:, 1:])

    return measure


def _find_brier(
    risks: Floats, time: Floats, event: Booleans, late: Floats | None, horizon: float
) -> Floats:
    """Return the Brier score of each column; `brier_score` would weigh anew for every one."""
    judged = check_judged_risk(risks[:, 0], time, event, [horizon], None, late)
    weights, is_known = estimate_weighting(judged.outcome, None).weigh(horizon)
    if not is_known:
        return np.full(risks.shape[1], np.nan)
    errors = (judged.outcome.find_cases(horizon)[:, None] - risks) ** 2
    return np.asarray((weights[:, None] * errors).mean(axis=0))
