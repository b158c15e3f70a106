"""Groups of simulated patients fare as published: by the law, and in patients drawn from it."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.simulation.consortium import draw_cohort
from chorall.simulation.definitions import all_designs, published_studies, scenarios
from chorall.simulation.expected import expect
from chorall.simulation.groups import find_groups
from chorall.simulation.histories import Treatment
from chorall.simulation.marker_law import build_marker_law
from chorall.stats import kaplan_meier

LAW = build_marker_law(None)
N_PATIENTS = 20_000
STUDIES = {part.study: part for part in published_studies()}


def untreated(n: int) -> Treatment:
    zeros = np.zeros(n)
    return Treatment(zeros, zeros, np.full(n, np.inf), zeros, 0.0)


@pytest.fixture(scope="module", params=STUDIES)
def study(request):
    part = STUDIES[request.param]
    design = next(one for one in all_designs() if one.style == part.design)
    changed = {"transplant_percent": 0.0, "transplant_percent_mrd_high": 0.0, "questions": ()}
    design = design.model_copy(update=changed | {"relapse_hazard": part.relapse_hazard})
    cohort = draw_cohort(
        np.random.default_rng(8), design, LAW, N_PATIENTS, scenarios()["prognostic"]
    )
    return part, cohort


def test_expected_figures_are_the_published_ones(study):
    part, cohort = study
    groups = find_groups(LAW, cohort.patients, cohort.latent.disease)
    for figure in part.figures:
        treatment = untreated(N_PATIENTS)
        expected = expect(cohort.design, cohort.latent.risks, treatment, figure.years)
        rows = groups[figure.group]
        of_group = getattr(expected, figure.figure)[rows]
        # the law's own figure, known to the sampling of the group's patients
        error = of_group.std() / np.sqrt(rows.sum())
        assert abs(of_group.mean() - figure.published) < figure.tolerance + 3 * error, figure


def test_observed_figures_are_the_expected_ones(study):
    part, cohort = study
    course = cohort.course
    groups = find_groups(LAW, cohort.patients, cohort.latent.disease)
    first = np.where(course.relapse >= 0, course.relapse, course.last_contact)
    second = course.second_malignancy
    first = np.where((second >= 0) & (second < first), second, first)
    happened = {
        "event_free": (course.relapse >= 0) | (second >= 0) | (course.death >= 0),
        "relapse_alone": course.relapse >= 0,
    }
    for figure in part.figures:
        rows = groups[figure.group] & (course.remission >= 0)
        years = (first - course.remission)[rows] / 365.25
        event = happened[figure.figure][rows] & (years > 0)
        at = kaplan_meier(years[years > 0], event[years > 0]).at(figure.years)
        expected = expect(cohort.design, cohort.latent.risks, untreated(N_PATIENTS), figure.years)
        law = getattr(expected, figure.figure)[rows].mean()
        law = 1 - law if figure.figure == "relapse_alone" else law
        assert abs(at.survival[0] - law) < 3.5 * at.standard_error[0], figure
