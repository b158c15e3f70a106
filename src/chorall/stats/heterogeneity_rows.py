"""The variance between studies of many effects at once, by restricted likelihood."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Booleans, Floats
from chorall.stats.heterogeneity import GRID_SIZE

# halvings of an interval of the grid: to the last digits of tau2
HALVINGS = 70


class RowFit(NamedTuple):
    """Weighted means with weights 1 / (variance + tau2), each of shape (m,)."""

    mean: Floats
    weight_sum: Floats
    residual_sum: Floats
    projection_trace: Floats
    slope: Floats
    log_likelihood: Floats


class EffectRows(NamedTuple):
    """Effects of m rows in k studies, their variances, and where there are any; shape (m, k)."""

    estimate: Floats
    variance: Floats
    known: Booleans

    def take(self, rows: np.ndarray) -> EffectRows:
        """Return some rows, in the order and as often as asked."""
        return EffectRows(self.estimate[rows], self.variance[rows], self.known[rows])

    def fit(self, tau2: Floats) -> RowFit:
        """Fit each row's mean when the variance between its studies is `tau2`, shape (m,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            weights = np.where(self.known, 1 / (self.variance + tau2[:, None]), 0.0)
            total = weights.sum(axis=1)
            values = np.where(self.known, self.estimate, 0.0)
            mean = (weights * values).sum(axis=1) / total
            pulled = weights * np.where(self.known, values - mean[:, None], 0.0)
            squares = np.divide(pulled**2, weights, out=np.zeros_like(pulled), where=self.known)
            trace = total - (weights**2).sum(axis=1) / total
            logs = np.log(np.where(self.known, weights, 1.0)).sum(axis=1)
            residual_sum = squares.sum(axis=1)
            return RowFit(
                mean=mean,
                weight_sum=total,
                residual_sum=residual_sum,
                projection_trace=trace,
                slope=(pulled**2).sum(axis=1) - trace,
                log_likelihood=0.5 * (logs - np.log(total) - residual_sum),
            )


def estimate_reml_rows(rows: EffectRows) -> Floats:
    """Return the place of the highest maximum of each row's restricted likelihood, shape (m,).

    As `estimate_reml` does for one row: the sign of the slope is searched on a grid, every
    maximum is refined, and the highest taken. 0 where a row has fewer than two studies.
    """
    tau2 = np.zeros(len(rows.estimate))
    several = np.flatnonzero(rows.known.sum(axis=1) > 1)
    if not several.size:
        return tau2
    part = rows.take(several)
    grid = lay_grid(part)
    rising = np.column_stack([part.fit(place).slope > 0 for place in grid.T])
    row, turn = np.nonzero(rising[:, :-1] & ~rising[:, 1:])
    places = halve(part.take(row), grid[row, turn], grid[row, turn + 1])
    heights = part.take(row).fit(places).log_likelihood
    # a slope that falls from the start has its maximum there
    best = np.where(rising[:, 0], -np.inf, part.fit(np.zeros(several.size)).log_likelihood)
    found = np.zeros(several.size)
    for one in np.argsort(heights, kind="stable"):
        if heights[one] > best[row[one]]:
            best[row[one]], found[row[one]] = heights[one], places[one]
    tau2[several] = found
    return tau2


def lay_grid(rows: EffectRows) -> Floats:
    """Return 0 and rising values of tau2 for each row, shape (m, GRID_SIZE + 1)."""
    values = np.where(rows.known, rows.estimate, np.nan)
    spread = np.nansum((values - np.nanmean(values, axis=1, keepdims=True)) ** 2, axis=1)
    largest = 10 * (spread + np.where(rows.known, rows.variance, -np.inf).max(axis=1))
    smallest = 1e-4 * np.where(rows.known, rows.variance, np.inf).min(axis=1)
    steps = np.linspace(0, 1, GRID_SIZE)
    places = np.exp(np.log(smallest)[:, None] + steps * np.log(largest / smallest)[:, None])
    return np.column_stack([np.zeros(len(places)), places])


def halve(rows: EffectRows, low: Floats, high: Floats) -> Floats:
    """Return where each row's slope turns from above 0 to below, between `low` and `high`."""
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        rising = rows.fit(middle).slope > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return 0.5 * (low + high)
