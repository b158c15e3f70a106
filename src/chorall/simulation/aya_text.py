"""The trial of adolescents and young adults: three text files in cp1252 with decimal commas."""

from __future__ import annotations

import numpy as np
import polars as pl

from chorall.simulation.delivery import (
    Cohort,
    Dirt,
    TrialDelivery,
    categorise_mrd,
    collect_statuses,
    name_arms,
    write_dates,
)
from chorall.simulation.mapping_text import name_target, render_mapping
from chorall.simulation.testing import NOT_DONE, PASSED, AssayRuns

CLINICAL, RUNS, LESIONS = "clinical.csv", "runs.csv", "lesions.csv"
PREFIX = "SY-"
DATE_FORMAT = "%d.%m.%Y"
SITES = ("Nordstadt", "Südhausen", "Bad Öde", "Fôret")
OLD_NAMES = {"KMT2A": "MLL", "ETV6": "TEL", "RUNX1": "AML1", "CDKN2A": "p16", "TP53": "p53"}
"""Names that laboratories still write; knowledge/genes has them as aliases."""

KARYOTYPE_WORDS = {"high_hyperdiploidy": "hyperdiploid", "low_hypodiploidy": "hypodiploid"}
SAID_NOT_DONE_EVERY = 3
"""Of the runs that were not done every third is listed as such; the others are just not there."""


def deliver_aya(cohort: Cohort) -> TrialDelivery:
    """Write the trial of adolescents and young adults down."""
    ids = pl.Series("PATNR", cohort.name_patients(PREFIX))
    clinical = _soil(_write_clinical(cohort, ids))
    listed = [runs for runs in cohort.assays if runs.design.id != "karyotype"]
    runs = pl.concat([_list_runs(cohort, one, ids) for one in listed])
    lesions = pl.concat([_list_lesions(one, ids) for one in listed])
    strangers = lesions.head(2).with_columns(PATNR=pl.Series([f"{PREFIX}77777", f"{PREFIX}77778"]))
    lesions = pl.concat([lesions, strangers])
    files = {CLINICAL: clinical, RUNS: runs, LESIONS: lesions}
    written = {name: _encode(frame) for name, frame in files.items()}
    rows = {name: frame.height for name, frame in files.items()}
    return TrialDelivery(
        files=written | {"mapping.toml": render_mapping(cohort, rows=rows, listed=listed)},
        dirt=(
            Dirt(CLINICAL, "unmapped_code", 1, "central nervous system status `CNS9`"),
            Dirt(CLINICAL, "bad_date", 1, "randomised on 31.02."),
            Dirt(LESIONS, "unknown_patient", 2, "lesions of patients who are not in the register"),
        ),
        statuses=collect_statuses(cohort),
    )


def _encode(frame: pl.DataFrame) -> bytes:
    text = frame.write_csv(separator=";", decimal_comma=True, date_format=DATE_FORMAT)
    return text.replace("\n", "\r\n").encode("cp1252")


