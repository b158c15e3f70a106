"""The course of the disease: allocation, history, and what is seen of it before follow-up ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.simulation.definitions import effects
from chorall.simulation.histories import NEVER, Fate, History, Risks, Treatment, draw_fates, live
from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.patients import Booleans, Floats, Integers, Patients
from chorall.simulation.residual_disease import ResidualDisease, draw_residual_disease
from chorall.simulation.risks import draw_deviations, find_arm_effect, sum_risks
from chorall.simulation.scenario_definitions import Scenario
from chorall.simulation.trial_designs import QuestionDesign, TrialDesign

LOST_PER_YEAR = 0.012
TRANSPLANT_DAYS = (70, 190)
OLDEST_FOR_TRANSPLANT = 65.0
CONSOLIDATION_DAYS = 45
TYPING_DAYS = 14
"""From remission to the result of tissue typing."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """One randomised question in one trial; arrays of shape (n_patients,).

    Attributes
    ----------
    question : QuestionDesign
        As designed.
    day : ndarray of int
        Of randomisation, from diagnosis; -1 where not randomised or not seen.
    arm : ndarray of int
        0 first, 1 second arm; meaningful where randomised.
    """

    question: QuestionDesign
    day: Integers
    arm: Integers

    @property
    def randomised(self) -> Booleans:
        """Tell who was randomised."""
        return np.asarray(self.day != NEVER)


@dataclass(frozen=True, slots=True)
class Course:
    """What was observed of each patient until the end of follow-up; shape (n_patients,) each.

    Days are counted from diagnosis, -1 where it did not happen or was not observed.

    Attributes
    ----------
    remission, induction_failure, relapse, second_malignancy, transplant, death : ndarray of int
        Days.
    last_contact : ndarray of int
        Day of death, or last day known alive.
    allocations : tuple of Allocation
        One for each question of the trial.
    mrd_fraction, late_mrd_fraction : ndarray of float
        At the end of induction and of consolidation; NaN without a measurement.
    late_mrd_day : ndarray of int
        Of the second measurement, -1 without one.
    typing_day : ndarray of int
        Of the result of tissue typing, -1 without one.
    has_donor : ndarray of bool
        Whether a suitable donor was found; meaningful where typed.
    """

    remission: Integers
    induction_failure: Integers
    relapse: Integers
    second_malignancy: Integers
    transplant: Integers
    death: Integers
    last_contact: Integers
    allocations: tuple[Allocation, ...]
    mrd_fraction: Floats
    late_mrd_fraction: Floats
    late_mrd_day: Integers
    typing_day: Integers
    has_donor: Booleans


@dataclass(frozen=True, slots=True)
class Latent:
    """All that is true of the patients of a trial and that no delivery holds.

    Attributes
    ----------
    disease : ResidualDisease
        MRD, measured or not.
    fate : Fate
        Their randomness.
    risks : Risks
        Their log hazard ratios before treatment.
    treatment : Treatment
        As received.
    history : History
        What happens without an end of follow-up.
    deviations : dict of str to float
        How far the trial's effects of markers lie from those of all trials.
    has_donor : ndarray of bool, shape (n_patients,)
        Who has a suitable donor.
    """

    disease: ResidualDisease
    fate: Fate
    risks: Risks
    treatment: Treatment
    history: History
    deviations: dict[str, float]
    has_donor: Booleans


def draw_course(
    rng: np.random.Generator,
    design: TrialDesign,
    law: MarkerLaw,
    patients: Patients,
    scenario: Scenario,
) -> tuple[Course, Latent]:
    """Draw what happens to the patients of a trial and how much of it is seen."""
    disease = draw_residual_disease(rng, law, patients, scenario.marker_scale)
    deviations = draw_deviations(rng, law, scenario)
    risks = sum_risks(law, scenario, patients, disease, deviations)
    fate = draw_fates(rng, design, len(patients))
    allocations = tuple(
        draw_allocation(rng, question, patients, disease, fate) for question in design.questions
    )
    share = plan_transplants(design, patients, disease, fate, scenario)
    chosen = draw_transplants(rng, share, scenario)
    # a stream of its own: trials that do not type tissue stay as they were
    has_donor = draw_donors(rng.spawn(1)[0], design, scenario, share, np.isfinite(chosen))
    treatment = sum_treatment(law, design, scenario, patients, disease, allocations, chosen)
    history = live(fate, design, risks, treatment, scenario.late_change_years)
    latent = Latent(disease, fate, risks, treatment, history, deviations, has_donor)
    return _observe(rng, design, patients, latent, allocations), latent


def draw_allocation(
    rng: np.random.Generator,
    question: QuestionDesign,
    patients: Patients,
    disease: ResidualDisease,
    fate: Fate,
) -> Allocation:
    """Draw who is randomised, just after remission, and to which arm."""
    eligible = {
        "remission": np.ones(len(patients), dtype=np.bool_),
        "b_lineage": ~patients.is_t,
        "mrd_low": disease.is_low,
    }[question.eligible]
    drawn = rng.random(len(patients)) < question.randomised_percent / 100
    arm = rng.integers(0, 2, len(patients))
    randomised = fate.in_remission & eligible & drawn
    return Allocation(question, np.where(randomised, fate.remission_day + 1, NEVER), arm)


def plan_transplants(
    design: TrialDesign,
    patients: Patients,
    disease: ResidualDisease,
    fate: Fate,
    scenario: Scenario,
) -> Floats:
    """Return each patient's probability that a transplantation is planned."""
    percent = np.where(
        disease.is_high, design.transplant_percent_mrd_high, design.transplant_percent
    )
    if scenario.transplant_percent is not None:
        percent = np.full(len(patients), scenario.transplant_percent)
    fit = fate.in_remission & (patients.age_years < OLDEST_FOR_TRANSPLANT)
    return np.asarray(np.where(fit, percent / 100, 0.0))


