"""The hazards of the simulation: proportional, and falling to nil."""

from __future__ import annotations

import numpy as np

from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.simulation.definitions import HazardPart
from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.patients import Floats, Patients


def sum_effects(part: HazardPart, law: MarkerLaw, patients: Patients) -> Floats:
    """Return the linear predictor of a transition, arms left out; shape (n_patients,)."""
    ratios = np.array([part.markers.get(marker, 0.0) for marker in law.markers])
    predictor: Floats = (
        patients.present @ ratios
        + part.age_per_decade * patients.age_years / 10
        + part.log2_wbc * np.log2(patients.wbc_10e9_per_l / 10)
        + part.down_syndrome * patients.down_syndrome
    )
    return predictor


def draw_days(rng: np.random.Generator, hazard: float, predictor: Floats, years: float) -> Floats:
    """Draw days to an event with a hazard that falls to nil.

    The cumulative hazard at t is hazard * exp(predictor) * (1 - exp(-t / years)): proportional
    hazards at any time, and a share that never has the event.

    Parameters
    ----------
    rng : Generator
        Advanced.
    hazard : float
        Cumulative hazard at infinity where the predictor is 0.
    predictor : ndarray, shape (n_patients,)
        Log hazard ratio of each patient.
    years : float
        In which the hazard falls to 1 / e.

    Returns
    -------
    ndarray, shape (n_patients,)
        Whole days, at least 2; infinite where it never happens.
    """
    drawn = rng.standard_exponential(predictor.size) / (hazard * np.exp(predictor))
    with np.errstate(divide="ignore"):
        elapsed = -years * np.log1p(-np.minimum(drawn, 1.0))
    return np.ceil(elapsed * DAYS_PER_YEAR) + 1