def _write_clinical(cohort: Cohort, ids: pl.Series) -> pl.DataFrame:
    patients, course = cohort.patients, cohort.course
    has_mrd = np.isfinite(course.mrd_fraction)
    category = categorise_mrd(cohort)
    percent = np.where(category == "quantified", course.mrd_fraction * 100, np.nan)
    day_0 = np.zeros(len(patients), dtype=np.int64)
    columns = {
        "PATNR": ids,
        "SITE": np.array(SITES)[patients.number % len(SITES)],
        "SEX": np.where(patients.is_male, "m", "f"),
        "BORN": write_dates(cohort, -patients.born_days_before),
        "DIAGNOSED": write_dates(cohort, day_0),
        "IMMUNOTYPE": np.where(patients.is_t, "T-ALL", "B-ALL"),
        "WBC_PER_UL": (patients.wbc_10e9_per_l * 1000).round().astype(int),
        "CNS": pl.Series(np.char.add("CNS", patients.cns.astype(str))).replace("CNS0", None),
        "REMISSION": write_dates(cohort, course.remission),
        "FAILURE": write_dates(cohort, course.induction_failure),
        "RELAPSE": write_dates(cohort, course.relapse),
        "SECOND_CANCER": write_dates(cohort, course.second_malignancy),
        "TRANSPLANT": write_dates(cohort, course.transplant),
        "DIED": write_dates(cohort, course.death),
        "STATUS": np.where(course.death >= 0, "dead", "alive"),
        "LAST_SEEN": write_dates(cohort, course.last_contact),
        "R1_DATE": write_dates(cohort, course.allocations[0].day).dt.strftime(DATE_FORMAT),
        "R1_ARM": name_arms(course.allocations[0]),
        "MRD_DATE": write_dates(cohort, np.where(has_mrd, course.remission, -1)),
        "MRD": pl.Series(category).replace("", None),
        "MRD_PERCENT": pl.Series(percent).fill_nan(None).round_sig_figs(3),
        "KARYOTYPE": _write_karyotype(cohort),
    }
    return pl.DataFrame(columns)


def _write_karyotype(cohort: Cohort) -> pl.Series:
    runs = next(runs for runs in cohort.assays if runs.design.id == "karyotype")
    words = np.where(
        runs.outcome == PASSED, "other", np.where(runs.outcome == NOT_DONE, "", "failed")
    )
    for column, marker in enumerate(runs.markers):
        words = np.where(runs.found[:, column], KARYOTYPE_WORDS[marker], words)
    return pl.Series(words).replace("", None)


def _list_runs(cohort: Cohort, runs: AssayRuns, ids: pl.Series) -> pl.DataFrame:
    said = np.arange(len(ids)) % SAID_NOT_DONE_EVERY == 0
    rows = np.flatnonzero((runs.outcome != NOT_DONE) | said)
    result = np.array(["not done", "ok", "failed"])[runs.outcome[rows]]
    day_0 = np.zeros(len(ids), dtype=np.int64)
    columns = {
        "PATNR": ids[rows],
        "TEST": np.full(rows.size, runs.design.id.upper()),
        "SAMPLED": write_dates(cohort, day_0)[rows],
        "RESULT": result,
    }
    return pl.DataFrame(columns)


def _list_lesions(runs: AssayRuns, ids: pl.Series) -> pl.DataFrame:
    rows, columns = np.nonzero(runs.found)
    described = [
        _describe_lesion(*lesion) for lesion in zip(runs.markers, runs.classes, strict=True)
    ]
    kind, gene, partner = np.array(described)[columns].T
    # Made up without a draw: fractions have no effect on anything.
    percent = np.where(kind == "mutation", 5 + (rows * 7 + columns * 13) % 45 + 0.5, np.nan)
    return pl.DataFrame(
        {
            "PATNR": ids[rows],
            "TEST": np.full(rows.size, runs.design.id.upper()),
            "KIND": kind,
            "GENE": gene,
            "PARTNER": pl.Series(partner).replace("", None),
            "VAF_PERCENT": pl.Series(percent).fill_nan(None),
        }
    )


def _describe_lesion(marker: str, kind: str | None) -> tuple[str, str, str]:
    """Return kind, gene and partner as the laboratory writes them."""
    if kind == "karyotype":
        return marker, "", ""
    gene, _, partner = name_target(marker).partition("::")
    return str(kind), OLD_NAMES.get(gene, gene), OLD_NAMES.get(partner, partner)


def _soil(clinical: pl.DataFrame) -> pl.DataFrame:
    row = pl.int_range(pl.len())
    randomised = int(clinical["R1_DATE"].is_not_null().arg_true()[0])
    return clinical.with_columns(
        CNS=pl.when(row == 1).then(pl.lit("CNS9")).otherwise("CNS"),
        R1_DATE=pl.when(row == randomised).then(pl.lit("31.02.2012")).otherwise("R1_DATE"),
    )
