"""What score statistics of one set of tested patients are made of: residuals by stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats._scan_layout import LANES
from chorall.stats._scan_saddlepoint import CELLS, PARTS, TERMS, tabulate_cumulants
from chorall.stats.arrays import Booleans, Floats, Integers
from chorall.stats.checks import FollowUp
from chorall.stats.cox_data import prepare_cox_data
from chorall.stats.cox_likelihood import spread_over_rows, sum_risk_sets
from chorall.stats.scan_data import Places, ScanData

# residuals below this are 0
ROUNDING = 1e-10
# the six coefficients from value, first and second derivative at both ends of a cell of width 1
HERMITE = np.linalg.inv(
    [
        [1, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0],
        [0, 0, 2, 0, 0, 0],
        [1, 1, 1, 1, 1, 1],
        [0, 1, 2, 3, 4, 5],
        [0, 0, 2, 6, 12, 20],
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class NullResiduals:
    """Martingale residuals of the covariates' model, and how to adjust markers for it.

    Strata whose residuals are all 0 are left out: those without a tested event, and those where
    one patient only was at risk at each.

    Attributes
    ----------
    patients : ndarray of shape (n,)
        Who they are, by stratum.
    strata : ndarray of int64, shape (n,)
        Number of the stratum among those that are there.
    residuals, expected : ndarray of shape (n,)
        Events less expected events; the latter.
    covariates : ndarray of shape (n, p)
        Less their mean by stratum, weighted by expected events.
    regression : ndarray of shape (p, n)
        Takes a marker, so centred, to its coefficients on the covariates.
    unit : ndarray of shape (strata,)
        Largest distance of a residual from 0.
    limits : ndarray of shape (strata, 2)
        Smallest and largest residual.
    third : ndarray of shape (strata,)
        Third cumulant of the residuals.
    table : ndarray of shape (strata, 2, cells, terms)
        Cumulant generating functions of the residuals, see _scan_saddlepoint.pyx.
    """

    patients: Places
    strata: Integers
    residuals: Floats
    expected: Floats
    covariates: Floats
    regression: Floats
    unit: Floats
    limits: Floats
    third: Floats
    table: Floats

    def adjust(self, marker: Floats) -> Floats:
        """Subtract from one marker of shape (n,) what strata and covariates explain.

        One at a time: sums over many at once would be rounded as their number has it.
        """
        centred = centre_by_stratum(marker[:, None], self.expected, self.strata)[:, 0]
        return np.asarray(centred - self.covariates @ (self.regression @ centred))


def find_null_residuals(
    data: ScanData, coefficients: Floats, tested: Booleans, width: int
) -> NullResiduals:
    """Find the residuals of the tested patients, given as a mask in the order of the arguments.

    `coefficients` are in units of the scaled covariates.
    """
    time, event, entry_time = data.follow_up
    entry = None if entry_time is None else entry_time[tested]
    follow_up = FollowUp(time[tested], event[tested], entry)
    cox = prepare_cox_data(data.covariates[tested], follow_up, data.strata[tested], None)
    sums = sum_risk_sets(cox, coefficients / data.scale * cox.scale)
    expected = spread_over_rows(cox, sums)[:, 0]
    there = find_strata_with_residuals(cox.event - expected, cox.row_stratum)
    strata = np.unique(cox.row_stratum[there], return_inverse=True)[1].astype(np.int64)
    residuals = (cox.event - expected)[there]
    parts = np.split(residuals, find_starts(strata)[1:]) if residuals.size else []
    covariates = centre_by_stratum(cox.x[there], expected[there], strata)
    roots = np.sqrt(expected[there])
    return NullResiduals(
        patients=np.flatnonzero(tested)[cox.order][there],
        strata=strata,
        residuals=residuals,
        expected=expected[there],
        covariates=covariates,
        regression=np.asarray(np.linalg.pinv(roots[:, None] * covariates) * roots, np.float64),
        unit=np.array([np.abs(part).max() for part in parts]),
        limits=np.array([(part.min(), part.max()) for part in parts]).reshape(-1, 2),
        third=np.array([((part - part.mean()) ** 3).mean() for part in parts]),
        table=np.array([tabulate_stratum(part, width) for part in parts]),
    )


def find_strata_with_residuals(residuals: Floats, strata: Places) -> Booleans:
    """Tell for each row whether a residual of its stratum is more than rounding."""
    largest = np.zeros(int(strata.max(initial=0)) + 1)
    np.maximum.at(largest, strata, np.abs(residuals))
    return np.asarray(largest[strata] > ROUNDING)


def find_starts(strata: Integers) -> Places:
    """Return the first row of each stratum; the rows are sorted by stratum."""
    return np.flatnonzero(np.diff(strata, prepend=-1))


def centre_by_stratum(values: Floats, weights: Floats, strata: Integers) -> Floats:
    """Subtract from columns of shape (n, k) their weighted mean in each stratum."""
    starts = find_starts(strata)
    total = np.add.reduceat(weights[:, None] * values, starts, axis=0)
    mean = total / np.add.reduceat(weights, starts)[:, None]
    return np.asarray(values - mean[strata])


def find_cell_ends() -> Floats:
    """Return the ends of the cells, shape (cells + 1,); their width follows 1 + distance from 0."""
    doubling, part = np.divmod(np.arange(CELLS + 1), PARTS)
    return np.asarray(np.ldexp(1 + part / PARTS, doubling) - 1)


def tabulate_stratum(residuals: Floats, width: int) -> Floats:
    """Return the cells of one stratum's generating function, shape (2, cells, terms)."""
    unit = np.abs(residuals).max()
    ends = find_cell_ends()
    values = np.zeros((4, -(-2 * len(ends) // LANES) * LANES))
    values[0, : 2 * len(ends)] = np.concatenate([ends, -ends]) / unit
    tabulate_cumulants(residuals, residuals.max(), residuals.min(), values, width)
    cells = np.empty((2, CELLS, TERMS))
    for side in range(2):
        function, first, second = values[1:, side * len(ends) : (side + 1) * len(ends)]
        step = (1 - 2 * side) * np.diff(ends) / unit
        at_ends = [
            part
            for end in (slice(None, -1), slice(1, None))
            for part in (function[end], first[end] * step, second[end] * step**2)
        ]
        cells[side, :, 0], cells[side, :, 1] = ends[:-1], 1 / np.diff(ends)
        cells[side, :, 2:] = (HERMITE @ at_ends).T
    return cells
