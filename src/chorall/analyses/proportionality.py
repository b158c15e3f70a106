"""Whether a marker's hazard ratio stays the same over time, and what to read where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.cohort_spans import cut_window
from chorall.analyses.effect_batch import EffectBatch, fit_effects
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_groups import PRESENT, UNKNOWN
from chorall.analyses.rarity import judge_sparsity
from chorall.analyses.testing_bias import find_p_values
from chorall.errors import ConvergenceError, InputError
from chorall.knowledge.grading_rules import grading
from chorall.models.estimability import find_estimable, find_eventless, find_informative
from chorall.stats import check_proportional_hazards, fit_cox

BEFORE_EVERYTHING: Final = -1.0
"""A window that begins here also holds events on day 0."""


@dataclass(frozen=True, slots=True)
class PeriodEffects:
    """The effects of m markers early and late.

    Attributes
    ----------
    early, late : EffectBatch
        Events up to the cut; patients still at risk at the cut, and events after it (a landmark
        analysis).
    p_value : ndarray of float, shape (m,)
        That both are the same: Wald's test of their difference; NaN where one is not given.
    """

    early: EffectBatch
    late: EffectBatch
    p_value: NDArray[np.float64]


def fit_periods(
    cohort: EndpointCohort,
    groups: NDArray[np.int8],
    *,
    markers: Sequence[str],
    cut_days: float,
) -> PeriodEffects:
    """Fit the adjusted model before and after a time.

    Parameters
    ----------
    cohort : EndpointCohort, n rows
        With the covariates of the adjusted models.
    groups : ndarray of int8, shape (n_patients, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`, one row per patient.
    markers : sequence of str, length m
        For the notes.
    cut_days : float
        From the origin.

    Notes
    -----
    R: ``coxph(..., data = survSplit(..., cut))`` in each part. The parts share no time at risk, so
    their estimates are independent.
    """
    early, late = (
        _fit_window(cohort, groups, markers, *window)
        for window in ((BEFORE_EVERYTHING, cut_days), (cut_days, np.inf))
    )
    difference = late.log_hazard_ratio - early.log_hazard_ratio
    error = np.hypot(late.standard_error, early.standard_error)
    return PeriodEffects(early, late, find_p_values(difference, error))


def _fit_window(
    cohort: EndpointCohort,
    groups: NDArray[np.int8],
    markers: Sequence[str],
    start: float,
    end: float,
) -> EffectBatch:
    part = cut_window(cohort, start, end)
    everybody = np.ones(len(part.time), dtype=bool)
    return fit_effects(part, part.spread(groups), everybody, markers=markers, adjusted=True)


def measure_proportionality(
    cohort: EndpointCohort, group: NDArray[np.int8], *, adjusted: bool
) -> float:
    """Return the p-value that the hazard ratio of presence stays the same over time.

    Parameters
    ----------
    cohort : EndpointCohort, n rows
        With the covariates of the adjusted models.
    group : ndarray of int8, shape (n,)
        `PRESENT`, `ABSENT` or `UNKNOWN`, one per row.
    adjusted : bool
        True: in the adjusted model.

    Returns
    -------
    float
        NaN where there are too few patients or events for an unpenalised fit.

    See Also
    --------
    chorall.stats.check_proportional_hazards : R: ``cox.zph(fit)``.
    """
    used = group != UNKNOWN
    if adjusted:
        used &= cohort.covariates.complete
    values = cohort.covariates.values[used] if adjusted else np.empty((int(used.sum()), 0))
    values = np.column_stack([values, group[used] == PRESENT])
    outcome = cohort.survival(used)
    _, without = find_eventless(values, outcome.event)
    kept = ~without & find_informative(outcome.time, outcome.event, outcome.strata)
    outcome = outcome.take(kept)
    estimable, _ = find_estimable(values[kept], outcome.strata)
    n_present = int(values[kept][:, -1].sum())
    n_events = int(outcome.event.sum())
    if not estimable[-1] or not n_events:
        return float("nan")
    sparsity = judge_sparsity(
        min(n_present, int(kept.sum()) - n_present), n_events, int(estimable.sum()) - 1
    )
    if sparsity.firth or sparsity.too_sparse:
        return float("nan")
    try:
        fit = fit_cox(
            values[kept][:, estimable], outcome.time, outcome.event,
            entry_time=outcome.entry_time, strata=outcome.strata,
        )  # fmt: skip
        if not fit.converged:
            return float("nan")
        return float(check_proportional_hazards(fit).p_value[-1])
    except (InputError, ConvergenceError):
        return float("nan")


def join_tests(*p_values: float) -> float:
    """Return the smallest p-value times the number of tests that were made; NaN without one."""
    made = [value for value in p_values if np.isfinite(value)]
    return min(1.0, min(made) * len(made)) if made else float("nan")


def advise(p_value: float, early: float, late: float, cut_years: float) -> str:
    """Say what to read where the hazard ratio changes over time, or return an empty text.

    Parameters
    ----------
    p_value : float
        Of `join_tests`.
    early, late : float
        Hazard ratios; NaN where not given.
    cut_years : float
        Where early ends.
    """
    if not p_value < grading().proportionality.flagged_p:
        return ""
    parts = ", ".join(
        f"{value:.2f} {words} {cut_years:g} years"
        for value, words in ((early, "up to"), (late, "after"))
        if np.isfinite(value)
    )
    read = f" ({parts})" if parts else ""
    return (
        f"the hazard ratio changes over time (p = {p_value:.2g}): read the periods{read}, the "
        "landmark and the restricted means instead"
    )
