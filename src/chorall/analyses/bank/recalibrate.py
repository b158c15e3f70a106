"""Correct the level of a held-out trial from some of its patients, and judge it in the others."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.measures import HIGHEST_RISK, Outcome
from chorall.errors import ChorallError
from chorall.stats import calibration, draw_folds

Floats = NDArray[np.float64]

N_PARTS: Final = 5


def recalibrate(
    outcome: Outcome, risk: Floats, trial: NDArray[np.str_], horizon: float, seed: int
) -> Floats:
    """Return the risks with the level of each trial corrected, nobody by his own outcome.

    A trial is dealt into five parts. The log ratio of hazards between observed and foretold in four
    of them (calibration in the large, slope held at 1) corrects the fifth.

    Parameters
    ----------
    outcome : Outcome
        What happened.
    risk : ndarray of shape (n,)
        Probability of the event by the horizon, foretold without the trial.
    trial : ndarray of str, shape (n,)
        Of each patient.
    horizon : float
        In days.
    seed : int
        Of the parts.

    Returns
    -------
    ndarray of shape (n,)
        NaN in trials with too few events for it.
    """
    found = np.full(len(risk), np.nan)
    known = outcome.is_followed & np.isfinite(risk)
    for name in np.unique(trial):
        rows = np.flatnonzero(known & (trial == name))
        if len(rows) < 2 * N_PARTS:
            continue
        own = outcome.event[rows].astype(int)
        for fold in draw_folds(len(rows), n_folds=N_PARTS, seed=seed, strata=own):
            learnt, judged = rows[fold.train], rows[fold.test]
            found[judged] = shift(risk[judged], _find_shift(outcome, learnt, risk, horizon))
    return found


def shift(risk: Floats, log_ratio: float) -> Floats:
    """Return the risks at hazards that are exp(log_ratio) times as high."""
    kept = np.log1p(-np.clip(risk, 0, HIGHEST_RISK))
    return np.asarray(-np.expm1(kept * np.exp(log_ratio)))


def _find_shift(outcome: Outcome, rows: NDArray[np.int64], risk: Floats, horizon: float) -> float:
    try:
        return calibration(
            np.clip(risk[rows], 1e-6, HIGHEST_RISK), outcome.time[rows], outcome.event[rows],
            horizon, entry_time=outcome.entry_time[rows],
        ).intercept  # fmt: skip
    except ChorallError:
        return float("nan")
