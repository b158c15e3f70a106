"""Karyotypes as a laboratory writes them, from the lesions that a patient has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.patients import Patients
from chorall.simulation.testing import FAILED_RUN, NOT_DONE, AssayRuns

TRANSLOCATIONS = {
    "BCR::ABL1": "t(9;22)(q34;q11.2)",
    "KMT2A-r": "t(4;11)(q21;q23)",
    "TCF3::PBX1": "t(1;19)(q23;p13)",
    "TCF3::HLF": "t(17;19)(q22;p13)",
}
TRISOMIES = (4, 5, 10, 17, 18, 20)
OFTEN_GAINED = ("21", "X", "14", "6", "21", "8", "9", "12", "22", "11", "7", "15", "16", "1", "2")
OFTEN_LOST = (
    "7", "3", "17", "16", "15", "13", "9", "20", "4", "2", "12", "5", "14", "22", "11", "19", "8",
    "6", "10", "1", "18", "21",
)  # fmt: skip
FAILED_TEXT = "échec, pas de mitose"
METAPHASES = (20, 25, 30)


def write_karyotypes(law: MarkerLaw, patients: Patients, runs: AssayRuns) -> list[str | None]:
    """Return the text of each patient: null where not done, words where it failed.

    Parameters
    ----------
    law : MarkerLaw
        Names the columns of `patients.present`.
    patients : Patients
        With their lesions and chromosome numbers.
    runs : AssayRuns
        Of the assay that the texts report.
    """
    has = {marker: patients.present[:, column] for column, marker in enumerate(law.markers)}
    texts: list[str | None] = []
    for row in range(len(patients)):
        if runs.outcome[row] == NOT_DONE:
            texts.append(None)
        elif runs.outcome[row] == FAILED_RUN:
            texts.append(FAILED_TEXT)
        else:
            present = {marker for marker, column in has.items() if column[row]}
            texts.append(_write(present, patients, row))
    return texts


def _write(present: set[str], patients: Patients, row: int) -> str:
    modal = int(patients.modal_number[row])
    gained = [str(number) for number in TRISOMIES if f"trisomy_{number}" in present]
    constitutional = ["+21c"] if patients.down_syndrome[row] else []
    lost: list[str] = []
    if modal < 46 and not gained:
        lost = list(OFTEN_LOST[: 46 - modal])
    elif modal > 46:
        gained += _fill(OFTEN_GAINED, gained, modal - 46 - len(gained))
    number = 46 + len(gained) - len(lost) + len(constitutional)
    sex = "XY" if patients.is_male[row] else "XX"
    items = [f"+{chromosome}" for chromosome in _sort(gained)]
    items += constitutional
    items += [f"-{chromosome}" for chromosome in _sort(lost)]
    items += [text for marker, text in TRANSLOCATIONS.items() if marker in present]
    cells = METAPHASES[row % len(METAPHASES)]
    normal = f"/{46 + len(constitutional)},{','.join([sex, *constitutional])}"
    if items == constitutional:
        return f"{','.join([str(number), sex, *items])}[{cells}]"
    return f"{','.join([str(number), sex, *items])}[{cells - 5}]{normal}[5]"


def _fill(often: Sequence[str], taken: Sequence[str], n: int) -> list[str]:
    free = [chromosome for chromosome in often if chromosome not in taken]
    return free[: max(n, 0)]


def _sort(chromosomes: Sequence[str]) -> list[str]:
    """Return chromosomes as ISCN lists them: sex chromosomes first, then by number."""
    order = np.argsort([0 if one == "X" else int(one) for one in chromosomes], kind="stable")
    return [chromosomes[position] for position in order]
