"""Which patients have a marker, have it not, or are unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.tables.words import DIAGNOSIS, TESTED_STATUSES

PRESENT: Final = 1
ABSENT: Final = 0
UNKNOWN: Final = -1
"""Any other status, or none: the patient enters no comparison."""

GROUP_LABELS: Final = {PRESENT: "present", ABSENT: "absent", UNKNOWN: "not tested"}


@dataclass(frozen=True, slots=True)
class MarkerStatuses:
    """What is known of m markers in n patients.

    Attributes
    ----------
    patient_ids : Series, length n
        One row of the matrix each.
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`.
    markers : list of str, length m
        One column of the matrix each.
    """

    patient_ids: pl.Series
    groups: NDArray[np.int8]
    markers: list[str]

    def of_patients(self, patient_ids: pl.Series) -> NDArray[np.int8]:
        """Return the rows of some of these patients, in their order."""
        rows = pl.DataFrame({"patient_id": self.patient_ids}).with_row_index("_row")
        asked = pl.DataFrame({"patient_id": patient_ids})
        found = asked.join(rows, on="patient_id", how="left", maintain_order="left")["_row"]
        return np.asarray(self.groups[found.to_numpy()])


def read_marker_groups(
    results: pl.DataFrame, patient_ids: pl.Series, markers: Sequence[str]
) -> NDArray[np.int8]:
    """Lay the statuses at diagnosis out as a matrix.

    Parameters
    ----------
    results : DataFrame
        The table marker_result.
    patient_ids : Series, length n
        One row of the matrix each.
    markers : sequence of str, length m
        One column of the matrix each.

    Returns
    -------
    ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`.
    """
    rows = pl.DataFrame({"patient_id": patient_ids}).with_row_index("_row")
    columns = pl.DataFrame({"marker": list(markers)}, schema={"marker": pl.String})
    tested = (
        results.filter(pl.col("phase") == DIAGNOSIS, pl.col("status").is_in(list(TESTED_STATUSES)))
        .join(rows, on="patient_id")
        .join(columns.with_row_index("_column"), on="marker")
    )
    groups = np.full((len(patient_ids), len(markers)), UNKNOWN, dtype=np.int8)
    present = (tested["status"] == "present").to_numpy()
    groups[tested["_row"].to_numpy(), tested["_column"].to_numpy()] = np.where(
        present, PRESENT, ABSENT
    )
    return groups
