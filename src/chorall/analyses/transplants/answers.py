"""The same question answered in several ways, and one that must not be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_groups import PRESENT, UNKNOWN
from chorall.analyses.transplants.fits import SpanFit, describe_risks, fit_spans
from chorall.analyses.transplants.further import (
    DOUBLY_ROBUST,
    MULTI_STATE,
    answer_by_states,
    answer_doubly_robust,
    label_observational,
)
from chorall.analyses.transplants.overlap import answer_by_overlap
from chorall.analyses.treatments.evidence import OBSERVATIONAL
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.models.design_matrix import DesignMatrix
from chorall.models.survival import Survival
from chorall.models.time_dependent import Spans, split_at_start, stack_landmarks, take_landmark
from chorall.models.within_trials import pool_trials_together
from chorall.stats import cumulative_incidence

DATED, LANDMARK, SEQUENTIAL = "time-dependent covariate", "landmark", "sequential landmarks"
OVERLAP: Final = "landmark, overlap weights"
FIXED: Final = "fixed covariate (wrong)"
WRONG: Final = (
    "immortal time: who was transplanted had to live until then; shown to say how far off it is"
)
SEQUENCE_DAYS: Final = 60.0
"""Between the landmarks of the sequence, up to one year."""


def answer_all(
    cohort: EndpointCohort,
    start: NDArray[np.float64],
    rows: NDArray[np.bool_],
    landmarks: Sequence[float],
    horizon_years: float,
    conf_level: float,
) -> list[dict[str, Any]]:
    """Return one line per method.

    Parameters
    ----------
    cohort : EndpointCohort, n patients
        The endpoint.
    start : ndarray of float, shape (n,)
        Days from the origin to transplantation; infinite without.
    rows : ndarray of bool, shape (n,)
        Who enters.
    landmarks : sequence of float
        Days from the origin.
    horizon_years, conf_level : float
        As in `transplant`.
    """
    survival, times = cohort.survival(rows), start[rows]
    covariates, width = take_rows(cohort.covariates, rows), float(ndtri((1 + conf_level) / 2))
    lines = [_line(cohort, DATED, fit_spans(split_at_start(survival, times), covariates), width)]
    for landmark in landmarks:
        spans = take_landmark(survival, times, landmark)
        line = _line(cohort, LANDMARK, fit_spans(spans, covariates), width)
        cause = cohort.cause[rows][spans.patient]
        line |= {"landmark_days": landmark}
        line |= compare_risks(spans, cause, horizon_years * DAYS_PER_YEAR, width)
        lines.append(line)
    sequence = np.arange(SEQUENCE_DAYS, DAYS_PER_YEAR + 1, SEQUENCE_DAYS)
    stacked = stack_landmarks(survival, times, sequence)
    lines.append(_line(cohort, SEQUENTIAL, fit_spans(stacked, covariates, clustered=True), width))
    ever = Spans(np.arange(len(times)), survival, times < survival.time)
    wrong = _line(cohort, FIXED, fit_spans(ever, covariates), width)
    return [*lines, wrong | {"note": "; ".join(filter(None, (WRONG, wrong["note"])))}]


def answer_by_weights(
    cohort: EndpointCohort,
    start: NDArray[np.float64],
    rows: NDArray[np.bool_],
    landmarks: Sequence[float],
    horizon_years: float,
    conf_level: float,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return lines per landmark and the balance of its covariates.

    Overlap weights, the doubly robust difference, and the two states from the landmark on.

    Parameters are those of `answer_all`.
    """
    survival, width = cohort.survival(rows), float(ndtri((1 + conf_level) / 2))
    covariates = take_rows(cohort.covariates, rows)
    lines, balance = [], []
    for landmark in landmarks:
        spans = take_landmark(survival, start[rows], landmark)
        cause = cohort.cause[rows][spans.patient]
        found = answer_by_overlap(spans, cause, covariates, horizon_years * DAYS_PER_YEAR, width)
        where = {"endpoint": cohort.endpoint, "landmark_days": landmark}
        lines.append({
            **where,
            "method": OVERLAP,
            "evidence": OBSERVATIONAL,
            "group": "all",
            "n_trials": len(cohort.trial_ids),
            **found.line,
        })  # fmt: skip
        balance += [where | line for line in found.balance]
        robust = answer_doubly_robust(
            spans, cause, covariates, horizon_years * DAYS_PER_YEAR, conf_level
        )
        lines.append(label_observational(cohort, DOUBLY_ROBUST, landmark) | robust)
        states = answer_by_states(cohort, start, rows, landmark, horizon_years, width)
        lines.append(label_observational(cohort, MULTI_STATE, landmark) | states)
    return lines, balance


