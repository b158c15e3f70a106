"""Influence of each patient on a Fine-Gray fit, with the estimation of the weights counted in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats._fine_gray_residuals import find_residuals
from chorall.stats.arrays import Floats, Integers, freeze
from chorall.stats.fine_gray_data import FineGrayRows
from chorall.stats.fine_gray_sums import FineGraySums

# rows that are multiplied at once, so that no second copy of them all is made
BLOCK = 2048


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayBasis:
    """What predictions with limits are computed from; not meant to be read.

    Attributes
    ----------
    rows : FineGrayRows
        Sorted follow-up of n rows.
    sums : FineGraySums
        Sums over risk sets at the estimate, for standardised covariates.
    clusters : ndarray of shape (n,), or None
        Cluster of each sorted row; None when every row stands for itself.
    influence : ndarray of shape (n, p), or (n_clusters, p)
        Influence of each row or cluster on the standardised coefficients.
    coefficients, centre, scale : ndarray of shape (p,)
        Standardised coefficients, and mean and standard deviation of each covariate.
    strata : ndarray of shape (n_strata,), or None
        Labels of the strata; None without strata.
    """

    rows: FineGrayRows
    sums: FineGraySums
    clusters: Integers | None
    influence: Floats
    coefficients: Floats
    centre: Floats
    scale: Floats
    strata: Floats | None

    def __post_init__(self) -> None:
        freeze(self)


def find_score_residuals(
    rows: FineGrayRows, sums: FineGraySums, x: Floats, *, known_weights: bool = False
) -> Floats:
    """Return each row's influence on the score, shape (n, p), in sorted order.

    This is eta + psi of Fine and Gray: the martingale part of the row itself, and how the row
    moves the score through the censoring weights that it helped to estimate (through those
    for late entry likewise). With `known_weights` the second part is left out.
    """
    by_time, by_entry = rows.list_by_time()
    return find_residuals(
        rows, x, sums.risk, sums.hazard, sums.mean, by_time, by_entry, known_weights
    )


def find_hazard_residuals(rows: FineGrayRows, sums: FineGraySums, wanted: Floats) -> Floats:
    """Return each row's influence on sums of hazard steps, coefficients held, shape (n, m).

    `wanted` of shape (E, m) is 1 where a step counts. A hazard step is an event over the sum
    of risk, so that it has the residuals of a score with 0 for x and -1 / sum for its mean.
    """
    by_time, by_entry = rows.list_by_time()
    n_events = count_events_of_steps(rows)
    mean = -wanted * (sums.hazard / n_events)[:, None]
    nothing = np.zeros((len(rows.time), wanted.shape[1]))
    return find_residuals(rows, nothing, sums.risk, sums.hazard, mean, by_time, by_entry, False)


def count_events_of_steps(rows: FineGrayRows) -> Integers:
    """Return the number of events of interest at each step."""
    with_event = rows.kind == 1
    return np.bincount(rows.exit_step[with_event] - 1, minlength=len(rows.step_row))


def sum_clusters(values: Floats, clusters: Integers | None) -> Floats:
    """Return the sums of rows within clusters, or the rows themselves."""
    if clusters is None:
        return values
    sums = np.zeros((int(clusters.max()) + 1, values.shape[1]))
    np.add.at(sums, clusters, values)
    return sums


def turn_into_influence(residuals: Floats, information: Floats) -> None:
    """Multiply score residuals by the inverse information, in place and block by block."""
    try:
        inverse = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        inverse = np.full_like(information, np.nan)
    for start in range(0, len(residuals), BLOCK):
        residuals[start : start + BLOCK] = residuals[start : start + BLOCK] @ inverse
