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
from chorall.stats import fit_cox, kaplan_meier

LAW = build_marker_law(None)
N_PATIENTS = 20_000
STUDIES = {part.study: part for part in published_studies()}
# the donors have a file of their own: test_donor_planted.py
WITH_FIGURES = [
    name for name, part in STUDIES.items() if part.figures and part.scenario == "prognostic"
]
WITH_RATIOS = [name for name, part in STUDIES.items() if part.ratios]
GRAALL_TRANSPLANT = 0.40
"""Hazard ratio with transplantation where MRD was 1e-3 or more: Blood 125:2486, 522 patients."""


def untreated(n: int) -> Treatment:
    zeros = np.zeros(n)
    return Treatment(zeros, zeros, np.full(n, np.inf), zeros, 0.0)


@pytest.fixture(scope="module")
def study(request):
    part = STUDIES[request.param]
    design = next(one for one in all_designs() if one.style == part.design)
    changed = {"transplant_percent": 0.0, "transplant_percent_mrd_high": 0.0, "questions": ()}
    design = design.model_copy(update=changed | {"relapse_hazard": part.relapse_hazard})
    cohort = draw_cohort(
        np.random.default_rng(8), design, LAW, N_PATIENTS, scenarios()["prognostic"]
    )
    return part, cohort


@pytest.mark.parametrize("study", WITH_FIGURES, indirect=True)
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
        assert figure.measure_miss(of_group.mean()) <= figure.tolerance + 3 * error, figure


@pytest.mark.parametrize("study", WITH_FIGURES, indirect=True)
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
        "alive": course.death >= 0,
    }
    for figure in part.figures:
        if figure.figure == "relapse":
            continue  # with competing deaths: its parts are the two above
        rows = groups[figure.group] & (course.remission >= 0)
        end = course.last_contact if figure.figure == "alive" else first
        years = (end - course.remission)[rows] / 365.25
        event = happened[figure.figure][rows] & (years > 0)
        at = kaplan_meier(years[years > 0], event[years > 0]).at(figure.years)
        expected = expect(cohort.design, cohort.latent.risks, untreated(N_PATIENTS), figure.years)
        law = getattr(expected, figure.figure)[rows].mean()
        law = 1 - law if figure.figure == "relapse_alone" else law
        assert abs(at.survival[0] - law) < 3.5 * at.standard_error[0], figure


@pytest.mark.parametrize("study", WITH_RATIOS, indirect=True)
def test_expected_hazard_ratios_lie_in_the_published_intervals(study):
    part, cohort = study
    groups = find_groups(LAW, cohort.patients, cohort.latent.disease)
    for ratio in part.ratios:
        expected = expect(cohort.design, cohort.latent.risks, untreated(N_PATIENTS), ratio.years)
        worse, better = (
            -np.log(getattr(expected, ratio.figure)[groups[name]].mean()) for name in ratio.groups
        )
        low, high = ratio.interval
        assert low < worse / better < high, ratio


@pytest.mark.parametrize("high", [True, False])
def test_transplantation_helps_where_mrd_is_high_and_only_there(high):
    design = next(one for one in all_designs() if one.style == "grand")
    cohort = draw_cohort(
        np.random.default_rng(12), design, LAW, N_PATIENTS, scenarios()["prognostic"]
    )
    course, latent = cohort.course, cohort.latent
    rows = (course.remission >= 0) & (latent.disease.is_high == high)
    relapsed = (course.relapse >= 0)[rows]
    end = np.where(course.relapse >= 0, course.relapse, course.last_contact) - course.remission
    given = np.where(course.transplant >= 0, course.transplant - course.remission, np.inf)
    time, day = end[rows].astype(float), given[rows]
    done = (day < time) & (time > 0)
    use = time > 0
    # a patient counts as not transplanted until the day, and as transplanted from it on
    before = np.where(done, day, time)
    risk = latent.risks.relapse[rows]
    x = np.column_stack(
        [np.r_[np.zeros(use.sum()), np.ones(done.sum())], np.r_[risk[use], risk[done]]]
    )
    fit = fit_cox(
        x,
        np.r_[before[use], time[done]],
        np.r_[(relapsed & ~done)[use], relapsed[done]],
        entry_time=np.r_[np.zeros(use.sum()), day[done]],
    )
    published = np.log(GRAALL_TRANSPLANT) if high else 0.0
    assert abs(fit.log_hazard_ratio[0] - published) < 3 * fit.standard_error[0]
    assert fit.standard_error[0] < 0.1
