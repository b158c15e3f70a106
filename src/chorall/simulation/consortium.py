"""Simulate a consortium with a known truth, delivered as real groups deliver."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from chorall.errors import InputError
from chorall.simulation.adult_workbook import deliver_adult
from chorall.simulation.aya_text import deliver_aya
from chorall.simulation.course import draw_course
from chorall.simulation.definitions import choose_designs, scenarios
from chorall.simulation.delivery import Cohort, TrialDelivery
from chorall.simulation.folder import check_folder, write_folder
from chorall.simulation.grand_xport import deliver_grand
from chorall.simulation.histories import NEVER
from chorall.simulation.kids_stata import deliver_kids
from chorall.simulation.marker_law import MarkerLaw, build_marker_law
from chorall.simulation.mini_workbook import deliver_mini
from chorall.simulation.older_spss import deliver_older
from chorall.simulation.paediatric_csv import deliver_paediatric
from chorall.simulation.patients import draw_patients
from chorall.simulation.ph_study_folder import deliver_ph
from chorall.simulation.potential_outcomes import (
    tabulate_patients,
    tabulate_potential_outcomes,
)
from chorall.simulation.scenario_definitions import Scenario
from chorall.simulation.testing import run_assays
from chorall.simulation.traps import Trap, plant_traps
from chorall.simulation.trial_designs import TrialDesign
from chorall.simulation.truth import describe_truth

FEWEST_PATIENTS_PER_TRIAL = 40
KEY_FILE, TRUTH_FILE, CONSORTIUM_FILE = "pseudonym.key", "truth/truth.json", "consortium.toml"

DELIVER: dict[str, Callable[[Cohort], TrialDelivery]] = {
    "paediatric": deliver_paediatric,
    "aya": deliver_aya,
    "adult": deliver_adult,
    "older": deliver_older,
    "kids": deliver_kids,
    "grand": deliver_grand,
    "ph": deliver_ph,
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
        What was planted: the content of `truth/truth.json`.
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
    scenario: str = "prognostic",
) -> SimulatedConsortium:
    """Write a consortium of made-up trials with a known truth.

    Parameters
    ----------
    directory : str or Path
        A new or empty folder, or one that the simulator wrote before.
    patients : int
        In all trials together.
    trials : int
        Number of trials; the designs in turn.
    seed : int
        The same seed and versions of the libraries give the same bytes.
    markers : int or None
        Markers in all; beyond those of `frequencies.toml`, rare mutations without effect are
        added. None: those of the file.
    scenario : str
        What is planted: a name of scenarios.toml.

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
    chosen = find_scenario(scenario)
    cohorts = [
        draw_cohort(rng, design, law, n_patients, chosen)
        for design, n_patients in zip(designs, share_patients(patients, designs), strict=True)
    ]
    traps: list[Trap] = []
    if chosen.dirty:
        cohorts, traps = plant_traps(cohorts)
    made = [(cohort, deliver(cohort, law)) for cohort in cohorts]
    truth = describe_truth(seed, scenario, law, made, traps)
    tables = tabulate_truth(law, chosen, cohorts)
    write_folder(directory, _gather_files(seed, truth, tables, made))
    return SimulatedConsortium(directory, directory / CONSORTIUM_FILE, truth)


def deliver(cohort: Cohort, law: MarkerLaw) -> TrialDelivery:
    """Write one trial down in its own way; karyotype texts need the law of all lesions."""
    if cohort.design.style == "mini":
        return deliver_mini(cohort, law)
    return DELIVER[cohort.design.style](cohort)


def find_scenario(name: str) -> Scenario:
    """Return a scenario by name.

    Raises
    ------
    InputError
        If there is none of that name; the message lists the known ones.
    """
    if name not in scenarios():
        known = ", ".join(scenarios())
        raise InputError(f"`{name}` is no scenario of the simulator.\n  Known: {known}")
    return scenarios()[name]


def draw_cohort(
    rng: np.random.Generator,
    design: TrialDesign,
    law: MarkerLaw,
    n_patients: int,
    scenario: Scenario,
) -> Cohort:
    """Draw one trial: patients, course and tests."""
    drawn = draw_patients(rng, design, law, n_patients)
    course, latent = draw_course(rng, design, law, drawn, scenario)
    relapsed = course.relapse != NEVER if scenario.testing == "at_relapse" else None
    assays = run_assays(rng, design, law, drawn, relapsed)
    return Cohort(design, drawn, course, latent, assays)


def tabulate_truth(
    law: MarkerLaw, scenario: Scenario, cohorts: Sequence[Cohort]
) -> dict[str, pl.DataFrame]:
    """Return the tables of the truth by name."""
    patients, outcomes = [], []
    for cohort in cohorts:
        patients.append(tabulate_patients(cohort.design, law, cohort.patients, cohort.latent))
        outcomes.append(
            tabulate_potential_outcomes(
                cohort.design, law, scenario, cohort.patients, cohort.latent
            )
        )
    return {"patients": pl.concat(patients), "potential_outcomes": pl.concat(outcomes)}


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
    seed: int,
    truth: dict[str, Any],
    tables: dict[str, pl.DataFrame],
    made: list[tuple[Cohort, TrialDelivery]],
) -> dict[str, bytes]:
    files = {
        CONSORTIUM_FILE: _write_consortium(list(truth["trials"])).encode(),
        # Deterministic, hence no secret: it protects nobody, for there is nobody to protect.
        KEY_FILE: hashlib.sha256(f"chorall simulate {seed}".encode()).hexdigest().encode(),
        TRUTH_FILE: (json.dumps(truth, indent=1) + "\n").encode(),
    }
    for name, table in tables.items():
        stream = io.BytesIO()
        table.write_parquet(stream)
        files[f"truth/{name}.parquet"] = stream.getvalue()
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
