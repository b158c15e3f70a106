"""The trial of older patients: an SPSS file of codes, user-missing where not done or failed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from chorall.simulation.delivery import (
    YEARS_IN_BAND,
    Cohort,
    TrialDelivery,
    collect_statuses,
    find_band_years,
    write_days,
)
from chorall.simulation.mapping_text import name_column, render_mapping
from chorall.simulation.testing import ABSENT, FAILED, NOT_REPORTED, NOT_TESTED, PRESENT, Statuses

FILE = "older.sav"
PREFIX = "SO-"
CODES = {PRESENT: 1, ABSENT: 0, FAILED: 8, NOT_TESTED: 9, NOT_REPORTED: None}
LABELS: dict[int | float, str] = {0: "not found", 1: "found", 8: "failed", 9: "not done"}
WBC_UNKNOWN_EVERY = 40
BLANK_EVERY = 30
WBC_LABELS: dict[int | float, str] = {-9: "not reported"}
FIRST_BAND = 2005

# SPSS writes date and time of the export at this place of every file, and pyreadstat always takes
# the clock's: the same seed must give the same bytes. (.dta and .xpt hold a time as well.)
STAMP_AT, STAMP = 92, b"01 Jan 2000:00:00"


def deliver_older(cohort: Cohort) -> TrialDelivery:
    """Write the trial of older patients down."""
    statuses = collect_statuses(cohort)
    blanks = np.arange(len(cohort.patients)) % BLANK_EVERY == 0
    for marker in statuses:
        statuses[marker] = np.where(blanks, NOT_REPORTED, statuses[marker]).astype(np.int8)
    markers = [_write_status(marker, codes) for marker, codes in statuses.items()]
    frame = _write_clinical(cohort).hstack(markers)
    mapping = render_mapping(cohort, file=FILE, rows=frame.height, markers=list(statuses))
    return TrialDelivery(
        files={FILE: _write_spss(frame, [one.name for one in markers]), "mapping.toml": mapping},
        dirt=(),
        statuses=statuses,
    )


def _write_status(marker: str, codes: Statuses) -> pl.Series:
    return pl.Series(name_column(marker), codes).replace_strict(CODES, return_dtype=pl.Float64)


def _write_clinical(cohort: Cohort) -> pl.DataFrame:
    patients, course = cohort.patients, cohort.course
    since_remission = np.where(course.relapse >= 0, course.relapse - course.remission, -1)
    is_unknown = np.arange(len(patients)) % WBC_UNKNOWN_EVERY == 0
    numbers = {
        "sex": np.where(patients.is_male, 1, 2),
        "age": patients.age_years,
        "years": (find_band_years(cohort) - FIRST_BAND) // YEARS_IN_BAND,
        "pheno": np.where(patients.is_t, 2, 1),
        "wbc": np.where(is_unknown, -9.0, patients.wbc_10e9_per_l),
        "cr_day": write_days(course.remission),
        "refr_day": write_days(course.induction_failure),
        "rel_after": write_days(since_remission),
        "smn_day": write_days(course.second_malignancy),
        "sct_day": write_days(course.transplant),
        "last_day": course.last_contact,
        "dead": (course.death >= 0).astype(int),
        "r1_day": write_days(course.allocations[0].day),
        "r1_arm": course.allocations[0].arm + 1,
    }
    frame = pl.DataFrame(numbers).cast(pl.Float64)
    return frame.insert_column(0, pl.Series("pid", cohort.name_patients(PREFIX)))


def _write_spss(frame: pl.DataFrame, markers: list[str]) -> bytes:
    import pyreadstat

    missing: dict[str, list[Any]] = {name: [8, 9] for name in markers}
    missing["wbc"] = list(WBC_LABELS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        pyreadstat.write_sav(
            frame,
            path,
            file_label="Simulated patients",
            row_compress=True,
            variable_value_labels=dict.fromkeys(markers, LABELS) | {"wbc": WBC_LABELS},
            missing_ranges=missing,
        )
        content = bytearray(path.read_bytes())
    content[STAMP_AT : STAMP_AT + len(STAMP)] = STAMP
    return bytes(content)
