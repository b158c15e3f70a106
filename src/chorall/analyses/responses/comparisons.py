"""A binary outcome compared: with and without a marker, and by randomised arm in both groups."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from chorall.stats import fit_logistic, mantel_haenszel

FEWEST: Final = 5
"""Patients of a cell: with fewer (all trials) the exact test speaks; with fewer in a cell of marker
and arm a trial says nothing of the interaction."""


def compare_presence(
    present: NDArray[np.bool_],
    responded: NDArray[np.bool_],
    trial: NDArray[np.int64],
    conf_level: float,
) -> dict[str, Any]:
    """Compare present with absent, stratified by trial.

    Parameters
    ----------
    present, responded : ndarray of bool, shape (n,)
        Marker and outcome, both known.
    trial : ndarray of int, shape (n,)
        Code of the trial.
    conf_level : float
        Level of the limits.

    Returns
    -------
    dict
        Logistic regression with an intercept per trial; conditional and exact where one of the four
        cells holds fewer than 5 patients.
    """
    tables = np.array([
        [[int(((present == a) & (responded == b) & (trial == code)).sum()) for b in (True, False)]
         for a in (True, False)]
        for code in np.unique(trial)
    ])  # fmt: skip
    cells = tables.sum(axis=0)
    counts = {
        "n_patients": len(present),
        "n_present": int(cells[0].sum()),
        "responded_present": int(cells[0, 0]),
        "responded_absent": int(cells[1, 0]),
        "n_trials": len(np.unique(trial)),
    }
    line = counts | pool_differences(tables, conf_level)
    telling = (tables.sum(axis=1) > 0).all(axis=1) & (tables.sum(axis=2) > 0).all(axis=1)
    if not telling.any():
        return line | {"note": "no trial has both groups and both outcomes"}
    if cells.min() < FEWEST:
        found = mantel_haenszel(tables, conf_level=conf_level)
        return line | {
            "method": "exact",
            "odds_ratio": found.conditional_odds_ratio,
            "lower": found.conditional_lower,
            "upper": found.conditional_upper,
            "p_value": found.p_value,
        }
    used = np.isin(trial, np.unique(trial)[telling])
    fit = fit_logistic(
        present[used].astype(float)[:, None], responded[used], strata=trial[used],
        conf_level=conf_level,
    )  # fmt: skip
    return line | {
        "method": "logistic",
        "odds_ratio": float(fit.odds_ratio[0]),
        "lower": float(fit.lower[0]),
        "upper": float(fit.upper[0]),
        "p_value": float(fit.p_value[0]),
    }


def pool_differences(tables: NDArray[np.int64], conf_level: float) -> dict[str, Any]:
    """Return the difference of proportions, first row less second, within trials.

    Weights of Cochran, n1 n2 / (n1 + n2): unlike inverse variances they do not trust a trial in
    which everybody responded.
    """
    n = tables.sum(axis=2).astype(np.float64)
    rows = (n > 0).all(axis=1)
    if not rows.any() or n[rows].sum(axis=0).min() < FEWEST:
        return {}
    share = tables[rows, :, 0] / n[rows]
    variance = (share * (1 - share) / n[rows]).sum(axis=1)
    weights = n[rows].prod(axis=1) / n[rows].sum(axis=1)
    weights /= weights.sum()
    center = float(weights @ (share[:, 0] - share[:, 1]))
    width = float(ndtri((1 + conf_level) / 2)) * float(np.sqrt(weights**2 @ variance))
    return {
        "difference": center,
        "lower_difference": center - width,
        "upper_difference": center + width,
    }


def fit_arms(
    present: NDArray[np.bool_], treated: NDArray[np.bool_], responded: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return log odds ratios of treatment without and with the marker, their difference, errors.

    One trial; Firth's penalty keeps all finite. NaN with fewer than 5 patients in a cell.
    """
    cells = [(present == a) & (treated == b) for a in (False, True) for b in (False, True)]
    if min(int(cell.sum()) for cell in cells) < FEWEST or responded.all() or not responded.any():
        return np.full(3, np.nan), np.full(3, np.nan)
    x = np.column_stack([present, treated, present & treated]).astype(float)
    fit = fit_logistic(x, responded, firth=True)
    combine = np.array([[0.0, 1, 0], [0, 1, 1], [0, 0, 1]])
    covariance = fit.covariance[1:, 1:]
    return combine @ fit.log_odds_ratio, np.sqrt(np.diag(combine @ covariance @ combine.T))
