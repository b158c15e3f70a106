"""What a reader must know of the groups before using a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from chorall.analyses.deescalation.backbone import find_unmapped
from chorall.analyses.deescalation.bounds import measure_median_follow_up
from chorall.analyses.deescalation.children import Children
from chorall.analyses.deescalation.group import Group
from chorall.analyses.deescalation.reductions import ReductionCohort
from chorall.analyses.deescalation.verdicts import HYPOTHESIS
from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.tables.store import Pool

FIRST: Final = (
    "Every word is a hypothesis about patients on the treatment shown in `backbone`, and no reason "
    "to treat anybody less outside a randomised trial."
)
OBSERVED: Final = (
    "A low risk was seen on the treatment that was given; it may be low because of what would be "
    "taken away."
)


def warn_of_all(
    pool: Pool,
    children: Children,
    groups: Sequence[Group],
    reductions: Sequence[ReductionCohort],
) -> list[str]:
    """Return every warning, the general ones first."""
    return [
        FIRST,
        OBSERVED,
        *_warn_of_children(children),
        *_warn_of_remission(children),
        *_warn_of_multiplicity(groups),
        *_warn_of_follow_up(children, groups),
        *_warn_of_backbone(pool, children),
        *_warn_of_protocol(reductions),
        *(note for group in groups for note in group.candidate.notes),
        *_warn_of_choice(groups),
    ]


def _warn_of_children(children: Children) -> Iterator[str]:
    if children.n_without_age:
        yield (
            f"{children.n_without_age:,} patients whose age is not known are not counted as "
            "children."
        )


def _warn_of_remission(children: Children) -> Iterator[str]:
    there = children.relapse.there
    without = [one for one in children.trial_ids if not there[children.in_trials([one])].any()]
    if without:
        yield (
            f"{', '.join(without)}: no child has a dated remission, so that relapse cannot be "
            "counted from it, and every death without relapse is shown as an induction death."
        )


def _warn_of_multiplicity(groups: Sequence[Group]) -> Iterator[str]:
    fixed = [one for one in groups if one.candidate.apparent is None]
    found = [one.candidate.id for one in fixed if one.verdict.word == HYPOTHESIS]
    if len(fixed) > 1 and found:
        yield (
            f"{len(fixed)} groups were asked about and {len(found)} passed every gate: to take "
            "the best of them is a choice by these data; the group `selected` is what such a "
            "choice is worth in trials that had no part in it."
        )


def _warn_of_follow_up(children: Children, groups: Sequence[Group]) -> Iterator[str]:
    needed = deescalation_rules().gates.follow_up_years
    members = np.any([one.candidate.members for one in groups], axis=0)
    short = []
    for trial in children.trial_ids:
        own = members & children.in_trials([trial])
        median = measure_median_follow_up(children, own)
        if own.any() and not median >= needed:
            said = "not reached" if np.isnan(median) else f"{median:.1f} years"
            short.append(f"{trial} ({said})")
    if short:
        yield (
            f"Median follow-up below {needed:g} years in {', '.join(short)}: late relapses are "
            "still to come."
        )


def _warn_of_backbone(pool: Pool, children: Children) -> Iterator[str]:
    unmapped = find_unmapped(pool, children.trial_ids)
    if unmapped:
        yield (
            f"The treatment of {', '.join(unmapped)} is not mapped (no `strategy_id` of an arm): "
            "a low risk seen there cannot be read without asking what was given."
        )


def _warn_of_protocol(reductions: Sequence[ReductionCohort]) -> Iterator[str]:
    silent = dict.fromkeys(one.arms.question.unit for one in reductions if one.as_assigned is None)
    if silent:
        yield (
            f"{', '.join(silent)}: the delivery does not say which arm was received, so that "
            "non-inferiority rests on intention to treat alone, which blurs a difference."
        )


def _warn_of_choice(groups: Sequence[Group]) -> Iterator[str]:
    for one in groups:
        if one.candidate.chosen_on and one.headline:
            yield (
                f"{one.candidate.id}: chosen on {', '.join(one.candidate.chosen_on)}; their "
                "figures are shown and not headlined."
            )
