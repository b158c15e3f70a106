"""The kinase inhibitor consortium: a study folder in cBioPortal's manner, with a panel matrix."""

from __future__ import annotations

import numpy as np
import polars as pl

from chorall.simulation.delivery import (
    Cohort,
    Dirt,
    TrialDelivery,
    collect_statuses,
    find_band_years,
    name_arms,
    write_days,
)
from chorall.simulation.mapping_text import name_target, render_mapping
from chorall.simulation.mrd_text import write_mrd_texts
from chorall.simulation.testing import (
    ABSENT,
    INCONCLUSIVE,
    NOT_DONE,
    PASSED,
    AssayRuns,
    Statuses,
)

CLINICAL, MUTATIONS = "data_clinical_patient.txt", "data_mutations.txt"
COPY_NUMBERS, PANELS = "data_cna_long.txt", "data_gene_panel_matrix.txt"
PREFIX = "PH-"
PANEL = "PH75"
EXCEL_NAMES = ("1-Mar", "2-Sep")
"""What a spreadsheet makes of MARCH1 and SEPT2: rows whose gene is lost."""


def deliver_ph(cohort: Cohort) -> TrialDelivery:
    """Write the trial down."""
    ids = pl.Series("PATIENT_ID", cohort.name_patients(PREFIX))
    by_id = {runs.design.id: runs for runs in cohort.assays}
    panel = by_id["panel"]
    statuses = collect_statuses(cohort)
    mutations = _soil(_list_mutations(panel, ids))
    n_lost = mutations.filter(pl.col("Hugo_Symbol").is_in(EXCEL_NAMES)).height
    _doubt(panel, statuses, mutations, ids)
    frames = {
        CLINICAL: _write_clinical(cohort, by_id["pcr"], ids),
        MUTATIONS: mutations,
        COPY_NUMBERS: _list_copy_numbers(panel, ids),
        PANELS: _list_panels(panel, ids),
    }
    rows = {name: frame.height for name, frame in frames.items()}
    heads = {CLINICAL: _describe(frames[CLINICAL]), MUTATIONS: "#version 2.4\n"}
    files = {
        name: (heads.get(name, "") + frame.write_csv(separator="\t")).encode()
        for name, frame in frames.items()
    }
    return TrialDelivery(
        files=files | {"mapping.toml": render_mapping(cohort, rows=rows)},
        dirt=(
            Dirt(MUTATIONS, "gene_turned_into_date", n_lost, "gene names that became dates"),
            Dirt(MUTATIONS, "unknown_patient", min(n_lost, 1), "a variant of an unknown sample"),
        ),
        statuses=statuses,
    )


def _describe(frame: pl.DataFrame) -> str:
    """Return the four lines of a clinical file that stand above its header."""
    kinds = ["NUMBER" if dtype.is_numeric() else "STRING" for dtype in frame.dtypes]
    lines = [frame.columns, frame.columns, kinds, ["1"] * frame.width]
    return "".join("#" + "\t".join(line) + "\n" for line in lines)


def _write_clinical(cohort: Cohort, pcr: AssayRuns, ids: pl.Series) -> pl.DataFrame:
    patients, course = cohort.patients, cohort.course
    fusion = np.where(pcr.found[:, 0], "e1a2", "")
    return pl.DataFrame(
        {
            "PATIENT_ID": ids,
            "SEX": np.where(patients.is_male, "Male", "Female"),
            "AGE": patients.age_years,
            "YEAR_BAND": [f"{first}-{first + 4}" for first in find_band_years(cohort)],
            "WBC": patients.wbc_10e9_per_l,
            "BCR_ABL1_TRANSCRIPT": pl.Series(fusion).replace("", None),
            "CR_DAYS": write_days(course.remission),
            "REFRACTORY_DAYS": write_days(course.induction_failure),
            "RELAPSE_DAYS": write_days(course.relapse),
            "SECOND_CANCER_DAYS": write_days(course.second_malignancy),
            "ALLO_CR1_DAYS": write_days(course.transplant),
            "OS_DAYS": course.last_contact,
            "OS_STATUS": np.where(course.death >= 0, "1:DECEASED", "0:LIVING"),
            "RANDOMISED_DAYS": write_days(course.allocations[0].day),
            "ARM": name_arms(course.allocations[0]),
            "MRD_WEEK6": pl.Series(write_mrd_texts(course.mrd_fraction)).replace("", None),
        }
    )


def _list_mutations(panel: AssayRuns, ids: pl.Series) -> pl.DataFrame:
    wanted = np.array([kind == "mutation" for kind in panel.classes])
    rows, columns = np.nonzero(panel.found & wanted)
    names = np.array(panel.markers)
    n = rows.size
    return pl.DataFrame(
        {
            "Hugo_Symbol": names[columns],
            "Tumor_Sample_Barcode": ids[rows],
            "Variant_Classification": np.full(n, "Missense_Mutation"),
            "t_alt_count": 20 + np.arange(n) % 60,
            "t_ref_count": np.full(n, 120),
        }
    )


def _list_copy_numbers(panel: AssayRuns, ids: pl.Series) -> pl.DataFrame:
    wanted = np.array([kind == "deletion" for kind in panel.classes])
    rows, columns = np.nonzero(panel.found & wanted)
    names = np.array([name_target(marker) for marker in panel.markers])
    return pl.DataFrame(
        {
            "Hugo_Symbol": names[columns],
            "Sample_ID": ids[rows],
            "Value": np.where(rows % 4 == 0, -2, -1),
        }
    )


def _list_panels(panel: AssayRuns, ids: pl.Series) -> pl.DataFrame:
    """Return one row per sample that was sent; `NA` where sequencing failed."""
    sent = np.flatnonzero(panel.outcome != NOT_DONE)
    passed = panel.outcome[sent] == PASSED
    return pl.DataFrame({"SAMPLE_ID": ids[sent], "mutations": np.where(passed, PANEL, "NA")})


def _soil(mutations: pl.DataFrame) -> pl.DataFrame:
    """Add variants whose gene became a date, and one of a sample that nobody sent."""
    lost = mutations.head(len(EXCEL_NAMES))
    lost = lost.with_columns(Hugo_Symbol=pl.Series(EXCEL_NAMES[: lost.height], dtype=pl.String))
    stranger = mutations.tail(1).with_columns(Tumor_Sample_Barcode=pl.lit(f"{PREFIX}99999"))
    return pl.concat([mutations, lost, stranger])


def _doubt(
    panel: AssayRuns, statuses: dict[str, Statuses], mutations: pl.DataFrame, ids: pl.Series
) -> None:
    """Make inconclusive what a lesion that nobody can name may be."""
    lost = mutations.filter(pl.col("Hugo_Symbol").is_in(EXCEL_NAMES))["Tumor_Sample_Barcode"]
    patients = ids.is_in(lost.to_list()).to_numpy()
    for marker in panel.markers:
        codes = statuses[marker]
        codes[patients & (codes == ABSENT)] = INCONCLUSIVE
