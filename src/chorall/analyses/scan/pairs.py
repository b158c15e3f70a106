"""Pairs of markers: both present against not both, and their interaction."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.marker_groups import ABSENT, PRESENT
from chorall.analyses.scan.cohorts import ScanCohort
from chorall.analyses.scan.tasks import ALL, INTERACTION, PAIR, ScanTask


class Pairs(NamedTuple):
    """Pairs that can be looked at: places of their markers, and patients with both."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    n_both: NDArray[np.int64]
    n_possible: int


def find_pairs(cohort: ScanCohort, fewest: int) -> Pairs:
    """Find the pairs with enough patients in each of the four groups.

    Of two markers of which one implies the other a group is empty: they are no pair.

    Parameters
    ----------
    cohort : ScanCohort
        Counted are its patients with all covariates known who were tested for both.
    fewest : int
        Patients with both, with either alone, and with neither.
    """
    counted = cohort.groups[cohort.complete]
    has, lacks = ((counted == code).astype(np.float64) for code in (PRESENT, ABSENT))
    cells = [has.T @ has, has.T @ lacks, lacks.T @ has, lacks.T @ lacks]
    enough = np.logical_and.reduce([cell >= fewest for cell in cells])
    first, second = np.nonzero(np.triu(enough, k=1))
    n_both = cells[0][first, second].astype(np.int64)
    m = len(cohort.markers)
    return Pairs(first, second, n_both, m * (m - 1) // 2)


def plan_pairs(cohort: ScanCohort, pairs: Pairs, firth_below: int) -> list[ScanTask]:
    """Return the tasks of all pairs: both against not both, and interactions by first marker."""
    if not pairs.first.size:
        return []
    everybody = np.ones(len(cohort.trial), dtype=bool)
    names = tuple(
        f"{cohort.markers[a]} & {cohort.markers[b]}"
        for a, b in zip(pairs.first, pairs.second, strict=True)
    )
    tasks = [ScanTask(cohort, PAIR, ALL, None, names, everybody, lambda: join_pairs(cohort, pairs))]
    rare = pairs.n_both < firth_below
    for one in np.unique(pairs.first):
        for flag in (False, True):
            others = pairs.second[(pairs.first == one) & (rare == flag)]
            if others.size:
                tasks.append(_plan_interactions(cohort, int(one), others, flag))
    return tasks


def join_pairs(cohort: ScanCohort, pairs: Pairs) -> NDArray[np.float64]:
    """Return 1 where both markers are present, 0 where not both, NaN unless tested for both."""
    return np.asarray(cohort.values(pairs.first) * cohort.values(pairs.second))


def _plan_interactions(
    cohort: ScanCohort, one: int, others: NDArray[np.int64], rare: bool
) -> ScanTask:
    partner = cohort.values(np.array([one]))[:, 0]
    names = tuple(f"{cohort.markers[one]} x {cohort.markers[other]}" for other in others)
    return ScanTask(
        cohort, INTERACTION, ALL, None, names, ~np.isnan(partner),
        lambda: cohort.values(others), partner, rare,
    )  # fmt: skip
