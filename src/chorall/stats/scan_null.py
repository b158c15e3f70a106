"""The models without the marker, one for every set of tested patients, each fitted once."""

from __future__ import annotations

import numpy as np

from chorall.stats._scan_climb import COLLINEAR, CONVERGED, LOST, MONOTONE, STOPPED, UNINFORMATIVE
from chorall.stats.arrays import Booleans, Floats
from chorall.stats.cox_result import CoxFit
from chorall.stats.scan_climb import LEFT_OUT, climb, limit_steps
from chorall.stats.scan_data import ScanData
from chorall.stats.scan_pack import Block, Patterns
from chorall.stats.scan_refit import refit_marker
from chorall.stats.scan_result import ScanColumns
from chorall.stats.scan_settings import ScanSettings

# The last step is taken without looking where it led: what is left is of the order of its square,
# and only the point is wanted here, which is evaluated again with each marker.
NULL_TOLERANCE = 1e-5
STUCK = (STOPPED, MONOTONE, LOST)


class NullModels:
    """Fits of the covariates alone, kept for every pattern of tested patients.

    Parameters
    ----------
    data : ScanData
        What all markers share.
    settings : ScanSettings
        How to fit.
    """

    def __init__(self, data: ScanData, settings: ScanSettings) -> None:
        self.data = data
        self.settings = settings
        self.fitted: dict[bytes, tuple[int, Floats]] = {}

    def find_start(
        self,
        block: Block,
        values: Floats,
        patterns: Patterns,
        wanted: Booleans,
        columns: ScanColumns,
    ) -> tuple[Floats, Booleans]:
        """Return the coefficients for each lane and where there are any; name the others."""
        self.add_patterns(block, values, patterns)
        codes = np.full(len(wanted), LEFT_OUT)
        coefficients = np.zeros((len(wanted), len(self.data.null_coefficients)))
        for name, lanes in zip(patterns.names, patterns.lanes, strict=True):
            codes[lanes], coefficients[lanes] = self.fitted[name]
        found = codes == CONVERGED
        columns.set_words(wanted & ~found, "not_converged", "none")
        collinear = (codes == COLLINEAR) | (codes == UNINFORMATIVE)
        columns.set_words(collinear, "collinear", "none")
        return coefficients, found

    def add_patterns(self, block: Block, values: Floats, patterns: Patterns) -> None:
        """Fit the patterns that have not been met, each in the lane where it comes first."""
        lanes = {
            name: int(members[0])
            for name, members in zip(patterns.names, patterns.lanes, strict=True)
            if name not in self.fitted
        }
        chosen = np.zeros(block.scale.size, dtype=np.bool_)
        chosen[list(lanes.values())] = True
        start = np.tile(self.data.null_coefficients, (len(chosen), 1))
        steps = limit_steps(chosen, self.settings.max_iterations)
        tolerance = max(self.settings.tolerance, NULL_TOLERANCE)
        ended = climb(self.data, block, steps, start, self.settings, tolerance=tolerance)
        for name, lane in lanes.items():
            found = int(ended.code[lane]), ended.coefficients[lane]
            if found[0] in STUCK:
                found = self.refit_pattern(values[:, lane], found)
            # written once: other threads read it, and would have found the same
            self.fitted[name] = found

    def refit_pattern(self, marker: Floats, found: tuple[int, Floats]) -> tuple[int, Floats]:
        """Try a pattern again, with the fit that tells slow from never."""
        fit = refit_marker(self.data, marker, self.settings, n_marker_columns=0)
        if isinstance(fit, CoxFit):
            return CONVERGED, fit.log_hazard_ratio * self.data.scale
        return found
