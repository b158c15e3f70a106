"""Markers that the shared loops could not fit: one Cox model at a time, which says why."""

from __future__ import annotations

import numpy as np

from chorall.errors import ConvergenceError, InputError
from chorall.stats.arrays import Booleans, Floats
from chorall.stats.cox import fit_cox
from chorall.stats.cox_result import CoxFit
from chorall.stats.scan_data import ScanData
from chorall.stats.scan_pack import Block
from chorall.stats.scan_result import ScanColumns
from chorall.stats.scan_settings import ScanSettings


def refit_tested(
    data: ScanData,
    values: Floats,
    stuck: Booleans,
    null_log_likelihood: Floats,
    columns: ScanColumns,
    settings: ScanSettings,
) -> Booleans:
    """Write the fits of the stuck lanes; return where there is none because of separation."""
    separated = np.zeros_like(stuck)
    n_marker_columns = 2 if data.modifier.size else 1
    for lane in np.flatnonzero(stuck):
        fit = refit_marker(data, values[:, lane], settings, n_marker_columns=n_marker_columns)
        if isinstance(fit, CoxFit):
            columns.log_hazard_ratio[lane] = fit.log_hazard_ratio[-1]
            columns.standard_error[lane] = fit.standard_error[-1]
            columns.likelihood_ratio[lane] = 2 * (fit.log_likelihood - null_log_likelihood[lane])
            columns.n_iterations[lane] = fit.n_iterations
            columns.set_words(lane, "fitted", "likelihood")
        else:
            columns.set_words(lane, fit, "score")
            separated[lane] = fit == "separated"
    return separated


def refit_main_effects(
    data: ScanData,
    block: Block,
    values: Floats,
    stuck: Booleans,
    coefficients: Floats,
    settings: ScanSettings,
) -> Booleans:
    """Write the stuck lanes' coefficients without interaction; return where there are any."""
    fitted = np.zeros_like(stuck)
    for lane in np.flatnonzero(stuck):
        fit = refit_marker(data, values[:, lane], settings, n_marker_columns=1)
        if isinstance(fit, CoxFit):
            coefficients[lane] = fit.log_hazard_ratio * np.append(data.scale, block.scale[lane])
            fitted[lane] = True
    return fitted


def refit_marker(
    data: ScanData, marker: Floats, settings: ScanSettings, *, n_marker_columns: int
) -> CoxFit | str:
    """Return the fit of one marker, of shape (n,) as given, on its tested patients.

    The model holds the covariates and none, one (the marker) or two columns (its product with
    the modifier too). Where there is no fit, return the status word that says why.
    """
    tested = ~np.isnan(marker)
    columns = [data.covariates[tested], marker[tested, None]]
    if n_marker_columns == 2:
        columns.append((marker * data.modifier)[tested, None])
    time, event, entry_time = data.follow_up
    try:
        fit = fit_cox(
            np.hstack(columns[: n_marker_columns + 1]),
            time[tested],
            event[tested],
            entry_time=None if entry_time is None else entry_time[tested],
            strata=data.strata[tested],
            tolerance=settings.tolerance,
        )
    except ConvergenceError:
        return "separated"
    except (InputError, np.linalg.LinAlgError):
        # collinear or singular at the border of the tolerance: elsewhere it was found out before
        return "not_converged"
    return fit if fit.converged else "not_converged"
