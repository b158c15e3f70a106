"""The statuses of markers at diagnosis, read once for all questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.marker_groups import read_marker_groups


@dataclass(frozen=True, slots=True)
class Statuses:
    """Present, absent or unknown for all patients of the questions.

    Attributes
    ----------
    patient_ids : Series, length n
        Sorted.
    markers : tuple of str, length m
        Names of the columns.
    groups : ndarray of int8, shape (n, m)
        As `read_marker_groups` gives them.
    """

    patient_ids: pl.Series
    markers: tuple[str, ...]
    groups: NDArray[np.int8]

    def of(self, patient_ids: pl.Series, markers: Sequence[str]) -> NDArray[np.int8]:
        """Return the statuses of some of the patients, one row each, in the order given."""
        rows = self.patient_ids.search_sorted(patient_ids).to_numpy()
        columns = [self.markers.index(marker) for marker in markers]
        chosen: NDArray[np.int8] = self.groups[rows][:, columns]
        return chosen


def read_statuses(
    results: pl.DataFrame, patient_ids: Sequence[pl.Series], markers: Sequence[str]
) -> Statuses:
    """Read the statuses of all patients of several cohorts.

    Parameters
    ----------
    results : DataFrame
        The table marker_result.
    patient_ids : sequence of Series
        Of each cohort.
    markers : sequence of str
        Those asked for.
    """
    everybody = pl.concat(patient_ids).unique().sort()
    return Statuses(everybody, tuple(markers), read_marker_groups(results, everybody, markers))
