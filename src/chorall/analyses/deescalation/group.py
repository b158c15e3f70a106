"""Everything that is measured of one candidate group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.deescalation.backbone import describe_backbone
from chorall.analyses.deescalation.bounds import (
    GroupBounds,
    measure_bounds,
    measure_median_follow_up,
)
from chorall.analyses.deescalation.candidates import UNKNOWN, Candidate
from chorall.analyses.deescalation.children import Booleans, Children
from chorall.analyses.deescalation.course import (
    condition_on_remission,
    follow_relapses,
    stack_events,
)
from chorall.analyses.deescalation.plans import plan_answers
from chorall.analyses.deescalation.reductions import (
    Reduction,
    ReductionCohort,
    compare_reductions,
)
from chorall.analyses.deescalation.subgroups import measure_subgroups
from chorall.analyses.deescalation.verdicts import INSUFFICIENT, Gates, Verdict, judge_group
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.tables.store import Pool

NOWHERE_LEFT: Final = "chosen on every trial of this pool: no trial is left to judge it in"


@dataclass(frozen=True, slots=True)
class Group:
    """One candidate group with its verdict.

    Attributes
    ----------
    candidate : Candidate
        Who is in it.
    headline : tuple of str
        Trials on which it was not chosen.
    bounds, other_bounds : GroupBounds
        In the headline trials, and in the others.
    verdict : Verdict
        The word and why.
    reductions : tuple of Reduction
        Randomised in the headline trials.
    frames : dict of str to DataFrame
        stacked, conditional, salvage, subgroups, backbone of the members in headline trials.
    plans : list of dict
        The trial that would answer.
    """

    candidate: Candidate
    headline: tuple[str, ...]
    bounds: GroupBounds
    other_bounds: GroupBounds
    verdict: Verdict
    reductions: tuple[Reduction, ...]
    frames: dict[str, pl.DataFrame]
    plans: list[dict[str, Any]]


def measure_group(
    pool: Pool,
    children: Children,
    candidate: Candidate,
    reductions: Sequence[ReductionCohort],
    gates: Gates,
) -> Group:
    """Measure and judge one group; nothing of the verdict comes from trials it was chosen on.

    Parameters
    ----------
    pool, children
        The pool and its n children.
    candidate : Candidate
        The group.
    reductions : sequence of ReductionCohort
        Every randomised reduction of the pool.
    gates : Gates
        What was asked for.
    """
    headline = tuple(one for one in children.trial_ids if one not in candidate.chosen_on)
    others = tuple(one for one in children.trial_ids if one in candidate.chosen_on)
    limits: dict[str, float] = {
        "horizon_years": gates.horizon_years,
        "conf_level": gates.conf_level,
    }
    bounds = measure_bounds(children, candidate.members, headline, **limits)
    rows = candidate.members & children.in_trials(headline)
    own = [one for one in reductions if one.arms.question.trial_id in headline]
    compared = compare_reductions(
        own,
        children.people.filter(rows)["patient_id"].to_list(),
        horizon_years=gates.horizon_years,
        margin=gates.margin,
        conf_level=gates.conf_level,
    )
    median = measure_median_follow_up(children, rows)
    verdict = Verdict(INSUFFICIENT, (NOWHERE_LEFT,))
    if headline:
        verdict = judge_group(bounds, median, compared, gates)
    return Group(
        candidate=candidate,
        headline=headline,
        bounds=bounds,
        other_bounds=measure_bounds(children, candidate.members, others, **limits),
        verdict=verdict,
        reductions=tuple(compared),
        frames=_describe(pool, children, rows, headline, gates),
        plans=plan_answers(bounds, verdict, find_share(candidate, children, headline), gates),
    )


def find_share(candidate: Candidate, children: Children, trial_ids: Sequence[str]) -> float:
    """Return the share of the group among children of whom it is known; NaN without any."""
    seen = children.in_trials(trial_ids)
    known = seen & (candidate.codes != UNKNOWN)
    n = int(known.sum())
    return float((known & candidate.members).sum() / n) if n else float("nan")


def _describe(
    pool: Pool, children: Children, rows: Booleans, headline: Sequence[str], gates: Gates
) -> dict[str, pl.DataFrame]:
    horizon = gates.horizon_years * DAYS_PER_YEAR
    level = gates.conf_level
    present = [one for one in headline if np.any(rows & children.in_trials([one]))]
    return {
        "stacked": stack_events(children, rows),
        "conditional": condition_on_remission(
            children, rows, horizon_years=gates.horizon_years, conf_level=level
        ),
        "salvage": follow_relapses(children, rows, level),
        "subgroups": measure_subgroups(children, rows, horizon=horizon, conf_level=level),
        "backbone": describe_backbone(
            pool, children, rows, present, horizon=horizon, conf_level=level
        ),
    }
