"""Endpoints that the same patients have, side by side with what is known of their markers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_groups import PRESENT, UNKNOWN


@dataclass(frozen=True, slots=True)
class ScanCohort:
    """Endpoints of the same n patients, and their m markers.

    Attributes
    ----------
    endpoints : tuple of EndpointCohort
        All with the same patients in the same order.
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`.
    markers : tuple of str, length m
        What the columns are.
    subtype : Series, length n
        Null where no subtype could be assigned.
    """

    endpoints: tuple[EndpointCohort, ...]
    groups: NDArray[np.int8]
    markers: tuple[str, ...]
    subtype: pl.Series

    @property
    def trial(self) -> NDArray[np.int64]:
        """Shape (n,); index into `trial_ids`."""
        return self.endpoints[0].trial

    @property
    def trial_ids(self) -> tuple[str, ...]:
        """Trials with a patient here."""
        return self.endpoints[0].trial_ids

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Shape (n,); True where every covariate is known."""
        return self.endpoints[0].covariates.complete

    def values(self, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return some markers as 1, 0 and NaN where not tested, shape (n, columns)."""
        chosen = self.groups[:, columns]
        return np.where(chosen == UNKNOWN, np.nan, chosen == PRESENT)


def gather_cohorts(
    cohorts: Sequence[EndpointCohort],
    groups: NDArray[np.int8],
    patients: pl.DataFrame,
    markers: Sequence[str],
) -> list[ScanCohort]:
    """Put endpoints of the same patients together, so that a scan reads their markers once.

    Parameters
    ----------
    cohorts : sequence of EndpointCohort
        One for each endpoint.
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`, one row for each line of `patients`.
    patients : DataFrame, n lines
        The table patient, with `subtype`.
    markers : sequence of str, length m
        The markers to scan.
    """
    alike: dict[tuple[str, ...], list[EndpointCohort]] = {}
    for cohort in cohorts:
        alike.setdefault(tuple(cohort.patient_ids), []).append(cohort)
    everybody = patients["patient_id"]
    places = pl.DataFrame({"patient_id": everybody, "subtype": patients["subtype"]})
    places = places.with_row_index("_place")
    gathered = []
    for ids, members in alike.items():
        asked = pl.DataFrame({"patient_id": list(ids)}, schema={"patient_id": pl.String})
        found = asked.join(places, on="patient_id", how="left", maintain_order="left")
        gathered.append(
            ScanCohort(
                tuple(members),
                groups[found["_place"].to_numpy()],
                tuple(markers),
                found["subtype"],
            )
        )
    return gathered
