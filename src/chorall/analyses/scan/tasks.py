"""What is to be fitted: markers in some patients, one task for each kind of question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.scan.cohorts import ScanCohort

ALL = "all"
MARKER, PAIR, INTERACTION, SUBTYPE = "marker", "pair", "interaction", "subtype"
MODELS = (MARKER, PAIR, INTERACTION, SUBTYPE)


@dataclass(frozen=True, slots=True)
class ScanTask:
    """Some markers, or pairs of them, in some patients of a cohort.

    Attributes
    ----------
    cohort : ScanCohort, n patients
        Whose endpoints are asked about.
    model : {"marker", "pair", "interaction", "subtype"}
        What a column of `columns` is compared with.
    subset : str
        `all`, or a subtype.
    trial : str or None
        One trial, or all of them as strata.
    names : tuple of str, length m
        What the columns are.
    rows : ndarray of bool, shape (n,)
        The patients in question.
    columns : callable
        Returns the markers as 1, 0 and NaN, shape (n, m).
    partner : ndarray of float, shape (n,), or None
        The other marker of an interaction.
    penalised : bool
        True takes Firth's fit for all.
    """

    cohort: ScanCohort
    model: str
    subset: str
    trial: str | None
    names: tuple[str, ...]
    rows: NDArray[np.bool_]
    columns: Callable[[], NDArray[np.float64]]
    partner: NDArray[np.float64] | None = None
    penalised: bool = False

    @property
    def weight(self) -> int:
        """How much work it is, in patients times models."""
        return int(self.rows.sum()) * len(self.names) * len(self.cohort.endpoints)


def plan_markers(cohort: ScanCohort) -> list[ScanTask]:
    """Return the task of all markers in all patients, then one for each trial."""
    everybody = np.ones(len(cohort.trial), dtype=bool)
    every = np.arange(len(cohort.markers))
    places: list[tuple[str | None, NDArray[np.bool_]]] = [(None, everybody)]
    places += [(name, cohort.trial == code) for code, name in enumerate(cohort.trial_ids)]
    return [
        ScanTask(cohort, MARKER, ALL, trial, cohort.markers, rows, lambda: cohort.values(every))
        for trial, rows in places
    ]


def plan_subtypes(cohort: ScanCohort, fewest: int, wanted: Sequence[str]) -> list[ScanTask]:
    """Return one task for each subtype, of the markers that enough of its patients have and lack.

    Parameters
    ----------
    cohort : ScanCohort
        Its patients.
    fewest : int
        Patients on either side.
    wanted : sequence of str
        Subtypes in the order of the result.
    """
    tasks = []
    for subtype in wanted:
        rows = (cohort.subtype == subtype).fill_null(False).to_numpy()
        counted = cohort.groups[rows & cohort.complete]
        enough = ((counted == 1).sum(axis=0) >= fewest) & ((counted == 0).sum(axis=0) >= fewest)
        tasks.append(_plan_subtype(cohort, subtype, rows, np.flatnonzero(enough)))
    return [task for task in tasks if task.names]


def _plan_subtype(
    cohort: ScanCohort, subtype: str, rows: NDArray[np.bool_], chosen: NDArray[np.int64]
) -> ScanTask:
    names = tuple(cohort.markers[column] for column in chosen)
    return ScanTask(cohort, SUBTYPE, subtype, None, names, rows, lambda: cohort.values(chosen))
