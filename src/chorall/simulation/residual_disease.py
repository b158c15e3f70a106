"""MRD at the end of induction and of consolidation: what it is, and what a laboratory reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.simulation.definitions import effects
from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.patients import Booleans, Floats, Patients

LOG10_BOUNDS = (-8.0, -0.3)
COUNTS_FROM, COUNTS_TO = -5.5, -3.0
"""Bounds of log10 MRD between which it carries prognosis."""


@dataclass(frozen=True, slots=True)
class ResidualDisease:
    """Log10 of the fraction of leukaemic cells, measured or not; shape (n_patients,) each."""

    end_of_induction: Floats
    end_of_consolidation: Floats

    @property
    def is_high(self) -> Booleans:
        """Tell where MRD at the end of induction is so high that transplantation helps."""
        least = np.log10(effects().transplant.mrd_high_from)
        return np.asarray(self.end_of_induction >= least)

    @property
    def is_late_high(self) -> Booleans:
        """Tell where MRD is still 1e-3 or more at the end of consolidation."""
        return np.asarray(self.end_of_consolidation >= -3)

    @property
    def is_low(self) -> Booleans:
        """Tell where treatment may be reduced: below 1e-4, then undetectable at 1e-5."""
        return np.asarray((self.end_of_induction < -4) & (self.end_of_consolidation < -5))


def draw_residual_disease(
    rng: np.random.Generator, law: MarkerLaw, patients: Patients, marker_scale: float = 1.0
) -> ResidualDisease:
    """Draw MRD given subtype, lesions, lineage and age; `marker_scale` multiplies their shifts."""
    part = effects().mrd
    shifts = np.array([part.markers.get(marker, 0.0) for marker in law.markers]) * marker_scale
    mean = (
        part.mean
        + patients.present @ shifts
        + part.adult * patients.is_adult
        + part.t_lineage * patients.is_t
    )
    early = mean + part.spread * rng.standard_normal(len(patients))
    late = early - part.drop + part.drop_spread * rng.standard_normal(len(patients))
    return ResidualDisease(np.clip(early, *LOG10_BOUNDS), np.clip(late, *LOG10_BOUNDS))


def score_residual_disease(log10_fraction: Floats) -> Floats:
    """Return tenfolds above the least MRD that matters, as the effects count them."""
    return np.asarray(np.clip(log10_fraction, COUNTS_FROM, COUNTS_TO) - COUNTS_FROM)
