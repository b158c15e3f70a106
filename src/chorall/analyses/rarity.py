"""Whether there are enough patients and events for a hazard ratio, and for which kind of fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.marker_groups import ABSENT, PRESENT
from chorall.knowledge.grading_rules import grading

SMALLEST_GROUP: Final = grading().rarity.smallest_group
"""Patients; with fewer on either side no hazard ratio is given."""


@dataclass(frozen=True, slots=True)
class Sparsity:
    """How few patients and events there are.

    Attributes
    ----------
    firth : bool
        True: Firth's penalised likelihood is to be used.
    too_sparse : bool
        True: no hazard ratio is to be given.
    note : str
        Why; empty where neither is so.
    """

    firth: bool
    too_sparse: bool
    note: str


def find_obstacle(group: NDArray[np.int8], event: NDArray[np.bool_]) -> str:
    """Say why present and absent cannot be compared, or return an empty text."""
    present, absent = group == PRESENT, group == ABSENT
    return name_obstacle(
        int(present.sum()), int(absent.sum()),
        int(event[present].sum()), int(event[absent].sum()),
    )  # fmt: skip


def name_obstacle(n_present: int, n_absent: int, events_present: int, events_absent: int) -> str:
    """Say from the counts why present and absent cannot be compared, or return an empty text."""
    sides = (
        (n_present, events_present, "with the marker"),
        (n_absent, events_absent, "without the marker"),
    )
    for n_members, n_events, words in sides:
        if n_members < SMALLEST_GROUP:
            return f"only {n_members} {'patient' if n_members == 1 else 'patients'} {words}"
        if not n_events:
            return f"no event among the {n_members} patients {words}"
    return ""


def judge_sparsity(n_smaller: int, n_events: int, n_covariates: int) -> Sparsity:
    """Judge by patients on the smaller side and events per coefficient.

    Parameters
    ----------
    n_smaller : int
        Patients with, or without, the marker, whichever are fewer.
    n_events : int
        Events of both sides.
    n_covariates : int
        Coefficients beside that of the marker.
    """
    rules = grading().rarity
    per_variable = n_events / (n_covariates + 1)
    if n_covariates and per_variable < rules.fewest_events_per_variable:
        return Sparsity(
            False, True, f"{per_variable:.1f} events per variable are too few to adjust"
        )  # fmt: skip
    if n_smaller < rules.firth_below_patients:
        return Sparsity(
            True, False, f"{n_smaller} patients on the smaller side: Firth's likelihood"
        )  # fmt: skip
    if per_variable < rules.firth_below_events_per_variable:
        return Sparsity(True, False, f"{per_variable:.1f} events per variable: Firth's likelihood")
    return Sparsity(False, False, "")
