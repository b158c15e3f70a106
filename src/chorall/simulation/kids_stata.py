"""The central European children's study: one Stata file in German, MRD as text."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from chorall.simulation.delivery import (
    Cohort,
    Dirt,
    TrialDelivery,
    collect_statuses,
    find_band_years,
    write_days,
)
from chorall.simulation.histories import NEVER
from chorall.simulation.mapping_text import name_column, render_mapping
from chorall.simulation.mrd_text import write_mrd_texts
from chorall.simulation.testing import ABSENT, FAILED, NOT_REPORTED, NOT_TESTED, PRESENT, Statuses

FILE = "kinder.dta"
PREFIX = "KI-"
CODES = {PRESENT: 1, ABSENT: 0, FAILED: 7, NOT_TESTED: 9, NOT_REPORTED: None}
LABELS: dict[int | float, str] = {
    0: "nicht nachgewiesen", 1: "nachgewiesen", 7: "fehlgeschlagen", 9: "nicht untersucht",
}  # fmt: skip
UNREADABLE_MRD = 2
STAMP = b"01 Jan 2000 00:00"
"""Stata writes the time of the export; the same seed must give the same bytes."""


def deliver_kids(cohort: Cohort) -> TrialDelivery:
    """Write the trial down."""
    statuses = collect_statuses(cohort)
    frame = _soil(_write_clinical(cohort))
    markers = [_write_status(marker, codes) for marker, codes in statuses.items()]
    frame = frame.hstack(markers)
    bands = sorted(set(find_band_years(cohort)))
    mapping = render_mapping(
        cohort, file=FILE, rows=frame.height, markers=list(statuses), bands=bands
    )
    return TrialDelivery(
        files={FILE: _write_stata(frame, [one.name for one in markers]), "mapping.toml": mapping},
        dirt=(Dirt(FILE, "ambiguous_word", UNREADABLE_MRD, "MRD `n.d.`: detected? done?"),),
        statuses=statuses,
        has_late_mrd=True,
    )


def _write_status(marker: str, codes: Statuses) -> pl.Series:
    return pl.Series(name_column(marker), codes).replace_strict(CODES, return_dtype=pl.Float64)


def _write_clinical(cohort: Cohort) -> pl.DataFrame:
    patients, course = cohort.patients, cohort.course
    has_mrd = np.isfinite(course.mrd_fraction)
    numbers: dict[str, Any] = {
        "geschl": np.where(patients.is_male, 1, 2),
        "alter_mon": np.round(patients.age_years * 12),
        "jahrgang": find_band_years(cohort),
        "immun": np.where(patients.is_t, 2, 1),
        "leuko_ul": np.round(patients.wbc_10e9_per_l * 1000),
        "zns": pl.Series(patients.cns).replace(0, None),
        "down": patients.down_syndrome.astype(int),
        "rem_tag": write_days(course.remission),
        "nonresp_tag": write_days(course.induction_failure),
        "rez_tag": write_days(course.relapse),
        "zweitmal_tag": write_days(course.second_malignancy),
        "szt_tag": write_days(course.transplant),
        "letzt_tag": course.last_contact,
        "verst": (course.death != NEVER).astype(int),
        "mrd33_tag": write_days(np.where(has_mrd, course.remission, NEVER)),
        "mrd78_tag": write_days(course.late_mrd_day),
    }
    for one in course.allocations:
        name = one.question.id.lower()
        numbers[f"{name}_tag"] = write_days(one.day)
        numbers[f"{name}_arm"] = one.arm + 1
    frame = pl.DataFrame(numbers).cast(pl.Float64)
    texts = [
        pl.Series("patnr", cohort.name_patients(PREFIX)),
        pl.Series("mrd33", write_mrd_texts(course.mrd_fraction)),
        pl.Series("mrd78", write_mrd_texts(course.late_mrd_fraction)),
    ]
    return pl.DataFrame(texts).hstack(frame)


def _soil(frame: pl.DataFrame) -> pl.DataFrame:
    measured = frame["mrd33"].ne("").arg_true()[:UNREADABLE_MRD]
    spoilt = pl.int_range(pl.len()).is_in(measured.to_list())
    return frame.with_columns(mrd33=pl.when(spoilt).then(pl.lit("n.d.")).otherwise("mrd33"))


def _write_stata(frame: pl.DataFrame, markers: list[str]) -> bytes:
    import pyreadstat

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        pyreadstat.write_dta(
            frame,
            path,
            file_label="Simulierte Patienten",
            variable_value_labels=dict.fromkeys(markers, LABELS),
        )
        return re.sub(rb"\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d", STAMP, path.read_bytes(), count=1)
