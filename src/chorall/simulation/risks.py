"""The planted log hazard ratios, added up for each patient."""

from __future__ import annotations

import numpy as np

from chorall.simulation.definitions import effects
from chorall.simulation.histories import Risks
from chorall.simulation.law_definitions import HazardPart
from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.patients import Floats, Patients
from chorall.simulation.residual_disease import ResidualDisease, score_residual_disease
from chorall.simulation.scenario_definitions import Scenario
from chorall.simulation.trial_designs import TrialDesign


def list_effects(part: HazardPart, law: MarkerLaw, scenario: Scenario) -> tuple[Floats, Floats]:
    """Return the log hazard ratios of all markers: in children, and from 16 years."""
    children = np.array([part.markers.get(marker, 0.0) for marker in law.markers])
    changed = part.markers | part.adult_markers
    adults = np.array([changed.get(marker, 0.0) for marker in law.markers])
    return children * scenario.marker_scale, adults * scenario.marker_scale


def draw_deviations(
    rng: np.random.Generator, law: MarkerLaw, scenario: Scenario
) -> dict[str, float]:
    """Return how far a trial's log hazard ratios of relapse lie from those of all trials."""
    return {
        marker: float(rng.normal(0, scenario.trial_spread[marker]))
        for marker in law.markers
        if marker in scenario.trial_spread
    }


def sum_risks(
    law: MarkerLaw,
    scenario: Scenario,
    patients: Patients,
    disease: ResidualDisease,
    deviations: dict[str, float],
) -> Risks:
    """Return the log hazard ratios of each patient before treatment."""
    hazards = effects().hazards()
    sums = {
        name: _sum_part(part, law, scenario, patients, disease) for name, part in hazards.items()
    }
    own = np.array([deviations.get(marker, 0.0) for marker in law.markers])
    relapse = sums["relapse"] + patients.present @ own
    without = Scenario(meaning="late", marker_scale=0.0)
    return Risks(
        relapse=relapse,
        relapse_late=_sum_part(hazards["relapse"], law, without, patients, disease),
        death_in_remission=sums["death_in_remission"],
        death_after_failure=sums["death_after_failure"],
    )


def _sum_part(
    part: HazardPart,
    law: MarkerLaw,
    scenario: Scenario,
    patients: Patients,
    disease: ResidualDisease,
) -> Floats:
    children, adults = list_effects(part, law, scenario)
    of_markers = np.where(patients.is_adult, patients.present @ adults, patients.present @ children)
    return np.asarray(
        of_markers
        + part.age_per_decade * patients.age_years / 10
        + part.log2_wbc * np.log2(patients.wbc_10e9_per_l / 10)
        + part.down_syndrome * patients.down_syndrome
        + part.mrd * score_residual_disease(disease.end_of_induction)
        + part.late_mrd * score_residual_disease(disease.end_of_consolidation)
        + part.late_mrd_high * disease.is_late_high
    )


def find_arm_effect(
    law: MarkerLaw, scenario: Scenario, design: TrialDesign, patients: Patients, question: int
) -> tuple[Floats, float]:
    """Return what the second arm of a question adds to relapse (each patient) and to death."""
    asked = design.questions[question]
    base = asked.relapse_log_hazard_ratio * scenario.arm_scale
    if asked.reduction and scenario.reduction_log_hazard_ratio is not None:
        base = scenario.reduction_log_hazard_ratio
    relapse = np.full(len(patients), base)
    for part in scenario.interactions:
        if part.question == asked.id:
            relapse += part.log_hazard_ratio * patients.present[:, law.locate(part.marker)]
    return relapse, asked.death_log_hazard_ratio * scenario.arm_scale
