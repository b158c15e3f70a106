"""All markers on one endpoint: one stage, each trial, two stages, and the grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from chorall.analyses.across_trials import TrialSynthesis, pool_trials
from chorall.analyses.effect_batch import EffectBatch, fit_effects
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.grading import grade_marker
from chorall.analyses.testing_bias import find_p_values
from chorall.stats import adjust_p_values


@dataclass(frozen=True, slots=True)
class ModelEffects:
    """The effects of m markers on an endpoint by one model, across k trials.

    Attributes
    ----------
    adjust : str
        What the model adjusts for, or `none`.
    one_stage : EffectBatch
        All trials in one model, each with its own baseline hazard.
    by_trial : tuple of EffectBatch, length k
        In each trial alone.
    pooled : tuple of TrialSynthesis, length m
        The trials' estimates pooled in a second stage.
    q_value : ndarray of float, shape (m,)
        Benjamini-Hochberg over the markers, from the one-stage model.
    grade : tuple of str, length m
        Names of knowledge/grading.toml.
    """

    adjust: str
    one_stage: EffectBatch
    by_trial: tuple[EffectBatch, ...]
    pooled: tuple[TrialSynthesis, ...]
    q_value: NDArray[np.float64]
    grade: tuple[str, ...]


def fit_models(
    cohort: EndpointCohort,
    groups: NDArray[np.int8],
    *,
    markers: Sequence[str],
    adjust: str,
    adjusted: bool,
    conf_level: float,
) -> ModelEffects:
    """Fit one model in one stage, in each trial and in two stages.

    Parameters
    ----------
    cohort : EndpointCohort, n rows
        The endpoint.
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`, one row per row of the cohort.
    markers : sequence of str, length m
        For the notes.
    adjust : str
        How the result calls the covariates.
    adjusted : bool
        True: with the covariates of the cohort.
    conf_level : float
        Two-sided level of all limits.
    """
    everybody = np.ones(len(cohort.time), dtype=bool)
    one_stage = fit_effects(cohort, groups, everybody, markers=markers, adjusted=adjusted)
    by_trial = tuple(
        fit_effects(
            cohort, groups, cohort.trial == code,
            markers=markers, adjusted=adjusted, stratified=False,
        )
        for code in range(len(cohort.trial_ids))
    )  # fmt: skip
    pooled = pool_batches(by_trial, conf_level)
    p_values = find_p_values(one_stage.log_hazard_ratio, one_stage.standard_error)
    q_values = adjust_p_values(p_values, method="BH")
    grades = tuple(
        _grade(by_trial, place, pooled[place], one_stage, float(q_values[place]), conf_level)
        for place in range(len(markers))
    )
    return ModelEffects(adjust, one_stage, by_trial, pooled, q_values, grades)


def pool_batches(
    batches: Sequence[EffectBatch], conf_level: float
) -> tuple[TrialSynthesis, ...]:  # fmt: skip
    """Pool the estimates of each marker over trials."""
    if not batches:
        return ()
    values = np.array([batch.log_hazard_ratio for batch in batches])
    errors = np.array([batch.standard_error for batch in batches])
    return tuple(
        pool_trials(values[:, place], errors[:, place], conf_level)
        for place in range(values.shape[1])
    )


def _grade(
    by_trial: Sequence[EffectBatch],
    place: int,
    pooled: TrialSynthesis,
    one_stage: EffectBatch,
    q_value: float,
    conf_level: float,
) -> str:
    values = np.array([batch.log_hazard_ratio[place] for batch in by_trial])
    errors = np.array([batch.standard_error[place] for batch in by_trial])
    known = np.isfinite(values)
    return grade_marker(
        values[known],
        errors[known],
        heterogeneity_p_value=pooled.heterogeneity_p_value,
        pooled_limits=(pooled.lower, pooled.upper),
        shown_log_hazard_ratio=float(one_stage.log_hazard_ratio[place]),
        q_value=q_value,
        critical=float(ndtri((1 + conf_level) / 2)),
    )
