"""The multi-state model: from remission to relapse, transplantation, second malignancy and death.

Randomness is drawn once for each patient; what happens under any treatment follows from it. So the
fates of one patient under two strategies can be compared: the potential outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.simulation.definitions import effects
from chorall.simulation.patients import Booleans, Floats, Integers
from chorall.simulation.trial_designs import TrialDesign

NEVER = -1

# Years in which a hazard falls to 1 / e.
RELAPSE_YEARS, DEATH_IN_REMISSION_YEARS, DEATH_AFTER_FAILURE_YEARS = 1.6, 1.2, 0.9
DEATH_AFTER_SECOND_MALIGNANCY_HAZARD = 0.7
TRANSITIONS = ("relapse", "death", "second", "after_failure", "after_second", "of_transplant")


@dataclass(frozen=True, slots=True)
class Fate:
    """The randomness of each patient's life; arrays of shape (n_patients,).

    Attributes
    ----------
    dies_early, fails : ndarray of bool
        In induction; the others reach remission.
    early_day, failure_day, remission_day : ndarray of int
        Days from diagnosis at which that happens.
    drawn : dict of str to ndarray of float
        Standard exponentials, one for each of `TRANSITIONS`.
    """

    dies_early: Booleans
    fails: Booleans
    early_day: Integers
    failure_day: Integers
    remission_day: Integers
    drawn: dict[str, Floats]

    @property
    def in_remission(self) -> Booleans:
        """Tell who reaches remission."""
        return ~self.dies_early & ~self.fails


@dataclass(frozen=True, slots=True)
class Risks:
    """Log hazard ratios of each patient before treatment; shape (n_patients,) each."""

    relapse: Floats
    relapse_late: Floats
    death_in_remission: Floats
    death_after_failure: Floats


@dataclass(frozen=True, slots=True)
class Treatment:
    """What treatment adds; shape (n_patients,) each.

    Attributes
    ----------
    relapse, death_in_remission : ndarray of float
        Log hazard ratios of the arms received.
    transplant_day : ndarray of float
        Days from remission of a transplantation in first remission; infinite without.
    transplant_relapse : ndarray of float
        Log hazard ratio of relapse after it.
    transplant_hazard : float
        Cumulative hazard of dying of it.
    """

    relapse: Floats
    death_in_remission: Floats
    transplant_day: Floats
    transplant_relapse: Floats
    transplant_hazard: float


@dataclass(frozen=True, slots=True)
class History:
    """What happens if nobody stops looking; days from diagnosis, infinite where it never does."""

    remission: Floats
    induction_failure: Floats
    relapse: Floats
    second_malignancy: Floats
    transplant: Floats
    death: Floats


def draw_fates(rng: np.random.Generator, design: TrialDesign, n_patients: int) -> Fate:
    """Draw the randomness of each patient's life."""
    dies_early = rng.random(n_patients) < design.induction_death_percent / 100
    fails = ~dies_early & (rng.random(n_patients) < design.induction_failure_percent / 100)
    return Fate(
        dies_early,
        fails,
        early_day=rng.integers(4, 36, n_patients),
        failure_day=rng.integers(33, 64, n_patients),
        remission_day=rng.integers(26, 46, n_patients),
        drawn={name: rng.standard_exponential(n_patients) for name in TRANSITIONS},
    )


def live(
    fate: Fate,
    design: TrialDesign,
    risks: Risks,
    treatment: Treatment,
    late_years: float | None = None,
) -> History:
    """Return what happens to each patient under a treatment; nothing is drawn here.

    Parameters
    ----------
    fate : Fate
        The randomness.
    design : TrialDesign
        Baseline hazards.
    risks : Risks
        Of the patients.
    treatment : Treatment
        Received.
    late_years : float or None
        Years after remission from which `risks.relapse_late` holds; None for never.
    """
    relapse = find_relapse_days(fate, design, risks, treatment, late_years)
    death = find_days(
        fate.drawn["death"],
        design.death_in_remission_hazard,
        risks.death_in_remission + treatment.death_in_remission,
        DEATH_IN_REMISSION_YEARS,
    )
    of_transplant = find_days(
        fate.drawn["of_transplant"],
        treatment.transplant_hazard,
        np.zeros(relapse.size),
        effects().transplant.death_years,
    )
    death = np.minimum(death, treatment.transplant_day + of_transplant)
    per_day = design.second_malignancy_per_year / DAYS_PER_YEAR
    second = np.ceil(fate.drawn["second"] / per_day) + 1
    return _follow(fate, design, risks, treatment.transplant_day, relapse, death, second)