def draw_transplants(rng: np.random.Generator, share: Floats, scenario: Scenario) -> Floats:
    """Return days from remission to a planned transplantation, infinite without one."""
    chosen = rng.random(share.size) < share
    days = rng.integers(*(scenario.transplant_days or TRANSPLANT_DAYS), share.size)
    return np.where(chosen, days, np.inf)


def draw_donors(
    rng: np.random.Generator,
    design: TrialDesign,
    scenario: Scenario,
    share: Floats,
    chosen: Booleans,
) -> Booleans:
    """Return who has a donor: all who are to be transplanted, and as many others as make it chance.

    Given everything else each patient has a donor with the same probability, as nature does it.
    """
    if design.donor_percent is None:
        return np.zeros(share.size, dtype=np.bool_)
    percent = scenario.donor_percent or design.donor_percent
    others = (percent / 100 - share) / (1 - share)
    if (others < 0).any():
        raise InputError(
            f"{design.trial_id}: more patients are to be transplanted ({100 * share.max():g} %) "
            f"than have a donor ({percent:g} %)."
        )
    return np.asarray(chosen | (rng.random(share.size) < others))


def sum_treatment(
    law: MarkerLaw,
    design: TrialDesign,
    scenario: Scenario,
    patients: Patients,
    disease: ResidualDisease,
    allocations: tuple[Allocation, ...],
    transplant_day: Floats,
) -> Treatment:
    """Add up what the arms and the transplantation do to each patient."""
    relapse, death = np.zeros(len(patients)), np.zeros(len(patients))
    for position, allocation in enumerate(allocations):
        treated = allocation.randomised & (allocation.arm == 1)
        of_relapse, of_death = find_arm_effect(law, scenario, design, patients, position)
        relapse += treated * of_relapse
        death += treated * of_death
    part = effects().transplant
    after = np.where(disease.is_high, part.relapse_mrd_high, part.relapse_mrd_low)
    if scenario.transplant_relapse is not None:
        after = np.full(len(patients), scenario.transplant_relapse)
    return Treatment(
        relapse=relapse,
        death_in_remission=death,
        transplant_day=transplant_day,
        transplant_relapse=after * scenario.transplant_effect,
        transplant_hazard=float(-np.log1p(-part.death_share)) * scenario.transplant_deaths,
    )


def _observe(
    rng: np.random.Generator,
    design: TrialDesign,
    patients: Patients,
    latent: Latent,
    allocations: tuple[Allocation, ...],
) -> Course:
    """Stop looking at the data cut-off, or earlier where the patient was lost from sight."""
    n_patients, history = len(patients), latent.history
    lost = np.ceil(rng.standard_exponential(n_patients) / LOST_PER_YEAR * DAYS_PER_YEAR)
    end = np.minimum(np.minimum(patients.days_to_cutoff, lost), history.death)
    measured = rng.random((2, n_patients)) < design.mrd_percent / 100
    remission = _see(history.remission, end)
    second = np.where(remission == NEVER, np.inf, history.remission + CONSOLIDATION_DAYS)
    late_day = _see(np.where(second < history.relapse, second, np.inf), end)
    # who relapses before the result is known is not typed
    known = history.remission + TYPING_DAYS
    typed = np.where(known < history.relapse, known, np.inf)
    seen = tuple(
        Allocation(one.question, _see(np.where(one.randomised, one.day, np.inf), end), one.arm)
        for one in allocations
    )
    early_measured = (remission != NEVER) & measured[0]
    late_measured = (late_day != NEVER) & measured[1]
    return Course(
        remission=remission,
        induction_failure=_see(history.induction_failure, end),
        relapse=_see(history.relapse, end),
        second_malignancy=_see(history.second_malignancy, end),
        transplant=_see(history.transplant, end),
        death=_see(history.death, end),
        last_contact=end.astype(np.int64),
        allocations=seen,
        mrd_fraction=np.where(early_measured, 10**latent.disease.end_of_induction, np.nan),
        late_mrd_fraction=np.where(late_measured, 10**latent.disease.end_of_consolidation, np.nan),
        late_mrd_day=np.where(late_measured, late_day, NEVER),
        typing_day=_see(np.where(design.donor_percent is not None, typed, np.inf), end),
        has_donor=latent.has_donor,
    )


def _see(days: Floats, end: Floats) -> Integers:
    """Return the days that come before the end of follow-up, -1 for the others."""
    return np.where(days <= end, days, NEVER).astype(np.int64)
