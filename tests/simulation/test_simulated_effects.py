"""The simulator plants what its truth says: frequencies, hazard ratios and levels of outcome."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.knowledge.age_bands import age_bands
from chorall.simulation.consortium import draw_cohort
from chorall.simulation.definitions import choose_designs, effects
from chorall.simulation.delivery import Cohort
from chorall.simulation.marker_law import build_marker_law, compute_frequencies, find_bands
from chorall.stats.cox import fit_cox
from chorall.stats.survival_curve import kaplan_meier

LAW = build_marker_law(None)
# About one in 16,000 for one estimate: no false alarm among some hundred, and the seed is fixed.
FARTHEST_Z = 4.0
MOST_LIKELY_WRONG = 1.3
"""Bound on the mean of z squared over the markers, 1 when all is right."""


@pytest.fixture(scope="module")
def cohorts() -> list[Cohort]:
    rng = np.random.default_rng(20)
    return [draw_cohort(rng, design, LAW, 8000) for design in choose_designs(4)]


def stack(cohorts: list[Cohort], part: str, name: str) -> np.ndarray:
    return np.concatenate([getattr(getattr(cohort, part), name) for cohort in cohorts])


def test_relapse_hazard_ratios_are_the_planted_ones(cohorts: list[Cohort]) -> None:
    remission, relapse = (stack(cohorts, "course", name) for name in ("remission", "relapse"))
    ends = [stack(cohorts, "course", name) for name in ("second_malignancy", "last_contact")]
    first = np.where(relapse >= 0, relapse, np.where(ends[0] >= 0, ends[0], ends[1]))
    is_randomised = stack(cohorts, "course", "randomised") >= 0
    treated = is_randomised & (stack(cohorts, "course", "arm") == 1)
    trial = np.repeat(np.arange(4), 8000)
    part = effects().relapse
    covariates = np.column_stack(
        [
            stack(cohorts, "patients", "present"),
            stack(cohorts, "patients", "age_years") / 10,
            np.log2(stack(cohorts, "patients", "wbc_10e9_per_l") / 10),
            *(treated & (trial == position) for position in range(4)),
        ]
    ).astype(float)
    planted = np.array(
        [
            *(part.markers.get(marker, 0.0) for marker in LAW.markers),
            part.age_per_decade,
            part.log2_wbc,
            *(cohort.design.arm_log_hazard_ratio for cohort in cohorts),
        ]
    )
    rows = (remission >= 0) & (first > remission)
    fit = fit_cox(
        covariates[rows], (first - remission)[rows], (relapse >= 0)[rows], strata=trial[rows]
    )
    z = (fit.log_hazard_ratio - planted) / fit.standard_error
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
    assert 1 < worst < FARTHEST_Z


def test_outcomes_are_of_the_size_that_real_trials_report(cohorts: list[Cohort]) -> None:
    expected = {
        "paediatric": (0.88, 0.92),
        "aya": (0.53, 0.60),
        "adult": (0.44, 0.52),
        "older": (0.24, 0.32),
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
        for days in (course.remission, course.relapse, course.transplant, course.randomised):
            assert (days <= course.last_contact).all()
        assert (course.remission[relapsed] >= 0).all()
        assert (course.relapse > course.remission)[relapsed].all()
        assert (course.last_contact == course.death)[course.death >= 0].all()
        assert not ((course.remission >= 0) & (course.induction_failure >= 0)).any()
        assert not (relapsed & (course.transplant > course.relapse)).any()
