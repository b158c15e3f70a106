"""What a reader must know of the patients of randomised questions before using a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from chorall.analyses.treatments.arms import ArmCohort

MOST_SHOWN: Final = 8


def warn_of_cohorts(
    cohorts: Sequence[ArmCohort], groups: Sequence[Sequence[ArmCohort]]
) -> list[str]:
    """Tell of patients who could not be compared by intention to treat, and of lone trials."""
    lines = [line for one in cohorts for line in _warn_of_one(one)]
    alone = dict.fromkeys(
        f"{group[0].question.component}: only {group[0].question.unit} asks, no other trial can "
        "confirm or contradict it."
        for group in groups
        if len({one.question.trial_id for one in group}) == 1
    )
    hidden = len(lines) - MOST_SHOWN
    more = [f"{hidden} more notes of this kind; see `questions`."] if hidden > 0 else []
    return [*lines[:MOST_SHOWN], *more, *alone]


def _warn_of_one(cohort: ArmCohort) -> Iterator[str]:
    where = f"{cohort.question.unit}, {cohort.endpoint}"
    if cohort.n_undated:
        yield (
            f"{where}: {cohort.n_undated:,} of {cohort.n_randomised:,} randomised patients have no "
            "day of randomisation and are left out."
        )
    if cohort.n_later:
        yield (
            f"{where}: the clock of {cohort.n_later:,} of {len(cohort.time):,} patients starts "
            "after randomisation (the endpoint begins there): those compared may be selected by "
            "the arm."
        )
    if cohort.n_without:
        yield (
            f"{where}: {cohort.n_without:,} of {cohort.n_randomised:,} randomised patients have no "
            "such endpoint and are left out."
        )
