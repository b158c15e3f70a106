"""One block of markers: sort out who can be fitted, fit, and see to the others."""

from __future__ import annotations

import numpy as np

from chorall.stats._scan_climb import CONVERGED, UNINFORMATIVE
from chorall.stats.arrays import Booleans, Floats
from chorall.stats.scan_climb import Climb, append_zero, climb, limit_steps
from chorall.stats.scan_data import ScanData
from chorall.stats.scan_firth import fit_firth
from chorall.stats.scan_null import NullModels
from chorall.stats.scan_pack import Block, Patterns
from chorall.stats.scan_refit import refit_main_effects, refit_tested
from chorall.stats.scan_result import ScanColumns
from chorall.stats.scan_saddlepoint import SaddlepointTests
from chorall.stats.scan_score import SharedScores
from chorall.stats.scan_settings import ScanSettings


class BlockScanner:
    """Scans one block after the other for one endpoint.

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
        self.nulls = NullModels(data, settings)
        self.shared = SharedScores(data, settings)
        self.saddlepoints = SaddlepointTests(data, settings)

    def scan(self, block: Block, values: Floats) -> ScanColumns:
        """Return the results of a block, which holds `values` of shape (n, m), and empty lanes."""
        data, settings = self.data, self.settings
        columns = ScanColumns.allocate(block.scale.size)
        wanted = sort_out(block, columns, settings)
        patterns = block.find_patterns(wanted)
        coefficients, found = self.nulls.find_start(block, values, patterns, wanted, columns)
        start = append_zero(coefficients)
        separated = np.zeros_like(found)
        if data.modifier.size:
            start, found, separated = self.fit_main_effects(block, values, start, found)
            constant = wanted & ~found & ~separated & columns.is_fitted
            columns.set_words(constant, "constant", "none")
        if settings.score_only:
            self.write_scores(block, start, patterns, found, columns)
            columns.set_words(separated, "separated", "none")
        else:
            self.write_fits(block, values, start, found, separated, columns)
        if settings.saddlepoint:
            scored = found & np.isfinite(columns.score)
            columns.saddlepoint[:] = self.saddlepoints.test(block, start, patterns, scored)
        return columns

    def fit_main_effects(
        self, block: Block, values: Floats, start: Floats, wanted: Booleans
    ) -> tuple[Floats, Booleans, Booleans]:
        """Fit the markers without interaction, the null model of their interaction.

        Return the start of the interaction model, where this succeeded, and where the marker
        alone separates the events; what is in neither does not vary.
        """
        data, settings = self.data, self.settings
        steps = limit_steps(wanted, settings.max_iterations)
        main = climb(data, block, steps, start, settings)
        found = main.code == CONVERGED
        stuck = wanted & ~found & (main.code != UNINFORMATIVE)
        coefficients = np.where(found[:, None], main.coefficients, start)
        fitted = refit_main_effects(data, block, values, stuck, coefficients, settings)
        return append_zero(coefficients), found | fitted, stuck & ~fitted

    def write_scores(
        self,
        block: Block,
        start: Floats,
        patterns: Patterns,
        found: Booleans,
        columns: ScanColumns,
    ) -> None:
        """Write score tests only, together where markers are tested in the same patients."""
        chi_square, done = self.shared.test(block, start, patterns, found)
        steps = limit_steps(found & ~done, 0)
        rest = climb(self.data, block, steps, start, self.settings)
        write_score(columns, np.where(done, chi_square, rest.score), found)

    def write_fits(
        self,
        block: Block,
        values: Floats,
        start: Floats,
        found: Booleans,
        separated: Booleans,
        columns: ScanColumns,
    ) -> None:
        """Write the tests of the last coefficient, which is 0 at `start`."""
        data, settings = self.data, self.settings
        rare = columns.counts[:, 1] < settings.firth_below
        hopeless = found & find_separated(block, data)
        by_newton = found & ~rare & ~hopeless
        # one look at the start, for the score test, where there is nothing to climb
        steps = np.where(by_newton, settings.max_iterations, limit_steps(found, 0))
        ended = climb(data, block, steps.astype(np.int32), start, settings)
        scored = write_score(columns, ended.score, found)
        write_fitted(ended, block, columns, by_newton & (ended.code == CONVERGED))
        stuck = by_newton & scored & (ended.code != CONVERGED)
        separated = separated | (hopeless & scored)
        separated |= refit_tested(data, values, stuck, ended.start, columns, settings)
        columns.set_words(separated & scored, "separated", "score")
        columns.set_words(separated & ~scored, "separated", "none")
        by_firth = (rare & (scored | separated)) | (separated & (settings.separated == "firth"))
        fit_firth(data, block, np.flatnonzero(by_firth), start, columns, settings)


def sort_out(block: Block, columns: ScanColumns, settings: ScanSettings) -> Booleans:
    """Name the markers that cannot be fitted; return which can. The last reason counts."""
    columns.counts[:] = block.count_columns
    n_tested, n_carriers, n_events, _ = columns.counts.T
    smallest, largest = block.limits.T
    columns.set_words(n_carriers < settings.minimum_carriers, "too_few", "none")
    columns.set_words(smallest == largest, "constant", "none")
    columns.set_words(n_events == 0, "no_events", "none")
    columns.set_words(n_tested == 0, "not_tested", "none")
    return columns.is_fitted


def write_score(columns: ScanColumns, chi_square: Floats, found: Booleans) -> Booleans:
    """Write score tests; return where there is one, and name the other markers."""
    scored = found & np.isfinite(chi_square)
    columns.score[scored] = chi_square[scored]
    columns.set_words(found & ~scored, "constant", "none")
    columns.set_words(scored, "fitted", "score")
    return scored


def find_separated(block: Block, data: ScanData) -> Booleans:
    """Tell which markers are at their minimum in every event, so that no fit need be tried."""
    if data.modifier.size:
        return np.zeros(block.scale.size, dtype=np.bool_)
    without_event = block.count_columns[:, 3] == 0
    return np.asarray(without_event & (block.limits[:, 0] == 0))


def write_fitted(ended: Climb, block: Block, columns: ScanColumns, where: Booleans) -> None:
    """Write what Newton's method found."""
    columns.log_hazard_ratio[where] = (ended.coefficients[:, -1] / block.scale)[where]
    columns.standard_error[where] = (np.sqrt(ended.variance) / block.scale)[where]
    columns.likelihood_ratio[where] = 2 * (ended.objective - ended.start)[where]
    columns.n_iterations[where] = ended.n_steps[where]
    columns.set_words(where, "fitted", "likelihood")
