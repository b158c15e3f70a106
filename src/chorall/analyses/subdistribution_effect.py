"""The subdistribution hazard ratio of one marker: Fine and Gray, stratified by trial."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_effect import MarkerEffect
from chorall.analyses.marker_groups import PRESENT, UNKNOWN
from chorall.analyses.rarity import find_obstacle, judge_sparsity
from chorall.errors import ConvergenceError, InputError
from chorall.models.cox_model import describe_term
from chorall.models.design_matrix import DesignColumn
from chorall.models.estimability import find_estimable, find_eventless
from chorall.stats import fit_fine_gray


def fit_subdistribution(
    cohort: EndpointCohort,
    group: NDArray[np.int8],
    *,
    marker: str,
    adjusted: bool,
    conf_level: float,
) -> MarkerEffect:
    """Compare present with absent on the cumulative incidence of cause 1.

    Parameters
    ----------
    cohort : EndpointCohort, n patients
        An endpoint with competing causes; one row per patient.
    group : ndarray of int8, shape (n,)
        `PRESENT`, `ABSENT` or `UNKNOWN`; the unknown are left out.
    marker : str
        For the notes.
    adjusted : bool
        True: with the covariates of the cohort, complete cases only.
    conf_level : float
        Two-sided level of the limits.

    See Also
    --------
    chorall.stats.fit_fine_gray : R: ``cmprsk::crr``; with trials ``crrSC::crrs``.
    """
    used = group != UNKNOWN
    if adjusted:
        used &= cohort.covariates.complete
    n_used, event = int(used.sum()), cohort.event[used]
    values = np.column_stack(
        [cohort.covariates.values[used] if adjusted else np.empty((n_used, 0)),
         group[used] == PRESENT]
    ).astype(np.float64)  # fmt: skip
    n_events, n_present = int(event.sum()), int(values[:, -1].sum())
    sparsity = judge_sparsity(min(n_present, n_used - n_present), n_events, values.shape[1] - 1)
    obstacle = find_obstacle(group[used], event) or (sparsity.note if sparsity.too_sparse else "")
    if sparsity.firth and not obstacle:
        obstacle = "too few patients or events for Fine and Gray's model"
    if obstacle:
        return MarkerEffect(None, n_used, n_events, obstacle)
    _, without = find_eventless(values, event)
    kept = ~without
    trial = cohort.trial[used][kept]
    estimable, _ = find_estimable(values[kept], trial)
    if not estimable[-1]:
        return MarkerEffect(None, n_used, n_events, f"{marker}: not estimable within trials")
    entry = cohort.entries(used)
    try:
        fit = fit_fine_gray(
            values[kept][:, estimable],
            cohort.time[used][kept],
            cohort.cause[used][kept],
            strata=trial,
            entry_time=None if entry is None else entry[kept],
        )
    except (ConvergenceError, InputError):
        return MarkerEffect(None, n_used, n_events, "Fine and Gray's model has no solution")
    if not fit.converged:
        return MarkerEffect(None, n_used, n_events, "Fine and Gray's model did not converge")
    estimate = np.array([fit.log_hazard_ratio[-1], fit.standard_error[-1]])
    term = describe_term(DesignColumn(marker, marker), estimate, conf_level)
    return MarkerEffect(term, n_used, n_events, "")
