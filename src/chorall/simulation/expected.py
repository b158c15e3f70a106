"""What is to be expected of a patient by the law itself, without drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.simulation.definitions import effects
from chorall.simulation.histories import (
    DEATH_AFTER_FAILURE_YEARS,
    DEATH_AFTER_SECOND_MALIGNANCY_HAZARD,
    DEATH_IN_REMISSION_YEARS,
    RELAPSE_YEARS,
    Risks,
    Treatment,
)
from chorall.simulation.patients import Floats
from chorall.simulation.trial_designs import TrialDesign

STEPS_PER_YEAR = 24


@dataclass(frozen=True, slots=True)
class Expected:
    """Probabilities at the horizon, counted from first remission; shape (n_patients,) each.

    Attributes
    ----------
    relapse, death_in_remission, second_malignancy : ndarray of float
        Cumulative incidences; they add up to 1 - event_free.
    event_free, alive : ndarray of float
        Free of all three, and alive.
    relapse_alone : ndarray of float
        1 - exp(-cumulative hazard of relapse): death censored, the UK relapse rate.
    """

    relapse: Floats
    death_in_remission: Floats
    second_malignancy: Floats
    event_free: Floats
    alive: Floats
    relapse_alone: Floats


def expect(design: TrialDesign, risks: Risks, treatment: Treatment, years: float) -> Expected:
    """Return the probabilities of each patient `years` after first remission, by quadrature.

    Transplantation happens on its day if nothing came before; its deaths have their own clock.
    Hazards are taken as proportional (no late change).
    """
    n_steps = round(years * STEPS_PER_YEAR)
    grid = np.linspace(0, years, n_steps + 1)
    relapse = _accumulate_relapse(grid, design, risks, treatment)
    death = _accumulate_death(grid, design, risks, treatment)
    second = design.second_malignancy_per_year * grid
    free = np.exp(-(relapse + death + second))
    middle = (free[:, 1:] + free[:, :-1]) / 2
    steps = {
        "relapse": np.diff(relapse, axis=1) * middle,
        "death": np.diff(death, axis=1) * middle,
        "second": np.diff(second) * middle,
    }
    left = years - (grid[1:] + grid[:-1]) / 2
    dies_after = _dies_within(left, design.death_after_failure_hazard, risks.death_after_failure)
    zeros = np.zeros_like(risks.death_after_failure)
    dies_second = _dies_within(left, DEATH_AFTER_SECOND_MALIGNANCY_HAZARD, zeros)
    died = steps["death"] + steps["relapse"] * dies_after + steps["second"] * dies_second
    return Expected(
        relapse=steps["relapse"].sum(axis=1),
        death_in_remission=steps["death"].sum(axis=1),
        second_malignancy=steps["second"].sum(axis=1),
        event_free=free[:, -1],
        alive=1 - died.sum(axis=1),
        relapse_alone=-np.expm1(-relapse[:, -1]),
    )


def _rise(grid: Floats, years: float) -> Floats:
    return np.asarray(-np.expm1(-grid / years))


def _accumulate_relapse(
    grid: Floats, design: TrialDesign, risks: Risks, treatment: Treatment
) -> Floats:
    hazard = design.relapse_hazard * np.exp(risks.relapse + treatment.relapse)
    day = treatment.transplant_day / 365.25
    before = _rise(np.minimum(grid, day[:, None]), RELAPSE_YEARS)
    after = _rise(grid, RELAPSE_YEARS)[None, :] - before
    return np.asarray(
        hazard[:, None] * (before + after * np.exp(treatment.transplant_relapse)[:, None])
    )


def _accumulate_death(
    grid: Floats, design: TrialDesign, risks: Risks, treatment: Treatment
) -> Floats:
    hazard = design.death_in_remission_hazard * np.exp(
        risks.death_in_remission + treatment.death_in_remission
    )
    since = np.maximum(grid - treatment.transplant_day[:, None] / 365.25, 0)
    of_transplant = treatment.transplant_hazard * _rise(since, effects().transplant.death_years)
    return np.asarray(hazard[:, None] * _rise(grid, DEATH_IN_REMISSION_YEARS) + of_transplant)


def _dies_within(left: Floats, hazard: float, predictor: Floats) -> Floats:
    rise = _rise(left, DEATH_AFTER_FAILURE_YEARS)
    return np.asarray(-np.expm1(-hazard * np.exp(predictor)[:, None] * rise[None, :]))