def find_relapse_days(
    fate: Fate, design: TrialDesign, risks: Risks, treatment: Treatment, late_years: float | None
) -> Floats:
    """Return days from remission to relapse, were there nothing else."""
    early = risks.relapse + treatment.relapse
    if late_years is not None:
        change_day = np.full(early.size, late_years * DAYS_PER_YEAR)
        change = risks.relapse_late - risks.relapse
    else:
        change_day, change = treatment.transplant_day, treatment.transplant_relapse
    return find_days(
        fate.drawn["relapse"], design.relapse_hazard, early, RELAPSE_YEARS, change_day, change
    )


def find_days(
    drawn: Floats,
    hazard: float,
    predictor: Floats,
    years: float,
    change_day: Floats | None = None,
    change: Floats | None = None,
) -> Floats:
    """Return days to an event with a hazard that falls to nil.

    The cumulative hazard at t is hazard * exp(predictor) * (1 - exp(-t / years)): proportional
    hazards at any time, and a share that never has the event. From `change_day` on the hazard is
    multiplied by exp(`change`).

    Parameters
    ----------
    drawn : ndarray, shape (n_patients,)
        Standard exponentials.
    hazard : float
        Cumulative hazard at infinity where the predictor is 0.
    predictor : ndarray, shape (n_patients,)
        Log hazard ratio of each patient.
    years : float
        In which the hazard falls to 1 / e.
    change_day, change : ndarray, shape (n_patients,), optional
        When and by how much, on the log scale, the hazard changes; infinite for never.

    Returns
    -------
    ndarray, shape (n_patients,)
        Whole days, at least 2; infinite where it never happens.
    """
    if hazard <= 0:
        return np.full(drawn.size, np.inf)
    reached = drawn / (hazard * np.exp(predictor))
    if change_day is not None and change is not None:
        before = -np.expm1(-change_day / (years * DAYS_PER_YEAR))
        after = before + (reached - before) * np.exp(-change)
        reached = np.where(reached > before, after, reached)
    with np.errstate(divide="ignore"):
        elapsed = -years * np.log1p(-np.minimum(reached, 1.0))
    return np.asarray(np.ceil(elapsed * DAYS_PER_YEAR) + 1)


def _follow(
    fate: Fate,
    design: TrialDesign,
    risks: Risks,
    transplant: Floats,
    relapse: Floats,
    death: Floats,
    second: Floats,
) -> History:
    """Let the events in remission compete, then follow to death; arguments from remission."""
    earliest = np.minimum(np.minimum(relapse, death), second)
    # Equal days go to the relapse, then to death: each patient has one first event.
    relapse = np.where(relapse <= earliest, relapse, np.inf)
    death = np.where(np.isinf(relapse) & (death <= earliest), death, np.inf)
    second = np.where(np.isinf(relapse) & np.isinf(death), second, np.inf)
    after_failure = find_days(
        fate.drawn["after_failure"],
        design.death_after_failure_hazard,
        risks.death_after_failure,
        DEATH_AFTER_FAILURE_YEARS,
    )
    after_second = find_days(
        fate.drawn["after_second"],
        DEATH_AFTER_SECOND_MALIGNANCY_HAZARD,
        np.zeros(relapse.size),
        DEATH_AFTER_FAILURE_YEARS,
    )
    dies = np.minimum.reduce([death, relapse + after_failure, second + after_second])
    lives = fate.in_remission
    from_failure = np.where(fate.fails, fate.failure_day + after_failure, fate.early_day)

    def count(days: Floats) -> Floats:
        return np.where(lives, fate.remission_day + days, np.inf)

    return History(
        remission=np.where(lives, fate.remission_day, np.inf),
        induction_failure=np.where(fate.fails, fate.failure_day, np.inf),
        relapse=count(relapse),
        second_malignancy=count(second),
        transplant=count(np.where(transplant < earliest, transplant, np.inf)),
        death=np.where(lives, fate.remission_day + dies, from_failure),
    )
