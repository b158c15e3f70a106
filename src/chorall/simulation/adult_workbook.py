"""The adult trial: one Excel workbook with a sheet of patients and a sheet of lesions found."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import polars as pl

from chorall.simulation.delivery import (
    Cohort,
    Dirt,
    TrialDelivery,
    categorise_mrd,
    collect_statuses,
    name_arms,
    name_donors,
    write_dates,
)
from chorall.simulation.mapping_text import name_target, render_mapping
from chorall.simulation.testing import AssayRuns

FILE = "adult.xlsx"
PREFIX = "SA-"
# A workbook states when it was made; the same seed must give the same bytes.
CREATED = dt.datetime(2020, 1, 1)
SOILED_LINEAGES = 2


def deliver_adult(cohort: Cohort) -> TrialDelivery:
    """Write the adult trial down."""
    ids = pl.Series("subject", cohort.name_patients(PREFIX))
    clinical = _soil(_write_clinical(cohort, ids))
    lesions = pl.concat([_list_lesions(runs, ids) for runs in cohort.assays])
    rows = {"clinical": clinical.height, "genetics": lesions.height}
    what = "immunophenotype `bilineal`"
    return TrialDelivery(
        files={
            FILE: _write_workbook({"clinical": clinical, "genetics": lesions}),
            "mapping.toml": render_mapping(cohort, file=FILE, rows=rows),
        },
        dirt=(Dirt(f"{FILE}#clinical", "unmapped_code", SOILED_LINEAGES, what),),
        statuses=collect_statuses(cohort),
    )


def _write_workbook(sheets: dict[str, pl.DataFrame]) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": CREATED, "comments": "Simulated patients."})
        for name, frame in sheets.items():
            frame.write_excel(
                workbook, name, autofilter=False, dtype_formats={pl.Date: "yyyy-mm-dd"}
            )
    return content.getvalue()


def _write_clinical(cohort: Cohort, ids: pl.Series) -> pl.DataFrame:
    patients, course = cohort.patients, cohort.course
    category = categorise_mrd(cohort)
    fraction = np.where(category == "quantified", course.mrd_fraction, np.nan)
    day_0 = np.zeros(len(patients), dtype=np.int64)
    outcomes = {
        f"{runs.design.id}_run": pl.Series(np.array(["", "done", "failed"])[runs.outcome]).replace(
            "", None
        )
        for runs in cohort.assays
    }
    columns = {
        "subject": ids,
        "sex": np.where(patients.is_male, "Male", "Female"),
        "age": patients.age_years.round(1),
        "diagnosed": write_dates(cohort, day_0),
        "immunophenotype": np.where(patients.is_t, "T", "B"),
        "wbc": patients.wbc_10e9_per_l,
        "cns": pl.Series(patients.cns).replace_strict(
            {0: None, 1: "negative", 2: "traces", 3: "positive"}
        ),
        "remission": write_dates(cohort, course.remission),
        "refractory": write_dates(cohort, course.induction_failure),
        "relapse": write_dates(cohort, course.relapse),
        "second malignancy": write_dates(cohort, course.second_malignancy),
        "transplant": write_dates(cohort, course.transplant),
        "tissue typed": write_dates(cohort, course.typing_day),
        "donor": name_donors(course),
        "last contact": write_dates(cohort, course.last_contact),
        "status": np.where(course.death >= 0, "dead", "alive"),
        "randomised": write_dates(cohort, course.allocations[0].day),
        "arm": name_arms(course.allocations[0]),
        "mrd report": pl.Series(category).replace("", None),
        "mrd fraction": pl.Series(fraction).fill_nan(None).round_sig_figs(3),
    }
    return pl.DataFrame(columns | outcomes)


def _list_lesions(runs: AssayRuns, ids: pl.Series) -> pl.DataFrame:
    rows, columns = np.nonzero(runs.found)
    parted = [name_target(marker).partition("::") for marker in runs.markers]
    gene = np.array([first for first, _, _ in parted])[columns]
    partner = np.array([second for _, _, second in parted])[columns]
    return pl.DataFrame(
        {
            "subject": ids[rows],
            "assay": np.full(rows.size, runs.design.id),
            "lesion": np.array(runs.classes)[columns],
            "gene": gene,
            "partner": pl.Series(partner).replace("", None),
            "report": np.where(runs.equivocal[rows, columns], "uncertain", "definite"),
        }
    )


def _soil(clinical: pl.DataFrame) -> pl.DataFrame:
    is_soiled = pl.int_range(pl.len()) < SOILED_LINEAGES
    return clinical.with_columns(
        immunophenotype=pl.when(is_soiled).then(pl.lit("bilineal")).otherwise("immunophenotype")
    )
