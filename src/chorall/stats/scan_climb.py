"""Calls of the compiled fits on a block of markers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.stats._scan_climb import climb_markers, find_workspace_size
from chorall.stats.arrays import Booleans, Floats
from chorall.stats.scan_data import ScanData
from chorall.stats.scan_pack import Block
from chorall.stats.scan_settings import ScanSettings

LEFT_OUT = -1


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """Where the fits of a block ended; entries of lanes that were left out are NaN and -1.

    Attributes
    ----------
    coefficients : ndarray of shape (k, columns)
        In units of the scaled covariates and packed markers.
    start, objective : ndarray of shape (k,)
        Log-likelihood (penalised by Firth's term, if so asked) at the start and at the end.
    score : ndarray of shape (k,)
        Score chi-square of the last column at the start.
    variance : ndarray of shape (k,)
        Of the last coefficient.
    code, n_steps : ndarray of int32, shape (k,)
        How it ended (see _scan_climb.pyx), and after how many steps.
    """

    coefficients: Floats
    start: Floats
    objective: Floats
    score: Floats
    variance: Floats
    code: NDArray[np.int32]
    n_steps: NDArray[np.int32]


def climb(
    data: ScanData,
    block: Block,
    max_steps: NDArray[np.int32],
    coefficients: Floats,
    settings: ScanSettings,
    *,
    n_held: int = 0,
    firth: bool = False,
    tolerance: float | None = None,
) -> Climb:
    """Fit the markers of a block from `coefficients`; the last `n_held` columns do not move."""
    k, n_columns = coefficients.shape
    ended = np.array(coefficients, dtype=np.float64, order="C")
    results = np.full((k, 4), np.nan)
    report = np.full((k, 2), LEFT_OUT, dtype=np.int32)
    start, objective, score, variance = results.T
    unfinished = Climb(ended, start, objective, score, variance, report[:, 0], report[:, 1])
    if (max_steps == LEFT_OUT).all():
        return unfinished
    workspace = np.empty(find_workspace_size(data.layout))
    climb_markers(
        data.layout, block.packed, block.counts, block.ranges, max_steps, ended, results, report,
        n_columns - n_held, firth, settings.tolerance if tolerance is None else tolerance,
        workspace, settings.width,
    )  # fmt: skip
    return unfinished


def limit_steps(wanted: Booleans, limit: int) -> NDArray[np.int32]:
    """Return the limit for the wanted lanes; the others are left out."""
    return np.where(wanted, limit, LEFT_OUT).astype(np.int32)


def append_zero(coefficients: Floats) -> Floats:
    """Return coefficients with a further column that starts at 0."""
    return np.column_stack([coefficients, np.zeros(len(coefficients))])
