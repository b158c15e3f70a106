"""One word for what the trials together say of a marker, by the rules of the knowledge base."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chorall.knowledge.grading_rules import grading

NOT_ASSESSABLE, SINGLE_TRIAL, HETEROGENEOUS = "not assessable", "single-trial", "heterogeneous"
REPLICATED, CONSISTENT, NOT_SHOWN = "replicated", "consistent", "not shown"


def grade_marker(
    log_hazard_ratio: NDArray[np.float64],
    standard_error: NDArray[np.float64],
    *,
    heterogeneity_p_value: float,
    pooled_limits: tuple[float, float],
    shown_log_hazard_ratio: float,
    q_value: float,
    critical: float,
) -> str:
    """Grade the evidence on one marker and endpoint.

    Parameters
    ----------
    log_hazard_ratio, standard_error : ndarray of float, shape (k,)
        Of the k trials that give an estimate of their own.
    heterogeneity_p_value : float
        Of Cochran's test that the trials share one effect; NaN with fewer than two trials.
    pooled_limits : tuple of float
        Of the two-stage log hazard ratio.
    shown_log_hazard_ratio : float
        Of the one-stage model; NaN where there is none.
    q_value : float
        Of the one-stage model, over the markers of the endpoint; NaN where there is none.
    critical : float
        Half-width of a trial's limits in standard errors, 1.96 for 95 %.

    Returns
    -------
    str
        One of the names in knowledge/grading.toml; docs/methods/prognosis.md states the rules.
    """
    rules = grading().rules
    if len(log_hazard_ratio) < 2:
        return NOT_ASSESSABLE if len(log_hazard_ratio) == 0 else SINGLE_TRIAL
    above = log_hazard_ratio - critical * standard_error > 0
    below = log_hazard_ratio + critical * standard_error < 0
    if heterogeneity_p_value < rules.heterogeneous_p or (above.any() and below.any()):
        return HETEROGENEOUS
    # NaN compares as False: without a q-value nothing is shown
    if not q_value < rules.shown_q:
        return NOT_SHOWN
    harmful = shown_log_hazard_ratio > 0
    share = float(np.mean((log_hazard_ratio > 0) == harmful))
    if share < rules.same_side_share:
        return HETEROGENEOUS
    n_own = int((above if harmful else below).sum())
    # with two trials the limits have one degree of freedom and say next to nothing
    open_question = len(log_hazard_ratio) >= rules.pooled_limits_from_trials and not (
        pooled_limits[0] > 0 if harmful else pooled_limits[1] < 0
    )
    own = n_own >= rules.replicating_trials
    return REPLICATED if own and not open_question else CONSISTENT