def take_rows(design: DesignMatrix, rows: NDArray[np.bool_]) -> DesignMatrix:
    """Return the design of some patients."""
    return DesignMatrix(design.columns, design.values[rows], design.missing)


def _line(cohort: EndpointCohort, method: str, fit: SpanFit, width: float) -> dict[str, Any]:
    return {
        "endpoint": cohort.endpoint,
        "method": method,
        "evidence": OBSERVATIONAL,
        "group": "all",
        "n_patients": fit.n_patients,
        "n_transplanted": fit.n_treated,
        "events_transplanted": fit.events_treated,
        "events_other": fit.events_other,
        "n_trials": len(cohort.trial_ids),
        "note": fit.note,
        **fit.limits(width),
    }


def compare_risks(
    spans: Spans, cause: NDArray[np.int64], horizon_days: float, width: float
) -> dict[str, float]:
    """Return the risk of the event from the landmark on, in either group, and the difference."""
    found = []
    for side in (spans.treated, ~spans.treated):
        time = spans.survival.time[side]
        if len(time) < 2 or not (cause[side] > 0).any() or time.max() < horizon_days:
            return {}
        at = cumulative_incidence(time, cause[side]).at([horizon_days])
        found.append((float(at.cumulative_incidence[0, 0]), float(at.standard_error[0, 0])))
    return describe_risks(found[0], found[1], width)


def answer_by_marker(
    cohort: EndpointCohort,
    start: NDArray[np.float64],
    rows: NDArray[np.bool_],
    marker: str,
    group: NDArray[np.int8],
    conf_level: float,
) -> list[dict[str, Any]]:
    """Return the dated covariate with and without a marker: each trial by itself, then together.

    Parameters
    ----------
    cohort, start, rows, conf_level
        As in `answer_all`.
    marker : str
        For the lines.
    group : ndarray of int8, shape (n,)
        `PRESENT`, `ABSENT` or `UNKNOWN`; the unknown are left out.
    """
    fits = [
        _fit_trial(cohort, start, rows & (cohort.trial == code) & (group != UNKNOWN), group)
        for code in range(len(cohort.trial_ids))
    ]
    combine = {"absent": [1.0, 0, 0], "present": [1.0, 0, 1], "interaction": [0, 0, 1.0]}
    lines = []
    for name, weights in combine.items():
        pick = np.array(weights)
        effects = np.array([[pick @ fit.effects] for fit in fits])
        errors = np.sqrt(np.array([[pick @ fit.covariance @ pick] for fit in fits]))
        pooled = pool_trials_together(effects, errors, conf_level=conf_level).random
        lines.append({
            "endpoint": cohort.endpoint,
            "method": DATED,
            "evidence": OBSERVATIONAL,
            "marker": marker,
            "group": name,
            "n_patients": sum(fit.n_patients for fit in fits),
            "n_transplanted": sum(fit.n_treated for fit in fits),
            "events_transplanted": sum(fit.events_treated for fit in fits),
            "events_other": sum(fit.events_other for fit in fits),
            "n_trials": int(pooled.n_studies[0]),
            "hazard_ratio": float(np.exp(pooled.estimate[0])),
            "lower": float(np.exp(pooled.lower[0])),
            "upper": float(np.exp(pooled.upper[0])),
            "p_value": float(pooled.p_value[0]),
            "note": "" if pooled.n_studies[0] else "refused in every trial: too few events",
        })  # fmt: skip
    return lines


def _fit_trial(
    cohort: EndpointCohort,
    start: NDArray[np.float64],
    used: NDArray[np.bool_],
    group: NDArray[np.int8],
) -> SpanFit:
    spans = split_at_start(_unstratified(cohort, used), start[used])
    present = (group[used] == PRESENT).astype(np.float64)[spans.patient]
    extra = np.column_stack([present, present * spans.treated])
    return fit_spans(spans, take_rows(cohort.covariates, used), extra)


def _unstratified(cohort: EndpointCohort, used: NDArray[np.bool_]) -> Survival:
    return cohort.survival(used, stratified=False)
