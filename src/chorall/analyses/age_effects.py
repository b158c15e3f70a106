"""Whether a marker means the same at every age: per decade within trials, child against adult."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.cohort_spans import take_rows
from chorall.analyses.effect_batch import EffectBatch, fit_effects, scan_effects
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.knowledge.age_bands import adult_from_years, age_bands
from chorall.models.design_matrix import DesignColumn, DesignMatrix

YEARS_PER_DECADE: Final = 10.0
CHILD_BELOW_YEARS: Final = 16.0
"""A bound of the age bands: children are younger; adults have reached `adult_from_years`."""
assert CHILD_BELOW_YEARS in {band.upper for band in age_bands()}


@dataclass(frozen=True, slots=True)
class AgeEffects:
    """How the effect of m markers changes with age; log ratios of hazard ratios, NaN if not given.

    Attributes
    ----------
    per_decade : tuple of EffectBatch, length k
        Within each trial: log hazard ratio of presence per decade of age older.
    child, adult : EffectBatch
        Of presence, in children (under 16) and in adults (26 and over), stratified by trial.
    adult_to_child : EffectBatch
        Adult less child: mostly a comparison between trials, as few trials have both.
    within : tuple of EffectBatch, length k
        The same within each trial that has both.
    """

    per_decade: tuple[EffectBatch, ...]
    child: EffectBatch
    adult: EffectBatch
    adult_to_child: EffectBatch
    within: tuple[EffectBatch, ...]


def fit_age_effects(
    cohort: EndpointCohort, groups: NDArray[np.int8], *, markers: Sequence[str]
) -> AgeEffects:
    """Fit the adjusted models by age; see `AgeEffects`.

    Parameters
    ----------
    cohort : EndpointCohort, n rows
        The endpoint, with the covariates of the adjusted models.
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`.
    markers : sequence of str, length m
        For the notes.
    """
    ages = cohort.numbers("age_years")
    in_trial = [cohort.trial == code for code in range(len(cohort.trial_ids))]
    young, old = ages < CHILD_BELOW_YEARS, ages >= adult_from_years()
    child, adult = (
        fit_effects(cohort, groups, rows, markers=markers, adjusted=True) for rows in (young, old)
    )
    within = tuple(
        _fit_within(cohort, groups, rows & young, rows & old, markers) for rows in in_trial
    )  # fmt: skip
    return AgeEffects(
        per_decade=tuple(
            _fit_decade(cohort, groups, np.flatnonzero(rows & np.isfinite(ages)), markers)
            for rows in in_trial
        ),
        child=child,
        adult=adult,
        adult_to_child=subtract(adult, child),
        within=within,
    )


def _fit_within(
    cohort: EndpointCohort,
    groups: NDArray[np.int8],
    young: NDArray[np.bool_],
    old: NDArray[np.bool_],
    markers: Sequence[str],
) -> EffectBatch:
    child, adult = (
        fit_effects(cohort, groups, rows, markers=markers, adjusted=True, stratified=False)
        for rows in (young, old)
    )
    return subtract(adult, child)


def _fit_decade(
    cohort: EndpointCohort,
    groups: NDArray[np.int8],
    rows: NDArray[np.int64],
    markers: Sequence[str],
) -> EffectBatch:
    """Fit presence, age and their product in one trial; age comes first among the covariates."""
    part = take_rows(cohort, rows)
    ages = part.numbers("age_years")
    decades = (ages - (ages.mean() if len(ages) else 0.0)) / YEARS_PER_DECADE
    design = part.covariates
    linear = DesignMatrix(
        (DesignColumn("age", "age"), *design.columns),
        np.column_stack([decades, design.values]),
        design.missing,
    )
    return scan_effects(replace(part, covariates=linear), groups[rows], markers=markers)


def subtract(one: EffectBatch, other: EffectBatch) -> EffectBatch:
    """Return the ratio of the hazard ratios of two sets of different patients."""
    notes = tuple(a or b for a, b in zip(one.notes, other.notes, strict=True))
    return EffectBatch(
        log_hazard_ratio=one.log_hazard_ratio - other.log_hazard_ratio,
        standard_error=np.hypot(one.standard_error, other.standard_error),
        n=one.n + other.n,
        n_events=one.n_events + other.n_events,
        n_present=one.n_present + other.n_present,
        n_absent=one.n_absent + other.n_absent,
        events_present=one.events_present + other.events_present,
        firth=one.firth | other.firth,
        notes=notes,
    )
