"""Saddlepoint p-values of score tests, from the residuals of the covariates' model."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from chorall.stats._scan_layout import LANES
from chorall.stats._scan_saddlepoint import find_roots
from chorall.stats.arrays import Booleans, Floats, Integers
from chorall.stats.scan_data import ScanData
from chorall.stats.scan_pack import Block, Patterns
from chorall.stats.scan_residuals import NullResiduals, find_null_residuals
from chorall.stats.scan_settings import ScanSettings

# markers that are adjusted at a time, so that memory stays small beside a block
MARKERS_AT_ONCE = 64
PATTERNS_KEPT = 16
# nearer to 0 than this the two terms of the tail cancel, and their limit is taken
SMALLEST_ROOT = 1e-6


class SaddlepointTests:
    """Saddlepoint p-values; keeps the residuals that were used last.

    Parameters
    ----------
    data : ScanData
        What all markers share.
    settings : ScanSettings
        How to treat them.
    """

    def __init__(self, data: ScanData, settings: ScanSettings) -> None:
        self.data = data
        self.settings = settings
        self.kept: dict[bytes, NullResiduals] = {}

    def test(self, block: Block, start: Floats, patterns: Patterns, wanted: Booleans) -> Floats:
        """Return p-values of shape (k,); NaN where not wanted or not defined.

        `start` of shape (k, columns) begins with the coefficients of the covariates alone.
        """
        p_values = np.full(block.scale.size, np.nan)
        for name, members in zip(patterns.names, patterns.lanes, strict=True):
            lanes = members[wanted[members]]
            for first in range(0, lanes.size, MARKERS_AT_ONCE):
                some = lanes[first : first + MARKERS_AT_ONCE]
                null = self.find_null(name, block, start, int(some[0]))
                p_values[some] = test_markers(null, block, some, self.settings.n_threads)
        return p_values

    def find_null(self, name: bytes, block: Block, start: Floats, lane: int) -> NullResiduals:
        """Return the residuals of a pattern."""
        if name not in self.kept:
            if len(self.kept) >= PATTERNS_KEPT:
                self.kept.clear()
            group, place = divmod(lane, LANES)
            tested = ~np.isnan(block.packed[group, :, place])
            coefficients = start[lane, : len(self.data.null_coefficients)]
            width = self.settings.width
            self.kept[name] = find_null_residuals(self.data, coefficients, tested, width)
        return self.kept[name]


def test_markers(null: NullResiduals, block: Block, lanes: Integers, n_threads: int) -> Floats:
    """Return the p-values of some lanes with one pattern."""
    values = block.packed[lanes // LANES, :, lanes % LANES][:, null.patients]
    adjusted = np.ascontiguousarray(null.adjust(values.T).T)
    statistic = adjusted @ null.residuals
    targets = np.abs(statistic)[:, None] * [1.0, -1.0]
    found = np.empty((len(lanes), 2, 2))
    find_roots(adjusted, null.strata, null.unit, null.table, targets, found, n_threads)
    upper, lower = find_tails(null, adjusted, found, targets)
    return np.minimum(upper + lower, 1.0)


def find_tails(
    null: NullResiduals, adjusted: Floats, found: Floats, targets: Floats
) -> tuple[Floats, Floats]:
    """Return the probabilities of at least the first and at most the second target."""
    root, standardised = found.transpose(2, 1, 0)
    variance_of = np.bincount(null.strata, null.residuals**2) / np.bincount(null.strata)
    skewness = (adjusted**3 @ null.third[null.strata]) / (
        adjusted**2 @ variance_of[null.strata]
    ) ** 1.5
    near = np.abs(root) < SMALLEST_ROOT
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = np.where(near, skewness / 6, np.log(standardised / root) / root)
    tails = ndtr(np.array([[-1.0], [1.0]]) * (root + shift))
    # what no draw of residuals can reach has probability 0, and no saddlepoint
    limits = null.limits[null.strata]
    ends = adjusted[:, :, None] * limits
    tails[0, targets[:, 0] > ends.max(axis=2).sum(axis=1)] = 0.0
    tails[1, targets[:, 1] < ends.min(axis=2).sum(axis=1)] = 0.0
    return tails[0], tails[1]
