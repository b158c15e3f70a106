"""Simulate a consortium with a known truth, delivered as real groups deliver."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chorall.errors import InputError
from chorall.simulation.adult_workbook import deliver_adult
from chorall.simulation.aya_text import deliver_aya
from chorall.simulation.course import draw_course
from chorall.simulation.definitions import TrialDesign, choose_designs
from chorall.simulation.delivery import Cohort, TrialDelivery
from chorall.simulation.folder import check_folder, write_folder
from chorall.simulation.marker_law import MarkerLaw, build_marker_law
from chorall.simulation.older_spss import deliver_older
from chorall.simulation.paediatric_csv import deliver_paediatric
from chorall.simulation.patients import draw_patients
from chorall.simulation.testing import run_assays
from chorall.simulation.truth import describe_truth

FEWEST_PATIENTS_PER_TRIAL = 40
KEY_FILE, TRUTH_FILE, CONSORTIUM_FILE = "pseudonym.key", "truth.json", "consortium.toml"

DELIVER: dict[str, Callable[[Cohort], TrialDelivery]] = {
    "paediatric": deliver_paediatric,
    "aya": deliver_aya,
    "adult": deliver_adult,
    "older": deliver_older,
}


@dataclass(frozen=True, slots=True)
class SimulatedConsortium:
    """A simulated consortium on disk.

    Attributes
    ----------
    directory : Path
        The folder.
    consortium_toml : Path
        The file to pool from.
    truth : dict
        What was planted: the content of `truth.json`.
    """

    directory: Path
    consortium_toml: Path
    truth: dict[str, Any]


def simulate(
    directory: str | Path,
    *,
    patients: int = 2000,
    trials: int = 4,
    seed: int = 7,
    markers: int | None = None,
) -> SimulatedConsortium:
    """Write a consortium of made-up trials with a known truth.

    Parameters
    ----------
    directory : str or Path
        A new or empty folder, or one that the simulator wrote before.
    patients : int
        In all trials together.
    trials : int
        Number of trials; the four styles in turn.
    seed : int
        The same seed and versions of the libraries give the same bytes.
    markers : int or None
        Markers in all; beyond those of `frequencies.toml`, rare mutations without effect are
        added. None: those of the file.

    Returns
    -------
    SimulatedConsortium
        Where it is and what was planted.

    Raises
    ------
    InputError
        If the folder holds something else, or a number cannot be used.
    """
    directory = Path(directory)
    check_folder(directory)
    _check_numbers(patients, trials, seed)
    law = build_marker_law(markers)
    designs = choose_designs(trials)
    rng = np.random.default_rng(seed)
    cohorts = [
        draw_cohort(rng, design, law, n_patients)
        for design, n_patients in zip(designs, share_patients(patients, designs), strict=True)
    ]
    made = [(cohort, DELIVER[cohort.design.style](cohort)) for cohort in cohorts]
    truth = describe_truth(seed, law, made)
    write_folder(directory, _gather_files(seed, truth, made))
    return SimulatedConsortium(directory, directory / CONSORTIUM_FILE, truth)


def draw_cohort(
    rng: np.random.Generator, design: TrialDesign, law: MarkerLaw, n_patients: int
) -> Cohort:
    """Draw one trial: patients, course and tests."""
    drawn = draw_patients(rng, design, law, n_patients)
    course = draw_course(rng, design, law, drawn)
    return Cohort(design, drawn, course, run_assays(rng, design, law, drawn))


def share_patients(patients: int, designs: tuple[TrialDesign, ...]) -> list[int]:
    """Return the patients of each trial by the designs' shares; they add up to `patients`."""
    shares = np.array([design.share for design in designs])
    bounds = np.round(patients * shares.cumsum() / shares.sum()).astype(int)
    return np.diff(bounds, prepend=0).tolist()  # type: ignore[no-any-return]


def _check_numbers(patients: int, trials: int, seed: int) -> None:
    if trials < 1:
        raise InputError(f"trials = {trials}: expected at least 1.")
    if seed < 0:
        raise InputError(f"seed = {seed}: expected 0 or more.")
    if patients < FEWEST_PATIENTS_PER_TRIAL * trials:
        raise InputError(
            f"patients = {patients}: {trials} trials need at least "
            f"{FEWEST_PATIENTS_PER_TRIAL * trials}, {FEWEST_PATIENTS_PER_TRIAL} for each."
        )


def _gather_files(
    seed: int, truth: dict[str, Any], made: list[tuple[Cohort, TrialDelivery]]
) -> dict[str, bytes]:
    files = {
        CONSORTIUM_FILE: _write_consortium(list(truth["trials"])).encode(),
        # Deterministic, hence no secret: it protects nobody, for there is nobody to protect.
        KEY_FILE: hashlib.sha256(f"chorall simulate {seed}".encode()).hexdigest().encode(),
        TRUTH_FILE: (json.dumps(truth, indent=1) + "\n").encode(),
    }
    for cohort, delivery in made:
        folder = cohort.design.trial_id.lower()
        files |= {f"{folder}/{name}": content for name, content in delivery.files.items()}
    return files


def _write_consortium(trial_ids: list[str]) -> str:
    mappings = "".join(f'    "{trial_id.lower()}/mapping.toml",\n' for trial_id in trial_ids)
    return (
        "# Simulated patients: written by `chorall simulate`.\n"
        'format = 1\nname = "Simulated consortium"\nsynthetic = true\n'
        f'pseudonym_key = "{KEY_FILE}"\nmappings = [\n{mappings}]\n'
    )
