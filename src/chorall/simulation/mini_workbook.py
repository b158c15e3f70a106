"""The francophone children's group: a workbook with merged header rows, in French, all as text."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import polars as pl

from chorall.simulation.delivery import (
    Cohort,
    Dirt,
    TrialDelivery,
    collect_statuses,
    name_arms,
    write_dates,
)
from chorall.simulation.karyotype_text import write_karyotypes
from chorall.simulation.mapping_text import render_mapping
from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.mrd_text import write_mrd_texts
from chorall.simulation.testing import ABSENT, FAILED, NOT_REPORTED, NOT_TESTED, PRESENT, Statuses

FILE, SHEET = "mini.xlsx", "Patients"
PREFIX = "MI-"
CREATED = dt.datetime(2020, 1, 1)
DATE_FORMAT = "%d/%m/%Y"
TITLE = "Étude MINI : données simulées"
WORDS = {
    PRESENT: "présent",
    ABSENT: "absent",
    FAILED: "échec",
    NOT_TESTED: "non fait",
    NOT_REPORTED: None,
}
MOLECULAR = "Biologie moléculaire"
TOO_MANY_CELLS = 2
KARYOTYPE_ASSAY = "cytogenetics"
Column = tuple[str, str, pl.Series]


def deliver_mini(cohort: Cohort, law: MarkerLaw) -> TrialDelivery:
    """Write the trial down."""
    statuses = collect_statuses(cohort)
    karyotype = next(runs for runs in cohort.assays if runs.design.id == KARYOTYPE_ASSAY)
    asserted = [marker for marker in statuses if marker not in karyotype.markers]
    texts = write_karyotypes(law, cohort.patients, karyotype)
    columns = [
        *_write_clinical(cohort),
        ("Cytogénétique", "Caryotype", pl.Series(texts, dtype=pl.String)),
        *(
            (MOLECULAR, marker, _write_status(codes))
            for marker, codes in statuses.items()
            if marker in asserted
        ),
    ]
    mapping = render_mapping(
        cohort, file=FILE, sheet=SHEET, rows=len(cohort.patients), markers=asserted
    )
    what = "a white cell count per litre in a column per mm3"
    return TrialDelivery(
        files={FILE: _write_workbook(columns), "mapping.toml": mapping},
        dirt=(Dirt(f"{FILE}#{SHEET}", "out_of_range", TOO_MANY_CELLS, what),),
        statuses=statuses,
        has_late_mrd=True,
    )


def _write_status(codes: Statuses) -> pl.Series:
    return pl.Series(codes).replace_strict(WORDS, return_dtype=pl.String)


def _write_clinical(cohort: Cohort) -> list[Column]:
    """Return the columns with the name that stands above theirs."""
    patients, course = cohort.patients, cohort.course
    counts = np.round(patients.wbc_10e9_per_l * 1000)
    counts[:TOO_MANY_CELLS] *= 1e6
    day_0 = np.zeros(len(patients), dtype=np.int64)
    age = [f"{value:.1f}".replace(".", ",") for value in patients.age_years]
    died = np.where(course.death >= 0, "décédé", "vivant")

    def dates(days: np.ndarray) -> pl.Series:
        return write_dates(cohort, days).dt.strftime(DATE_FORMAT)

    return [
        ("Patient", "N°", pl.Series(cohort.name_patients(PREFIX))),
        ("Patient", "Sexe", pl.Series(np.where(patients.is_male, "garçon", "fille"))),
        ("Diagnostic", "Date", dates(day_0)),
        ("Diagnostic", "Âge (ans)", pl.Series(age)),
        ("Diagnostic", "Lignée", pl.Series(np.where(patients.is_t, "T", "B"))),
        ("Diagnostic", "GB (/mm3)", pl.Series([f"{count:.0f}" for count in counts])),
        ("Diagnostic", "Trisomie 21", pl.Series(np.where(patients.down_syndrome, "oui", "non"))),
        ("Évolution", "RC", dates(course.remission)),
        ("Évolution", "Échec d'induction", dates(course.induction_failure)),
        ("Évolution", "Rechute", dates(course.relapse)),
        ("Évolution", "Second cancer", dates(course.second_malignancy)),
        ("Évolution", "Allogreffe", dates(course.transplant)),
        ("Évolution", "Dernières nouvelles", dates(course.last_contact)),
        ("Évolution", "État", pl.Series(died)),
        ("Randomisation", "Date", dates(course.allocations[0].day)),
        ("Randomisation", "Bras", pl.Series(name_arms(course.allocations[0]))),
        ("MRD", "Fin d'induction", _write_mrd(course.mrd_fraction)),
        ("MRD", "Fin de consolidation", _write_mrd(course.late_mrd_fraction)),
    ]


def _write_mrd(fraction: np.ndarray) -> pl.Series:
    return pl.Series(write_mrd_texts(fraction)).replace("", None)


def _write_workbook(columns: list[Column]) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": CREATED, "comments": "Patients simulés."})
        sheet = workbook.add_worksheet(SHEET)
        sheet.write_string(0, 0, TITLE)
        for position, (_, name, series) in enumerate(columns):
            sheet.write_string(2, position, name)
            sheet.write_column(3, position, series.to_list())
        for first, last, name in _find_merges([above for above, _, _ in columns]):
            if first == last:
                sheet.write_string(1, first, name)
            else:
                sheet.merge_range(1, first, 1, last, name)
    return content.getvalue()


def _find_merges(names: list[str]) -> list[tuple[int, int, str]]:
    """Return first and last column of each run of equal names."""
    starts = [at for at, name in enumerate(names) if at == 0 or names[at - 1] != name]
    ends = [*(at - 1 for at in starts[1:]), len(names) - 1]
    return [(first, last, names[first]) for first, last in zip(starts, ends, strict=True)]
