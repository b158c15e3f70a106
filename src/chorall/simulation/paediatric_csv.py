"""The paediatric trial: one wide CSV in UTF-8, days from diagnosis, lesions as 0, 1 or blank."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.simulation.delivery import (
    Cohort,
    Dirt,
    TrialDelivery,
    categorise_mrd,
    collect_statuses,
    find_band_years,
    name_arms,
    write_days,
)
from chorall.simulation.mapping_text import name_column, render_mapping
from chorall.simulation.testing import ABSENT, NOT_REPORTED, NOT_TESTED, PRESENT, Statuses

FILE = "paediatric.csv"
PREFIX = "SP-"
DOUBLED_ID = f"{PREFIX}99999"
SOILED_MARKER = "IKZF1_del"


def deliver_paediatric(cohort: Cohort) -> TrialDelivery:
    """Write the paediatric trial down."""
    statuses = collect_statuses(cohort)
    frame = _write_clinical(cohort)
    frame = frame.hstack([_write_status(name, codes) for name, codes in statuses.items()])
    frame, soiled = _soil(frame)
    statuses[SOILED_MARKER][soiled] = NOT_REPORTED
    mapping = render_mapping(cohort, file=FILE, rows=frame.height, markers=list(statuses))
    return TrialDelivery(
        files={FILE: frame.write_csv().encode(), "mapping.toml": mapping},
        dirt=(
            Dirt(FILE, "unmapped_code", 2, "sex `?` instead of 1 or 2"),
            Dirt(FILE, "out_of_range", 3, "a white cell count per uL in a column of 10^9/L"),
            Dirt(FILE, "unmapped_code", soiled.size, "result `2` in a column of 0 and 1"),
            Dirt(FILE, "duplicate_patient", 2, "two rows with the same patient id"),
        ),
        statuses=statuses,
    )


def _write_clinical(cohort: Cohort) -> pl.DataFrame:
    patients, course = cohort.patients, cohort.course
    has_mrd = np.isfinite(course.mrd_fraction)
    category = categorise_mrd(cohort)
    values = np.where(category == "quantified", course.mrd_fraction, np.nan)
    columns = {
        "PATNO": cohort.name_patients(PREFIX),
        "SEX": pl.Series(np.where(patients.is_male, "1", "2")),
        "AGE_MONTHS": (patients.age_years * 12).round().astype(int),
        "YEARS": [f"{first}-{first + 4}" for first in find_band_years(cohort)],
        "LINEAGE": np.where(patients.is_t, "T", "B"),
        "WBC": patients.wbc_10e9_per_l,
        "CNS": pl.Series(patients.cns).replace(0, None),
        "DOWN": patients.down_syndrome.astype(int),
        "CR_DAY": write_days(course.remission),
        "IF_DAY": write_days(course.induction_failure),
        "REL_DAY": write_days(course.relapse),
        "SMN_DAY": write_days(course.second_malignancy),
        "HSCT_DAY": write_days(course.transplant),
        "LAST_DAY": course.last_contact,
        "VITAL": np.where(course.death >= 0, "D", "A"),
        "R1_DAY": write_days(course.allocations[0].day),
        "R1_ARM": name_arms(course.allocations[0]),
        "MRD_DAY": write_days(np.where(has_mrd, course.remission, -1)),
        "MRD_REPORT": pl.Series(category).replace("", None),
        "MRD_VALUE": pl.Series(values).fill_nan(None).round_sig_figs(3),
    }
    return pl.DataFrame(columns)


def _write_status(marker: str, codes: Statuses) -> pl.Series:
    written = {PRESENT: "1", ABSENT: "0", NOT_TESTED: None}
    return pl.Series(name_column(marker), codes).replace_strict(written, return_dtype=pl.String)


def _soil(frame: pl.DataFrame) -> tuple[pl.DataFrame, NDArray[np.intp]]:
    """Plant the mistakes; return the rows whose result of `SOILED_MARKER` was spoilt as well."""
    column = name_column(SOILED_MARKER)
    tested = np.flatnonzero(frame[column].is_not_null().to_numpy())
    soiled = tested[5:7]
    row = pl.int_range(pl.len())
    frame = frame.with_columns(
        SEX=pl.when(row.is_in([0, 1])).then(pl.lit("?")).otherwise("SEX"),
        WBC=pl.when(row.is_in([2, 3, 4])).then(pl.col("WBC") * 1000 + 3000).otherwise("WBC"),
        **{column: pl.when(row.is_in(soiled.tolist())).then(pl.lit("2")).otherwise(column)},
    )
    doubled = frame.slice(7, 2).with_columns(PATNO=pl.lit(DOUBLED_ID))
    return pl.concat([frame, doubled]), soiled
