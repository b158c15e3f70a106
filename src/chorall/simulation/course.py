"""Draw the course of the disease: remission, relapse, transplantation, death, end of follow-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.simulation.definitions import TrialDesign, effects
from chorall.simulation.hazards import draw_days, sum_effects
from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.patients import Booleans, Floats, Integers, Patients

NEVER = -1
ARMS = ("STD", "EXP")

# Years in which the hazard falls to a third.
RELAPSE_YEARS, DEATH_IN_REMISSION_YEARS, DEATH_AFTER_FAILURE_YEARS = 1.6, 1.2, 0.9
DEATH_AFTER_TRANSPLANT = {"share": 0.12, "years": 0.5}
DEATH_AFTER_SECOND_MALIGNANCY_HAZARD = 0.7
LOST_PER_YEAR = 0.012
RANDOMISED_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Course:
    """What was observed of each patient until the end of follow-up; shape (n_patients,) each.

    Days are counted from diagnosis, -1 where it did not happen or was not observed.

    Attributes
    ----------
    remission, induction_failure, relapse, second_malignancy, transplant, death : ndarray of int
        Days.
    randomised : ndarray of int
        Day of the randomisation R1.
    arm : ndarray of int
        0 standard, 1 experimental; meaningful where randomised.
    last_contact : ndarray of int
        Day of death, or last day known alive.
    mrd_fraction : ndarray of float
        At the end of induction; NaN without a measurement. A reading of the linear predictor of
        relapse with noise: it has no effect of its own, so that the planted ratios stay exact.
    """

    remission: Integers
    induction_failure: Integers
    relapse: Integers
    second_malignancy: Integers
    transplant: Integers
    death: Integers
    randomised: Integers
    arm: Integers
    last_contact: Integers
    mrd_fraction: Floats


def draw_course(
    rng: np.random.Generator, design: TrialDesign, law: MarkerLaw, patients: Patients
) -> Course:
    """Draw what happens to the patients of a trial and how much of it is seen.

    Parameters
    ----------
    rng : Generator
        Advanced.
    design : TrialDesign
        Baseline hazards.
    law : MarkerLaw
        Names the columns of `patients.present`.
    patients : Patients
        The patients at diagnosis.
    """
    n_patients = len(patients)
    dies_early = rng.random(n_patients) < design.induction_death_percent / 100
    fails = ~dies_early & (rng.random(n_patients) < design.induction_failure_percent / 100)
    in_remission = ~dies_early & ~fails
    remission = np.where(in_remission, rng.integers(26, 46, n_patients), NEVER)
    failure = np.where(fails, rng.integers(33, 64, n_patients), NEVER)
    arm = rng.integers(0, 2, n_patients)
    is_randomised = in_remission & (rng.random(n_patients) < RANDOMISED_SHARE)
    predictor = sum_effects(effects().relapse, law, patients)
    arm_effect = design.arm_log_hazard_ratio * (is_randomised & (arm == 1))
    relapse = draw_days(rng, design.relapse_hazard, predictor + arm_effect, RELAPSE_YEARS)
    transplant = _draw_transplants(rng, design, in_remission)
    first = _draw_first_event(rng, design, law, patients, relapse, transplant)
    death = _draw_deaths(rng, design, law, patients, first, remission, failure)
    early = rng.integers(4, 36, n_patients).astype(float)
    latent = {
        "remission": remission,
        "induction_failure": failure,
        "relapse": _count_from(remission, first["relapse"]),
        "second_malignancy": _count_from(remission, first["second_malignancy"]),
        "transplant": _count_from(remission, first["transplant"]),
        "death": np.where(dies_early, early, death),
        "randomised": np.where(is_randomised, remission + 1, NEVER),
    }
    return _observe(rng, design, patients, latent, arm, predictor)


def _draw_transplants(
    rng: np.random.Generator, design: TrialDesign, in_remission: Booleans
) -> Floats:
    """Return days from remission; who is transplanted does not hang on the lesions."""
    chosen = in_remission & (rng.random(in_remission.size) < design.transplant_percent / 100)
    return np.where(chosen, rng.integers(70, 190, in_remission.size), np.inf)


def _draw_first_event(
    rng: np.random.Generator,
    design: TrialDesign,
    law: MarkerLaw,
    patients: Patients,
    relapse: Floats,
    transplant: Floats,
) -> dict[str, Floats]:
    """Let the events in remission compete; days from remission, infinite for those that lost."""
    n_patients = relapse.size
    predictor = sum_effects(effects().death_in_remission, law, patients)
    death = draw_days(rng, design.death_in_remission_hazard, predictor, DEATH_IN_REMISSION_YEARS)
    of_transplant = DEATH_AFTER_TRANSPLANT["share"]
    after = draw_days(
        rng, -np.log1p(-of_transplant), np.zeros(n_patients), DEATH_AFTER_TRANSPLANT["years"]
    )
    death = np.minimum(death, transplant + after)
    per_day = design.second_malignancy_per_year / DAYS_PER_YEAR
    second = np.ceil(rng.standard_exponential(n_patients) / per_day) + 1
    earliest = np.minimum(np.minimum(relapse, death), second)
    # Equal days go to the relapse, then to death: each patient has one first event.
    is_relapse = relapse <= earliest
    is_death = ~is_relapse & (death <= earliest)
    return {
        "relapse": np.where(is_relapse, relapse, np.inf),
        "death": np.where(is_death, death, np.inf),
        "second_malignancy": np.where(is_relapse | is_death, np.inf, second),
        "transplant": np.where(transplant < earliest, transplant, np.inf),
    }


def _draw_deaths(
    rng: np.random.Generator,
    design: TrialDesign,
    law: MarkerLaw,
    patients: Patients,
    first: dict[str, Floats],
    remission: Integers,
    failure: Integers,
) -> Floats:
    """Return the day of death after remission or induction failure; infinite without one."""
    predictor = sum_effects(effects().death_after_failure, law, patients)
    hazard = design.death_after_failure_hazard
    after_failure = draw_days(rng, hazard, predictor, DEATH_AFTER_FAILURE_YEARS)
    after_second = draw_days(
        rng,
        DEATH_AFTER_SECOND_MALIGNANCY_HAZARD,
        np.zeros(predictor.size),
        DEATH_AFTER_FAILURE_YEARS,
    )
    in_remission = np.minimum.reduce(
        [
            first["death"],
            first["relapse"] + after_failure,
            first["second_malignancy"] + after_second,
        ]
    )
    return np.where(failure != NEVER, failure + after_failure, remission + in_remission)


def _count_from(remission: Integers, days: Floats) -> Floats:
    """Return days from diagnosis, infinite for patients who never were in remission."""
    return np.where(remission == NEVER, np.inf, remission + days)


def _observe(
    rng: np.random.Generator,
    design: TrialDesign,
    patients: Patients,
    latent: dict[str, Floats],
    arm: Integers,
    predictor: Floats,
) -> Course:
    """Stop looking at the data cut-off, or earlier where the patient was lost from sight."""
    n_patients = len(patients)
    lost = np.ceil(rng.standard_exponential(n_patients) / LOST_PER_YEAR * DAYS_PER_YEAR)
    end = np.minimum(np.minimum(patients.days_to_cutoff, lost), latent["death"])
    seen = {
        name: np.where((days >= 0) & (days <= end), days, NEVER).astype(np.int64)
        for name, days in ((name, np.where(np.isfinite(d), d, NEVER)) for name, d in latent.items())
    }
    return Course(
        **seen,
        arm=arm,
        last_contact=end.astype(np.int64),
        mrd_fraction=_draw_mrd(rng, design, predictor, seen["remission"] != NEVER),
    )


def _draw_mrd(
    rng: np.random.Generator, design: TrialDesign, predictor: Floats, in_remission: Booleans
) -> Floats:
    noise = rng.standard_normal(predictor.size)
    fraction = np.minimum(10 ** (-4.8 + 0.8 * predictor + 1.1 * noise), 0.5)
    measured = in_remission & (rng.random(predictor.size) < design.mrd_percent / 100)
    return np.where(measured, fraction, np.nan)
