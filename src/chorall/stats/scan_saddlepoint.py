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

# entries of the markers that are adjusted at a time: 4 MiB, so that memory stays small
ENTRIES_AT_ONCE = 2**19
PATTERNS_KEPT = 16
# nearer to 0 than this the two terms of the tail cancel, and their limit is taken
SMALLEST_ROOT = 1e-6
# a statistic counts as the furthest that can be reached within this part of it
AT_THE_END = 1e-9


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
        at_once = max(1, ENTRIES_AT_ONCE // block.packed.shape[1])
        for name, members in zip(patterns.names, patterns.lanes, strict=True):
            lanes = members[wanted[members]]
            for first in range(0, lanes.size, at_once):
                some = lanes[first : first + at_once]
                null = self.find_null(name, block, start, int(some[0]))
                if null.residuals.size:
                    p_values[some] = test_markers(null, block, some)
        return p_values

    def find_null(self, name: bytes, block: Block, start: Floats, lane: int) -> NullResiduals:
        """Return the residuals of a pattern."""
        null = self.kept.get(name)
        if null is None:
            if len(self.kept) >= PATTERNS_KEPT:
                self.kept.clear()
            group, place = divmod(lane, LANES)
            tested = ~np.isnan(block.packed[group, :, place])
            coefficients = start[lane, : len(self.data.null_coefficients)]
            width = self.settings.width
            null = find_null_residuals(self.data, coefficients, tested, width)
            # another thread may do the same, and clear what is kept
            self.kept[name] = null
        return null


def test_markers(null: NullResiduals, block: Block, lanes: Integers) -> Floats:
    """Return the p-values of some lanes with one pattern."""
    values = block.packed[lanes // LANES, :, lanes % LANES][:, null.patients]
    adjusted = np.array([null.adjust(marker) for marker in values])
    statistic = np.array([marker @ null.residuals for marker in adjusted])
    targets = np.abs(statistic)[:, None] * [1.0, -1.0]
    found = np.empty((len(lanes), 2, 2))
    find_roots(adjusted, null.strata, null.unit, null.table, targets, found)
    upper, lower = find_tails(null, adjusted, found, targets)
    return np.minimum(upper + lower, 1.0)


def find_tails(
    null: NullResiduals, adjusted: Floats, found: Floats, targets: Floats
) -> tuple[Floats, Floats]:
    """Return the probabilities of at least the first and at most the second target."""
    root, standardised = found.transpose(2, 1, 0)
    variance_of = np.bincount(null.strata, null.residuals**2) / np.bincount(null.strata)
    third = (adjusted**3 * null.third[null.strata]).sum(axis=1)
    skewness = third / (adjusted**2 * variance_of[null.strata]).sum(axis=1) ** 1.5
    near = np.abs(root) < SMALLEST_ROOT
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = np.where(near, skewness / 6, np.log(standardised / root) / root)
    tails = ndtr(np.array([[-1.0], [1.0]]) * (root + shift))
    ends = adjusted[:, :, None] * null.limits[null.strata]
    furthest = np.array([ends.max(axis=2).sum(axis=1), ends.min(axis=2).sum(axis=1)])
    # at the furthest that draws of residuals can reach there is no saddlepoint, beyond it nothing
    tails[np.abs(targets.T) >= np.abs(furthest) * (1 - AT_THE_END)] = np.nan
    tails[np.abs(targets.T) > np.abs(furthest) * (1 + AT_THE_END)] = 0.0
    return tails[0], tails[1]
