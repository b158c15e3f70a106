"""Firth's penalised Cox model for the markers of a scan that need it."""

from __future__ import annotations

import numpy as np

from chorall.stats._scan_climb import CONVERGED
from chorall.stats.arrays import Floats, Integers
from chorall.stats.scan_climb import climb, limit_steps
from chorall.stats.scan_data import ScanData
from chorall.stats.scan_pack import Block
from chorall.stats.scan_result import METHODS, ScanColumns
from chorall.stats.scan_settings import ScanSettings

# the curvature of the penalty is learnt on the way, which takes more steps than Newton's
MORE_ITERATIONS = 4


def fit_firth(
    data: ScanData,
    block: Block,
    lanes: Integers,
    start: Floats,
    columns: ScanColumns,
    settings: ScanSettings,
) -> None:
    """Write the Firth fits of some lanes; `start` of shape (k, columns) holds the marker at 0.

    The likelihood-ratio test compares two maxima of the same penalised likelihood, with the
    tested coefficient free and held at 0.
    """
    if not lanes.size:
        return
    picked = block.pick(lanes)
    chosen = np.arange(picked.scale.size) < lanes.size
    begin = np.zeros((len(chosen), start.shape[1]))
    begin[: lanes.size] = start[lanes]
    steps = limit_steps(chosen, MORE_ITERATIONS * settings.max_iterations)
    null = climb(data, picked, steps, begin, settings, n_held=1, firth=True)
    full = climb(data, picked, steps, null.coefficients, settings, firth=True)
    well = (null.code == CONVERGED) & (full.code == CONVERGED)
    where, found = lanes[well[: lanes.size]], np.flatnonzero(well)
    columns.log_hazard_ratio[where] = full.coefficients[found, -1] / block.scale[where]
    columns.standard_error[where] = np.sqrt(full.variance[found]) / block.scale[where]
    columns.likelihood_ratio[where] = 2 * (full.objective - null.objective)[found]
    columns.n_iterations[where] = full.n_steps[found]
    columns.method[where] = METHODS.index("firth")
    failed = lanes[~well[: lanes.size]]
    scored = np.isfinite(columns.score[failed])
    columns.set_words(failed[scored], "not_converged", "score")
    columns.set_words(failed[~scored], "not_converged", "none")
