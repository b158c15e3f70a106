"""Everything that is fitted for the markers on one endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.age_effects import AgeEffects, fit_age_effects
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.endpoint_effects import ModelEffects, fit_models
from chorall.analyses.marker_comparison import MarkerComparison, compare_marker
from chorall.analyses.marker_effect import MarkerEffect
from chorall.analyses.proportionality import PeriodEffects, fit_periods, measure_proportionality
from chorall.analyses.subdistribution_effect import fit_subdistribution
from chorall.analyses.testing_bias import find_selective_testing
from chorall.knowledge.units import DAYS_PER_YEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person asked for.

    Attributes
    ----------
    horizon_years, cut_years, conf_level : float
        Where k-year figures are read; where early ends; level of all limits.
    adjust : str
        The covariates in words, or `none`.
    baseline_adjust : str
        The same without what changes with time, as Fine and Gray's model needs it.
    full : bool
        False: hazard ratios, pooling and grades only; no curves, Fine-Gray models or tests that
        look at each marker on its own.
    """

    horizon_years: float
    cut_years: float
    conf_level: float
    adjust: str
    baseline_adjust: str
    full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAnalysis:
    """All results of m markers on one endpoint.

    Attributes
    ----------
    cohort : EndpointCohort
        One row per patient.
    markers : tuple of str, length m
        Their names.
    comparisons : tuple of MarkerComparison, length m
        What needs no model.
    unadjusted, adjusted : ModelEffects
        The same object where nothing is adjusted for.
    periods : PeriodEffects
        Early and late.
    ages : AgeEffects
        The marker's effect by age.
    subdistribution, adjusted_subdistribution : tuple of MarkerEffect
        Fine and Gray; empty where nothing competes or only estimates are asked for.
    proportionality_p_value : ndarray of float, shape (m,)
        Of the adjusted model; NaN where not tested.
    selective : dict of str to str
        Markers whose testing goes with the event.
    settings : Settings
        What was asked for.
    """

    cohort: EndpointCohort
    markers: tuple[str, ...]
    comparisons: tuple[MarkerComparison, ...]
    unadjusted: ModelEffects
    adjusted: ModelEffects
    periods: PeriodEffects
    ages: AgeEffects
    subdistribution: tuple[MarkerEffect, ...]
    adjusted_subdistribution: tuple[MarkerEffect, ...]
    proportionality_p_value: NDArray[np.float64]
    selective: dict[str, str]
    settings: Settings

    @property
    def is_adjusted(self) -> bool:
        """True where the adjusted models differ from the unadjusted."""
        return self.adjusted is not self.unadjusted


def analyse_endpoint(
    cohort: EndpointCohort,
    model_cohort: EndpointCohort,
    groups: NDArray[np.int8],
    markers: Sequence[str],
    settings: Settings,
    tick: Callable[[], object],
) -> EndpointAnalysis:
    """Fit everything for one endpoint.

    Parameters
    ----------
    cohort : EndpointCohort, n patients
        One row per patient.
    model_cohort : EndpointCohort
        What the adjusted models are fitted to: the same, or its spans.
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`.
    markers : sequence of str, length m
        Their names.
    settings : Settings
        What was asked for.
    tick : callable
        Called after each marker.
    """
    spread = model_cohort.spread(groups)
    unadjusted = fit_models(
        cohort, groups, markers=markers, adjust="none", adjusted=False,
        conf_level=settings.conf_level,
    )  # fmt: skip
    adjusted = unadjusted
    if settings.adjust != "none":
        adjusted = fit_models(
            model_cohort, spread, markers=markers, adjust=settings.adjust, adjusted=True,
            conf_level=settings.conf_level,
        )  # fmt: skip
    comparisons = []
    proportionality = np.full(len(markers), np.nan)
    for place, marker in enumerate(markers):
        comparisons.append(
            compare_marker(
                cohort, marker, groups[:, place], horizon_years=settings.horizon_years,
                conf_level=settings.conf_level, with_curves=settings.full,
            )
        )  # fmt: skip
        if settings.full:
            proportionality[place] = measure_proportionality(
                model_cohort, spread[:, place], adjusted=True
            )
        tick()
    plain, rich = _fit_subdistributions(cohort, groups, markers, settings)
    return EndpointAnalysis(
        cohort=cohort,
        markers=tuple(markers),
        comparisons=tuple(comparisons),
        unadjusted=unadjusted,
        adjusted=adjusted,
        periods=fit_periods(
            model_cohort, groups, markers=markers, cut_days=settings.cut_years * DAYS_PER_YEAR
        ),
        ages=fit_age_effects(model_cohort, spread, markers=markers),
        subdistribution=plain,
        adjusted_subdistribution=rich,
        proportionality_p_value=proportionality,
        selective=find_selective_testing(cohort, groups, markers),
        settings=settings,
    )


def _fit_subdistributions(
    cohort: EndpointCohort,
    groups: NDArray[np.int8],
    markers: Sequence[str],
    settings: Settings,
) -> tuple[tuple[MarkerEffect, ...], tuple[MarkerEffect, ...]]:
    """Fit Fine and Gray's models; they know baseline covariates only."""
    if cohort.n_causes < 2 or not settings.full:
        return (), ()
    flags = (False, True) if cohort.covariates.columns else (False,)
    found = [
        tuple(
            fit_subdistribution(
                cohort, groups[:, place], marker=marker, adjusted=flag,
                conf_level=settings.conf_level,
            )
            for place, marker in enumerate(markers)
        )
        for flag in flags
    ]  # fmt: skip
    return found[0], found[-1]
