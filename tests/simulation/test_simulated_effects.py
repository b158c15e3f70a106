"""The simulator plants what its truth says: frequencies, hazard ratios and levels of outcome."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.knowledge.age_bands import age_bands
from chorall.simulation.consortium import draw_cohort
from chorall.simulation.definitions import all_designs, choose_designs, effects, scenarios
from chorall.simulation.delivery import Cohort
from chorall.simulation.marker_law import build_marker_law, compute_frequencies, find_bands
from chorall.simulation.residual_disease import score_residual_disease
from chorall.simulation.risks import list_effects
from chorall.stats.cox import fit_cox
from chorall.stats.survival_curve import kaplan_meier

LAW = build_marker_law(None)
PROGNOSTIC = scenarios()["prognostic"]
N_PATIENTS = 6000
# About one in 16,000 for one estimate: no false alarm among some hundred, and the seed is fixed.
FARTHEST_Z = 4.0
MOST_LIKELY_WRONG = 1.3
"""Bound on the mean of z squared over the markers, 1 when all is right."""


@pytest.fixture(scope="module")
def cohorts() -> list[Cohort]:
    rng = np.random.default_rng(20)
    designs = [design for design in all_designs() if design.only is None]
    return [draw_cohort(rng, design, LAW, N_PATIENTS, PROGNOSTIC) for design in designs]


def stack(cohorts: list[Cohort], part: str, name: str) -> np.ndarray:
    return np.concatenate([getattr(getattr(cohort, part), name) for cohort in cohorts])


def relapse_times(cohorts: list[Cohort]) -> tuple[np.ndarray, np.ndarray]:
    """Days from remission to relapse or to what ends the risk of it, and whether it came."""
    relapse = stack(cohorts, "course", "relapse")
    ends = [stack(cohorts, "course", name) for name in ("second_malignancy", "last_contact")]
    first = np.where(relapse >= 0, relapse, np.where(ends[0] >= 0, ends[0], ends[1]))
    # Transplantation changes the hazard and ends follow-up: given MRD it is by chance.
    transplant = stack(cohorts, "course", "transplant")
    end = np.where(transplant >= 0, np.minimum(transplant, first), first)
    return end - stack(cohorts, "course", "remission"), (relapse >= 0) & (end == relapse)


def arm_columns(cohorts: list[Cohort]) -> tuple[np.ndarray, list[float]]:
    """One column for the second arm of each question of each trial, and the planted effects."""
    columns, planted = [], []
    for position, cohort in enumerate(cohorts):
        for one in cohort.course.allocations:
            column = np.zeros(len(cohorts) * N_PATIENTS)
            rows = slice(position * N_PATIENTS, (position + 1) * N_PATIENTS)
            column[rows] = one.randomised & (one.arm == 1)
            columns.append(column)
            planted.append(one.question.relapse_log_hazard_ratio)
    return np.column_stack(columns), planted


@pytest.mark.parametrize("adult", [False, True])
def test_relapse_hazard_ratios_are_the_planted_ones(cohorts: list[Cohort], adult: bool) -> None:
    part = effects().relapse
    days, relapsed = relapse_times(cohorts)
    disease = [cohort.latent.disease for cohort in cohorts]
    late = np.concatenate([one.end_of_consolidation for one in disease])
    early = np.concatenate([one.end_of_induction for one in disease])
    arms, of_arms = arm_columns(cohorts)
    rows = (stack(cohorts, "course", "remission") >= 0) & (days > 0)
    rows &= stack(cohorts, "patients", "is_adult") == adult
    rows &= stack(cohorts, "patients", "is_t") == 0
    covariates = np.column_stack(
        [
            stack(cohorts, "patients", "present"),
            stack(cohorts, "patients", "age_years") / 10,
            np.log2(stack(cohorts, "patients", "wbc_10e9_per_l") / 10),
            score_residual_disease(early),
            late >= -3,
            arms,
        ]
    ).astype(float)
    planted = np.array(
        [
            *list_effects(part, LAW, PROGNOSTIC)[int(adult)],
            part.age_per_decade,
            part.log2_wbc,
            part.mrd,
            part.late_mrd_high,
            *of_arms,
        ]
    )
    # Too rare in this lineage or age to be estimated, or asked in other trials only.
    enough = (covariates[rows][relapsed[rows]] != 0).sum(axis=0) >= 15
    trial = np.repeat(np.arange(len(cohorts)), N_PATIENTS)
    fit = fit_cox(covariates[rows][:, enough], days[rows], relapsed[rows], strata=trial[rows])
    z = (fit.log_hazard_ratio - planted[enough]) / fit.standard_error
    assert enough.sum() > 35
    assert np.abs(z).max() < FARTHEST_Z
    assert np.mean(z**2) < MOST_LIKELY_WRONG


def test_lesions_are_as_frequent_as_planted(cohorts: list[Cohort]) -> None:
    planted = compute_frequencies(LAW)
    present = stack(cohorts, "patients", "present")
    is_t = stack(cohorts, "patients", "is_t")
    band = find_bands(stack(cohorts, "patients", "age_years"))
    worst = 0.0
    for position, age_band in enumerate(age_bands()):
        for lineage, of_lineage in (("B", ~is_t), ("T", is_t)):
            rows = (band == position) & of_lineage
            for column, marker in enumerate(LAW.markers):
                share = planted[marker][lineage][age_band.label]
                if rows.sum() * share < 20:
                    continue
                spread = np.sqrt(share * (1 - share) / rows.sum())
                worst = max(worst, abs(present[rows, column].mean() - share) / spread)
    assert 1 < worst < FARTHEST_Z + 0.3


def test_outcomes_are_of_the_size_that_real_trials_report(cohorts: list[Cohort]) -> None:
    expected = {
        "paediatric": (0.85, 0.92),
        "kids": (0.83, 0.90),
        "mini": (0.83, 0.90),
        "aya": (0.43, 0.53),
        "adult": (0.36, 0.46),
        "grand": (0.36, 0.46),
        "older": (0.14, 0.24),
    }
    for cohort in cohorts:
        course = cohort.course
        curve = kaplan_meier(course.last_contact / 365.25, course.death >= 0)
        at_five_years = curve.survival[np.searchsorted(curve.time, 5.0, side="right") - 1]
        low, high = expected[cohort.design.style]
        assert low < at_five_years < high, cohort.design.style


def test_nothing_happens_after_last_contact_or_before_its_cause(cohorts: list[Cohort]) -> None:
    for cohort in cohorts:
        course = cohort.course
        relapsed = course.relapse >= 0
        days = [course.remission, course.relapse, course.transplant]
        for one in (*days, *(part.day for part in course.allocations)):
            assert (one <= course.last_contact).all()
        assert (course.remission[relapsed] >= 0).all()
        assert (course.relapse > course.remission)[relapsed].all()
        assert (course.last_contact == course.death)[course.death >= 0].all()
        assert not ((course.remission >= 0) & (course.induction_failure >= 0)).any()
        assert not (relapsed & (course.transplant > course.relapse)).any()


def test_only_the_eligible_are_randomised() -> None:
    rng = np.random.default_rng(4)
    for design in choose_designs(8):
        cohort = draw_cohort(rng, design, LAW, 1500, PROGNOSTIC)
        allowed = {
            "remission": np.ones(1500, dtype=bool),
            "b_lineage": ~cohort.patients.is_t,
            "mrd_low": cohort.latent.disease.is_low,
        }
        for one in cohort.course.allocations:
            assert one.randomised.sum() > 100
            assert allowed[one.question.eligible][one.randomised].all()
