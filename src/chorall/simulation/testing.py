"""Who is tested for what, and what is then known of each marker in each patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.patients import Booleans, Patients
from chorall.simulation.trial_designs import AssayDesign, TrialDesign
from chorall.tables.words import MARKER_STATUSES

Statuses = NDArray[np.int8]

PRESENT, ABSENT, INCONCLUSIVE, FAILED, NOT_TESTED, NOT_REPORTED = range(len(MARKER_STATUSES))
NOT_DONE, PASSED, FAILED_RUN = 0, 1, 2
TESTED_IF_RELAPSED = (90.0, 20.0)
"""Percent of those who relapsed and of the others whose sample went onto a panel."""


@dataclass(frozen=True, slots=True)
class AssayRuns:
    """One assay of a trial and its runs.

    Attributes
    ----------
    design : AssayDesign
        As in the definition file.
    markers : tuple of str, length n_markers
        What it can see, partial ones last.
    classes : tuple of (str or None), length n_markers
        Alteration class of each marker.
    is_partial : ndarray of bool, shape (n_markers,)
        True where a clean result does not rule the lesion out.
    outcome : ndarray of int, shape (n_patients,)
        0 not done, 1 passed, 2 failed.
    found : ndarray of bool, shape (n_patients, n_markers)
        True where a passing run found the lesion.
    equivocal : ndarray of bool, shape (n_patients, n_markers)
        True where the laboratory was not sure of what it found.
    """

    design: AssayDesign
    markers: tuple[str, ...]
    classes: tuple[str | None, ...]
    is_partial: Booleans
    outcome: NDArray[np.int8]
    found: Booleans
    equivocal: Booleans

    def derive_statuses(self) -> Statuses:
        """Return the status of each marker in each patient as position in `MARKER_STATUSES`."""
        clean = np.where(self.is_partial, INCONCLUSIVE, ABSENT)
        passed = np.where(self.found, np.where(self.equivocal, INCONCLUSIVE, PRESENT), clean)
        outcome = self.outcome[:, None]
        of_run = np.where(outcome == FAILED_RUN, FAILED, NOT_TESTED)
        return np.where(outcome == PASSED, passed, of_run).astype(np.int8)


def run_assays(
    rng: np.random.Generator,
    design: TrialDesign,
    law: MarkerLaw,
    patients: Patients,
    relapsed: Booleans | None = None,
) -> tuple[AssayRuns, ...]:
    """Draw which patients each assay of the trial was run on.

    Parameters
    ----------
    rng : Generator
        Advanced.
    design : TrialDesign
        Its assays; each marker is seen by one assay at most.
    law : MarkerLaw
        Names the columns of `patients.present`.
    patients : Patients
        The patients with their lesions.
    relapsed : ndarray of bool, shape (n_patients,), optional
        Where given, panels were run on the stored samples of those who relapsed, and rarely else.
    """
    return tuple(_run_assay(rng, assay, law, patients, relapsed) for assay in design.assays)


def _run_assay(
    rng: np.random.Generator,
    assay: AssayDesign,
    law: MarkerLaw,
    patients: Patients,
    relapsed: Booleans | None,
) -> AssayRuns:
    complete = (*assay.markers, *(law.further if assay.further_genes else ()))
    markers = (*complete, *assay.partial_markers)
    columns = [law.locate(marker) for marker in markers]
    n_patients = len(patients)
    percent = np.full(n_patients, assay.tested_percent)
    if relapsed is not None and assay.method == "panel":
        percent = np.where(relapsed, *TESTED_IF_RELAPSED)
    done = rng.random(n_patients) < percent / 100
    failed = rng.random(n_patients) < assay.failed_percent / 100
    outcome = np.where(done, np.where(failed, FAILED_RUN, PASSED), NOT_DONE).astype(np.int8)
    found = patients.present[:, columns] & (outcome == PASSED)[:, None]
    unsure = rng.random(found.shape) < assay.equivocal_percent / 100
    return AssayRuns(
        design=assay,
        markers=markers,
        classes=tuple(law.classes[column] for column in columns),
        is_partial=np.arange(len(markers)) >= len(complete),
        outcome=outcome,
        found=found,
        equivocal=found & unsure,
    )
