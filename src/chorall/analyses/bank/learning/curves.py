"""From risks foretold by banks of several sizes to learning curves with their limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.learning.power_law import PowerLaw, fit_power_law
from chorall.analyses.bank.measures import HIGHEST_RISK, Outcome
from chorall.stats import brier_score, concordance, draw_bootstrap_rows

Floats = NDArray[np.float64]

MEASURES: Final = {"concordance": True, "brier": False}
"""By name: is higher better?"""

TAILS: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One bank of one size: what it foretold of all patients, who were left out of it.

    Attributes
    ----------
    by : str
        `patients` or `markers`: what was left out.
    size : float
        Patients or markers that it had, mean over the trials left out.
    repeat : int
        Number of the draw.
    risk : ndarray of shape (n,)
        Probability of the event by the horizon.
    """

    by: str
    size: float
    repeat: int
    risk: Floats


def measure_runs(
    outcome: Outcome, runs: Sequence[Run], trial: NDArray[np.str_], horizon: float, rows: Any
) -> dict[str, Floats]:
    """Return each measure of each run among some patients.

    Parameters
    ----------
    outcome : Outcome
        What happened.
    runs : sequence of Run, length k
        What was foretold.
    trial : ndarray of str, shape (n,)
        Concordance compares within.
    horizon : float
        In days.
    rows : ndarray of int64
        The patients, who may be there more than once.
    """
    time, event, entry = outcome.time[rows], outcome.event[rows], outcome.entry_time[rows]
    late = entry if (entry > 0).any() else None
    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    for run in runs:
        risk = np.clip(run.risk[rows], 1e-6, HIGHEST_RISK)
        order = concordance(risk, time, event, entry_time=late, strata=trial[rows])
        found["concordance"].append(order.concordance)
        error = brier_score(risk[:, None], time, event, [horizon], entry_time=late)
        found["brier"].append(float(error.brier[0]))
    return {name: np.array(values) for name, values in found.items()}


def resample_runs(
    outcome: Outcome,
    runs: Sequence[Run],
    trial: NDArray[np.str_],
    horizon: float,
    *,
    n_resamples: int,
    seed: int,
) -> dict[str, Floats]:
    """Return each measure of each run in resamples of the patients judged, shape (b, k)."""
    everybody = np.flatnonzero(outcome.is_followed)
    codes = np.unique(trial[everybody], return_inverse=True)[1]
    drawn = draw_bootstrap_rows(len(everybody), n_resamples=n_resamples, seed=seed, strata=codes)
    parts = [
        measure_runs(outcome, runs, trial, horizon, everybody[np.asarray(rows)]) for rows in drawn
    ]
    return {name: np.array([part[name] for part in parts]) for name in MEASURES}


def average(runs: Sequence[Run], values: Floats, by: str, repeats: Sequence[int]) -> Floats:
    """Return the mean of each size over some repeats; what has no repeats counts as it is."""
    return np.array(
        [_average_size(runs, values, by, size, repeats) for size in list_sizes(runs, by)]
    )


def _average_size(
    runs: Sequence[Run], values: Floats, by: str, size: float, repeats: Sequence[int]
) -> float:
    own = {
        run.repeat: values[place]
        for place, run in enumerate(runs)
        if run.by == by and run.size == size
    }
    return float(np.mean([own[one] for one in repeats if one in own] or list(own.values())))


def list_sizes(runs: Sequence[Run], by: str) -> list[float]:
    """Return the sizes that were tried, the smallest first."""
    return sorted({run.size for run in runs if run.by == by})


def average_draws(runs: Sequence[Run], draws: Floats, by: str, seed: int) -> tuple[Floats, Floats]:
    """Return the means by size in every resample of patients and of repeats, and their limits.

    Parameters
    ----------
    runs : sequence of Run, length k
    draws : ndarray of shape (b, k)
        The measure of each in resamples of the patients judged.
    by : str
        What was left out.
    seed : int
        Of the repeats drawn.

    Returns
    -------
    drawn : ndarray of shape (b, s)
    limits : ndarray of shape (2, s)
    """
    repeats = sorted({run.repeat for run in runs if run.by == by})
    generator = np.random.default_rng(seed)
    drawn = np.array(
        [average(runs, row, by, generator.choice(repeats, len(repeats)).tolist()) for row in draws]
    )
    return drawn, np.quantile(drawn, TAILS, axis=0)


def extrapolate(
    sizes: Floats, means: Floats, drawn: Floats, measure: str
) -> tuple[PowerLaw, list[PowerLaw]]:
    """Fit the law to the means, and again to those of every resample.

    Parameters
    ----------
    sizes, means : ndarray of shape (s,)
        Three sizes or more.
    drawn : ndarray of shape (b, s)
    measure : str
        One of `MEASURES`.
    """
    better = MEASURES[measure]
    law = fit_power_law(sizes, means, higher_is_better=better)
    return law, [fit_power_law(sizes, row, higher_is_better=better) for row in drawn]
