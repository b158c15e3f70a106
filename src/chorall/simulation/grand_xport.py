"""The Latin adult research group: three SAS transport files, short names, dates as text."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from chorall.simulation.delivery import (
    Cohort,
    Dirt,
    TrialDelivery,
    collect_statuses,
    name_arms,
    name_donors,
    write_dates,
)
from chorall.simulation.mapping_text import name_target, render_mapping
from chorall.simulation.mrd_text import write_mrd_texts
from chorall.simulation.testing import NOT_DONE, PASSED, AssayRuns

CLINICAL, RUNS, LESIONS = "dm.xpt", "lb.xpt", "gf.xpt"
PREFIX = "GR-"
DATE_FORMAT = "%d%b%Y"
IMPOSSIBLE_DATES = 2
STAMP = b"01JAN00:00:00:00"
"""SAS writes when the file was made; the same seed must give the same bytes."""


def deliver_grand(cohort: Cohort) -> TrialDelivery:
    """Write the trial down."""
    ids = pl.Series("SUBJID", cohort.name_patients(PREFIX))
    clinical, n_lost = _soil(_write_clinical(cohort, ids))
    frames = {
        CLINICAL: clinical,
        RUNS: pl.concat([_list_runs(runs, ids) for runs in cohort.assays]),
        LESIONS: pl.concat([_list_lesions(runs, ids) for runs in cohort.assays]),
    }
    rows = {name: frame.height for name, frame in frames.items()}
    written = {name: _write_xport(name, frame) for name, frame in frames.items()}
    return TrialDelivery(
        files=written | {"mapping.toml": render_mapping(cohort, rows=rows)},
        dirt=(Dirt(CLINICAL, "bad_date", n_lost, "transplanted on UNK2010: the day is not known"),),
        statuses=collect_statuses(cohort),
        has_late_mrd=True,
    )


def _write_date_texts(dates: pl.Series) -> pl.Series:
    return dates.dt.strftime(DATE_FORMAT).str.to_uppercase().fill_null("")


def _write_clinical(cohort: Cohort, ids: pl.Series) -> pl.DataFrame:
    patients, course = cohort.patients, cohort.course
    days = {
        "DXDT": np.zeros(len(patients), dtype=np.int64),
        "CRDT": course.remission,
        "FAILDT": course.induction_failure,
        "RELDT": course.relapse,
        "SMNDT": course.second_malignancy,
        "TXDT": course.transplant,
        "LASTDT": course.last_contact,
        "RANDDT": course.allocations[0].day,
        "MRD2DT": course.late_mrd_day,
        "HLADT": course.typing_day,
    }
    columns = {
        "SUBJID": ids,
        "SEX": np.where(patients.is_male, "M", "F"),
        "AGE": patients.age_years,
        "LINEAGE": np.where(patients.is_t, "T", "B"),
        "WBC": patients.wbc_10e9_per_l,
        "CNS": pl.Series(patients.cns).cast(pl.Float64).replace(0, None),
        "STATUS": np.where(course.death >= 0, "DEAD", "ALIVE"),
        "ARM": name_arms(course.allocations[0]),
        "DONOR": name_donors(course).fill_null(""),
        "MRD1": write_mrd_texts(course.mrd_fraction),
        "MRD2": write_mrd_texts(course.late_mrd_fraction),
    }
    dates = {name: _write_date_texts(write_dates(cohort, of)) for name, of in days.items()}
    return pl.DataFrame(columns | dates)


def _list_runs(runs: AssayRuns, ids: pl.Series) -> pl.DataFrame:
    listed = np.flatnonzero(runs.outcome != NOT_DONE)
    passed = runs.outcome[listed] == PASSED
    return pl.DataFrame(
        {
            "SUBJID": ids[listed],
            "TEST": np.full(listed.size, runs.design.id.upper()),
            "QUAL": np.where(passed, "OK", "FAILED"),
        }
    )


def _list_lesions(runs: AssayRuns, ids: pl.Series) -> pl.DataFrame:
    rows, columns = np.nonzero(runs.found)
    parted = [name_target(marker).partition("::") for marker in runs.markers]
    return pl.DataFrame(
        {
            "SUBJID": ids[rows],
            "TEST": np.full(rows.size, runs.design.id.upper()),
            "KIND": np.array(runs.classes)[columns],
            "GENE": np.array([first for first, _, _ in parted])[columns],
            "PARTNER": np.array([second for _, _, second in parted])[columns],
        }
    )


def _soil(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Spoil the dates of some transplantations; return how many."""
    done = frame["TXDT"].ne("").arg_true()[:IMPOSSIBLE_DATES]
    spoilt = pl.int_range(pl.len()).is_in(done.to_list())
    text = pl.lit("UNK2010")
    return frame.with_columns(TXDT=pl.when(spoilt).then(text).otherwise("TXDT")), done.len()


def _write_xport(name: str, frame: pl.DataFrame) -> bytes:
    import pyreadstat

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        table = name.removesuffix(".xpt").upper()
        pyreadstat.write_xport(frame, path, table_name=table, file_format_version=5)
        return re.sub(rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d", STAMP, path.read_bytes())
