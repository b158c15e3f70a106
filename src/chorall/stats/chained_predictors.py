"""The predictors of chained equations: one matrix, kept up to date as columns are imputed."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import Floats, Integers
from chorall.stats.chained_arguments import Incomplete

# prior standard deviation of a log odds ratio (of a slope, in residual standard deviations), per
# unit of an indicator or standard deviation of a number: wide, but finite where a predictor
# separates the outcomes or does not vary among those observed
PRIOR_SPREAD = 2.5


class Predictors:
    """An intercept, the fixed predictors, and a block of columns for each incomplete one.

    Numbers are centred and scaled by what was observed; 0 stands where a value does not apply,
    together with an indicator among the fixed predictors.

    Attributes
    ----------
    matrix : ndarray of shape (n, width)
        As it is now.
    penalty : ndarray of shape (width,)
        Of the squared coefficients; 0 for the intercept.
    levels : list of ndarray
        Codes of each categorical column, the most frequent first; empty for other kinds.
    """

    def __init__(self, data: Incomplete) -> None:
        fixed = collect_fixed(data)
        self.kinds = data.kinds
        self.levels = [rank_levels(data, column) for column in range(data.x.shape[1])]
        widths = [max(len(levels) - 1, 1) for levels in self.levels]
        self.starts = fixed.shape[1] + np.concatenate([[0], np.cumsum(widths, dtype=np.int64)])
        self.matrix = np.zeros((len(fixed), int(self.starts[-1])))
        self.matrix[:, : fixed.shape[1]] = fixed
        self.centres, self.scales = find_scales(data)
        self.penalty = np.full(self.matrix.shape[1], PRIOR_SPREAD**-2)
        self.penalty[0] = 0.0

    def take(self, rows: Integers, column: int) -> Floats:
        """Return the predictors of an incomplete column: all but its own, which are 0."""
        taken = np.take(self.matrix, rows, axis=0)
        taken[:, self.starts[column] : self.starts[column + 1]] = 0.0
        return taken

    def set_values(self, column: int, rows: Integers, values: Floats) -> None:
        """Write the values of some patients into the block of a column."""
        start = self.starts[column]
        if self.kinds[column] == "categorical":
            for place, level in enumerate(self.levels[column][1:]):
                self.matrix[rows, start + place] = values == level
        else:
            self.matrix[rows, start] = (values - self.centres[column]) / self.scales[column]


def collect_fixed(data: Incomplete) -> Floats:
    """Return intercept, fixed predictors, and indicators of what does not apply."""
    absent = ~data.observed & ~data.wanted
    # each pattern once: markers of one lineage are absent together
    patterns = {column.tobytes(): column for column in absent.T if column.any()}
    gaps = [pattern.astype(np.float64) for pattern in patterns.values()]
    return np.column_stack([np.ones(len(data.x)), scale_numbers(data.fixed), *gaps])


def scale_numbers(fixed: Floats) -> Floats:
    """Return numbers centred and scaled; indicators and constants stay as they are."""
    indicator = ((fixed == 0) | (fixed == 1)).all(axis=0)
    spread = fixed.std(axis=0)
    numbers = ~indicator & (spread > 0)
    centres = np.where(numbers, fixed.mean(axis=0), 0.0)
    return np.asarray((fixed - centres) / np.where(numbers, spread, 1.0))


def rank_levels(data: Incomplete, column: int) -> Integers:
    """Return the codes of a categorical column, the most frequent first; ties by code."""
    if data.kinds[column] != "categorical":
        return np.empty(0, dtype=np.int64)
    codes = data.x[data.observed[:, column], column].astype(np.int64)
    levels, counts = np.unique(codes, return_counts=True)
    return np.asarray(levels[np.argsort(-counts, kind="stable")], dtype=np.int64)


def find_scales(data: Incomplete) -> tuple[Floats, Floats]:
    """Return what is subtracted from each column and what it is divided by."""
    p = data.x.shape[1]
    centres, scales = np.zeros(p), np.ones(p)
    for column in np.flatnonzero(np.isin(data.kinds, ("pmm", "normal"))):
        known = data.x[data.observed[:, column], column]
        if len(known):
            centres[column] = known.mean()
            scales[column] = known.std() or 1.0
    return centres, scales
